"""Tasks for this machine: doctor, clean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import MissingToolError
from dockgate.tasks import confirm
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.engine.sdk_client import Engine
    from dockgate.stack.leftovers import Leftover


@command(help={"env": "check only the published ports of this environment (default: of all)"})
def doctor(session: Session, *, env: str = "") -> None:
    """Check prerequisites and show how to fix each one; exit 4 if one is missing."""
    from dockgate.core import endpoint, target
    from dockgate.stack import doctor as work

    project = session.project
    if env:
        targets = [session.target(env)]
        chosen = targets[0].endpoint
    else:
        chosen = endpoint.find(project.process)
        session.everywhere(project.file, chosen)
        targets = [target.target(project, name, "", chosen) for name in project.environments]
    ports = {name: port for each in targets for name, port in _ports(project, each).items()}
    checks = list(work.examine(project, chosen, ports))
    good = all(check.good for check in checks)
    session.show({"good": good, "checks": [check.as_json() for check in checks]}, "\n".join(map(str, checks)))
    if not good:
        raise MissingToolError("prerequisites are missing", fix="see the fixes above")


def _ports(project: Project, target: Target) -> Mapping[str, int]:
    """Return the ports that the environment is going to publish and that its own stack does not hold already."""
    from dockgate.engine import containers
    from dockgate.env import layering

    resolved = layering.survey(project, target.environment, None)
    try:
        running = containers.containers(target.endpoint, target.project)
    except MissingToolError:
        running = ()  # reported by the check of the engine
    held = {port.public for one in running for port in one.ports}
    ports = {
        f"{name} of {target.environment.name}": int(value)
        for name, value in resolved.plain().items()
        if name in resolved.schema.variables  # what a layer sets and the schema lacks is `env.check`'s to report
        and resolved.schema.variables[name].type == "port"
        and value.isdecimal()
    }
    return {name: port for name, port in ports.items() if port not in held}


@command(
    help={
        "volumes": "also remove their volumes and all data in them",
        "images": "also remove unused images of old releases and old builds",
        "keep": "number of releases, and of builds of each image, that --images keeps",
        "yes": "do not ask for confirmation",
        "dry_run": "only show what would be removed",
    }
)
def clean(
    session: Session,
    *,
    volumes: bool = False,
    images: bool = False,
    keep: int = 5,
    yes: bool = False,
    dry_run: bool = False,
) -> None:
    """Remove what stopped instances left on the engine; never touches a protected environment."""
    from dockgate.core import endpoint
    from dockgate.core.plan import Plan
    from dockgate.engine.sdk_client import Engine
    from dockgate.release.promotion import retention
    from dockgate.stack import leftovers as work
    from dockgate.system import audit

    project = session.project
    engine = Engine(endpoint.find(project.process))
    session.everywhere(project.file, engine.endpoint)
    found = [one for one in _leftovers(session, engine) if not _busy(session, engine, one)]
    outdated = retention.find(project, engine, keep) if images else ()
    plan = Plan((*work.plan(found, volumes=volumes).steps, *retention.plan(outdated).steps))
    removing = bool(plan) and not dry_run
    if removing:
        session.say(str(plan))
        confirm.ask(session, yes=yes, flag="--yes")
        for one in found:
            _remove(session, engine, one.project, volumes=volumes)
        for each in outdated:
            engine.remove_image(each.reference)
        audit.record(project, "clean", "done", removed=", ".join(step.target for step in plan.steps))
    document = {"steps": [step.as_json() for step in plan.steps], "removed": removing}
    nothing = "only volumes remain: --volumes removes them and all data in them" if found else "nothing to remove"
    session.show(document, "" if removing else str(plan) or nothing)


def _leftovers(session: Session, engine: Engine) -> tuple[Leftover, ...]:
    from dockgate.stack import leftovers as work

    protected = [name for name, each in session.project.environments.items() if each.protected]
    return work.find(engine, session.project.name, protected)


def _busy(session: Session, engine: Engine, one: Leftover) -> bool:
    """Return whether another process works on the stack: between being created and started, nothing of it runs."""
    from dockgate.core.target import stack_lock
    from dockgate.system import locks

    return locks.inspect(session.project, stack_lock(one.project, engine.endpoint))[0] in {
        locks.State.HELD,
        locks.State.INHERITED,
    }


def _remove(session: Session, engine: Engine, stack: str, *, volumes: bool) -> None:
    """Remove one dead stack and its secrets on RAM, checked again now that the lock is held."""
    from dockgate.core.target import stack_lock
    from dockgate.secrets import runtime_files
    from dockgate.stack import leftovers as work
    from dockgate.system import locks

    with locks.held(session.project, stack_lock(stack, engine.endpoint), "clean"):
        for one in _leftovers(session, engine):
            if one.project == stack:
                work.remove(engine, (one,), volumes=volumes)
                runtime_files.forget(session.project, stack, one.checkout)


TASKS = (doctor, clean)
