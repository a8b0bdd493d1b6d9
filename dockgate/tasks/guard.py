"""The task that runs the guardrails: on the command line, in pre-commit and in CI."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dockgate.tasks import waiting
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockgate.core.project import Project
    from dockgate.guardrails import Report


@command(
    iterable=("f", "env_file"),
    help={
        "baseline": "record today's blocking findings: from then on only new ones block",
        "f": "try this Compose file without any configuration, writing nothing; repeatable",
        "env_file": "with -f: read this env file instead of .env; repeatable",
        "env": "only this environment (default: all)",
        "sarif": "also write the findings to this file, as SARIF 2.1.0",
        "staged": "check only staged files, with their staged content",
        "all_files": "check only files, but every file that git tracks (for CI)",
    },
)
def guard(
    session: Session,
    *,
    env: str = "",
    sarif: str = "",
    staged: bool = False,
    all_files: bool = False,
    baseline: bool = False,
    f: Sequence[str] | None = None,
    env_file: Sequence[str] | None = None,
) -> None:
    """Run all guardrails; exit 3 if a finding blocks."""
    if f or env_file:
        _alone(bool(env or staged or all_files or baseline), given=bool(f))
        report = _tried(session, tuple(f or ()), tuple(env_file or ()))
    elif baseline:
        _record(session, others=bool(env or sarif or staged or all_files))
        return
    else:
        report = (
            _files(session, env, staged=staged, all_files=all_files) if staged or all_files else _whole(session, env)
        )
    if sarif:
        _write_sarif(session, report, sarif)
    session.show(report.as_json(), lambda: str(report))
    report.refuse()


def _alone(others: bool, *, given: bool) -> None:  # noqa: FBT001 - the one thing that it is about
    from dockgate.core.errors import ConfigError

    if not given:
        raise ConfigError("--env-file needs -f", fix="-f compose.yaml --env-file=FILE")
    if others:
        raise ConfigError("-f tries files alone", fix="leave out --env, --staged and --all-files")


def _tried(session: Session, files: tuple[str, ...], env_files: tuple[str, ...]) -> Report:
    """Judge Compose files as they are, without a configuration; what is remembered meanwhile is removed again."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from dockgate.adoption import trial
    from dockgate.guardrails import project_check

    with TemporaryDirectory(prefix="dockgate-") as place:
        project = trial.project(session.root or Path.cwd(), files, env_files, Path(place))
        vars(session)["project"] = project
        session.everywhere(" ".join(files))
        with waiting.told(waiting.GUARD, sys.stderr):
            return project_check.run(session.situation, project.environments.values(), None)


def _record(session: Session, *, others: bool) -> None:
    """Record what blocks in any environment; crossing rules and what could not be looked at block as before."""
    from dockgate.core.errors import ConfigError
    from dockgate.core.findings import blocking
    from dockgate.guardrails import Report, baseline, project_check

    if others:
        raise ConfigError("--baseline records every environment", fix="give it alone")
    project = session.project
    session.everywhere(_written(project))
    with waiting.told(waiting.GUARD, sys.stderr):
        report = project_check.run(session.situation, project.environments.values(), None)
    added, removed = baseline.update(project.root, report)
    never = [each for each in blocking(report.findings) if not baseline.recorded(Report((each,)))]
    document = {"file": baseline.FILE, "added": added, "removed": removed, "blocking": [str(each) for each in never]}
    left = "\n".join([*map(str, never), f"{baseline.FILE}: {added} added, {removed} removed; commit it"])
    session.show(document, left)
    Report(tuple(never)).refuse()


def _files(session: Session, env: str, *, staged: bool, all_files: bool) -> Report:
    """Look at files alone: they belong to no environment, so naming one changes nothing but the first line."""
    from dockgate.core.errors import ConfigError
    from dockgate.guardrails import check_staged, check_tracked

    if staged and all_files:
        raise ConfigError("--staged and --all-files exclude each other", fix="give one of them")
    if env:
        session.target(env)
    else:
        session.everywhere("the index of git" if staged else "every file that git tracks")
    with waiting.told(waiting.GUARD, sys.stderr):
        return check_staged(session.project) if staged else check_tracked(session.project)


def _whole(session: Session, env: str) -> Report:
    from dockgate.core.errors import DockgateError
    from dockgate.guardrails import Report, project_check

    project = session.project
    if not env:
        session.everywhere(_written(project))
        with waiting.told(waiting.GUARD, sys.stderr):
            report = project_check.run(session.situation, project.environments.values(), None)
        _prune(session, report)
        return report
    target = session.target(env)
    try:
        standing, unseen = project_check.containers(session.situation, target), Report()
    except DockgateError as error:
        standing, unseen = (), Report((project_check.unseen(error, target.environment, project.file),))
    with waiting.told(waiting.GUARD, sys.stderr):
        return project_check.run(session.situation, (target.environment,), target, lambda: standing) + unseen


def _written(project: Project) -> str:
    """Return the Compose files of all environments."""
    return " ".join(dict.fromkeys(file for each in project.environments.values() for file in each.files))


def _prune(session: Session, report: Report) -> None:
    """Take what was repaired out of the baseline, where this machine sees everything: then it blocks again."""
    from dockgate.core.errors import ConfigError
    from dockgate.guardrails import baseline
    from dockgate.guardrails.hit import UNREAD

    try:
        surveyed = [session.situation.survey(each) for each in session.project.environments.values()]
    except ConfigError:
        return  # a finding of its own
    sealed = any(layer.sealed for each in surveyed for layer in each.layers)
    if sealed or any(each.code == UNREAD for each in report.findings):
        return
    if gone := baseline.prune(session.project.root, report):
        session.say(f"{baseline.FILE}: {gone} repaired, and removed from it; commit it")


def _write_sarif(session: Session, report: Report, path: str) -> None:
    import json
    from pathlib import Path

    from dockgate.guardrails import registry, sarif
    from dockgate.system import atomic_file

    titles = {rule.CODE: rule.TITLE for rule in registry.rules()}
    document = sarif.document(report.findings, titles, report.excused)
    atomic_file.replace(Path(path), json.dumps(document, indent=2, ensure_ascii=False).encode(), 0o644)
    session.say(f"written: {path}")


TASKS = (guard,)
