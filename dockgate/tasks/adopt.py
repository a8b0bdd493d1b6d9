"""The task that adopts a repository: `dockgate init`."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from dockgate.core.counted import counted
from dockgate.tasks import confirm as consent
from dockgate.tasks import waiting
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.adoption.draft import Plan
    from dockgate.core.project import Environment, Project


@command(
    help={
        "yes": "write without asking",
        "dry_run": "only show what would be written",
        "tasks": "write a tasks.py as well, for Invoke",
    }
)
def init(session: Session, *, yes: bool = False, dry_run: bool = False, tasks: bool = False) -> None:
    """Adopt a repository with Compose files: write dockgate.toml and a schema."""
    from pathlib import Path

    from dockgate.adoption import repository

    asks = not yes and not dry_run and sys.stdin.isatty()
    decide = partial(_decided, session) if asks else None
    adoption = repository.look(session.root or Path.cwd(), decide, tasks=tasks)
    session.say("\n".join(_plan(adoption.plan)))
    document: dict[str, object] = {"files": dict(adoption.files), "left": list(adoption.plan.left)}
    if dry_run or not adoption.files:
        text = "\n".join(f"# {path}\n{text}" for path, text in adoption.files.items())
        nothing = "nothing to write: the configuration and the schema exist"
        session.show({**document, "written": []}, text or nothing, raw=bool(text))
        return
    consent.ask(session, yes=yes, flag="--yes; or --dry-run shows what would be written")
    written = repository.write(adoption)
    rows = {name: _state(session, name) for name in session.project.environments}
    session.show(
        {**document, "written": list(written), "environments": rows}, lambda: "\n".join(_result(written, rows))
    )


def _decided(session: Session, plan: Plan) -> Plan:
    """Return the plan after what names do not say: which file is development's, and whether staging is protected."""
    from dockgate.adoption import draft

    for each in plan.environments:
        if each.why == draft.GUESSED and plan.left:
            files = (*each.files, *plan.left)
            session.say("no name says which file is development's:")
            session.say("\n".join(f"  {number}  {file}" for number, file in enumerate(files, 1)))
            plan = draft.with_development(plan, files[consent.number(session, len(files)) - 1])
        elif each.name == "staging" and consent.agreed(session, f"protect {each.name} ({each.why}) as production is?"):
            plan = draft.with_protected(plan, {each.name})
    return plan


def _plan(plan: Plan) -> Iterator[str]:
    yield f"project {plan.name}"
    for each in plan.environments:
        protected = ", protected" if each.protected else ""
        layers = f"; layers {' '.join(each.layers)}" if each.layers else ""
        yield f"  {each.name}{protected}: {' '.join(each.files)}{layers} ({each.why})"
    if plan.left:
        yield f"  in no environment: {' '.join(plan.left)}"


def _state(session: Session, name: str) -> Mapping[str, object]:
    """Return whether Compose reads an environment, and what the guardrails say of it."""
    from dockgate.core.errors import ConfigError
    from dockgate.core.findings import blocking
    from dockgate.guardrails import project_check
    from dockgate.guardrails.rules import dg335_empty_secret

    environment = session.project.environment(name)
    try:
        services = sorted(session.situation.reading(environment).model.services)
    except ConfigError as error:
        return {"error": str(error), **_sample(session.project, environment, str(error))}
    with waiting.told(waiting.GUARD, sys.stderr):
        report = project_check.run(session.situation, (environment,), None)
    blocked, empty = blocking(report.findings), dict[str, object]()
    for each in report.findings:
        if each.code == dg335_empty_secret.CODE and each not in blocked:
            empty.setdefault(each.name, each.location)
    return {
        "services": services,
        "blocking": [str(each).partition("\n")[0] for each in blocked],
        "empty": [f"{name} ({place})" for name, place in empty.items()],
    }


def _sample(project: Project, environment: Environment, said: str) -> Mapping[str, str]:
    """Return the command that copies a sample to the missing `.env`, where there is one that is not `said` already."""
    from dockgate.system import sample_file

    own = project.root / environment.directory / ".env"
    if own.exists() or sample_file.beside(own) is None:
        return {}
    create = sample_file.creating(own, project.root)
    return {} if create in said else {"sample": create}


def _result(written: tuple[str, ...], rows: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    for path in written:
        yield f"wrote {path}"
    for name, row in rows.items():
        if "error" in row:
            yield f"{name}: {row['error']}"
            if "sample" in row:
                yield f"  there is a sample of what it needs: {row['sample']}"
            continue
        services, findings, empty = (_texts(row[key]) for key in ("services", "blocking", "empty"))
        verdict = f"guard blocks {len(findings)}: {findings[0]}" if findings else "guard passes"
        yield f"{name}: Compose reads {counted(len(services), 'service')}; {verdict}"
        if empty:
            yield f"{name}: nothing sets what looks like a secret: {', '.join(empty)}"
    right = [name for name, row in rows.items() if "error" not in row]
    yield f"next: {'' if right else 'correct that, then '}dockgate plan --env={[*right, *rows, 'dev'][0]}"


def _texts(value: object) -> list[str]:
    return value if isinstance(value, list) else []


TASKS = (init,)
