"""The guardrails as a task, for people, for pre-commit and for CI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from dockgate.guardrails import Report


@command(
    help={
        "env": "only this environment: dev, staging or prod; all without it",
        "sarif": "also write the findings to this file as SARIF 2.1.0",
        "staged": "only what is about to be committed, as the index of git has it",
    }
)
def guard(session: Session, *, env: str = "", sarif: str = "", staged: bool = False) -> None:
    """Look for what belongs to another environment, and for what must not run here; exit 3 where that blocks."""
    from dockgate.guardrails import check_staged

    if not env:
        session.everywhere("the index of git" if staged else "env/ compose/ docker/")
    report = check_staged(session.project) if staged else _whole(session, env)
    if sarif:
        _write_sarif(session, report, sarif)
    session.show(report.as_json(), lambda: str(report))
    report.refuse()


def _whole(session: Session, env: str) -> Report:
    from dockgate.errors import DockgateError
    from dockgate.guardrails import Report, whole

    project = session.project
    if env:
        target = session.target(env)
        try:
            standing, unseen = whole.containers(target), Report()
        except DockgateError as error:
            standing, unseen = (), Report((whole.unseen(error, target.environment),))
        return whole.run(project, (target.environment,), target, lambda: standing) + unseen
    return whole.run(project, project.environments.values(), None)


def _write_sarif(session: Session, report: Report, path: str) -> None:
    import json
    from pathlib import Path

    from dockgate import atomicfile, sarif
    from dockgate.guardrails import registry

    titles = {rule.CODE: rule.TITLE for rule in registry.RULES}
    document = sarif.document(report.findings, titles, report.excused)
    atomicfile.replace(Path(path), json.dumps(document, indent=2, ensure_ascii=False).encode(), 0o644)
    session.say(f"written: {path}")


TASKS = (guard,)
