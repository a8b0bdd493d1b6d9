"""The task that adds an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.tasks import confirm as consent
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.adoption.addition import Addition
    from dockgate.core.project import Environment, Project

READABLE = 0o644  # as git checks a file out


@command(
    positional=("name",),
    help={
        "name": "name of the new environment, such as qa",
        "like": "environment to copy (default: the first that is neither protected nor development)",
        "yes": "write without asking",
        "dry_run": "only show what would be written",
    },
)
def add(session: Session, *, name: str | None = None, like: str = "", yes: bool = False, dry_run: bool = False) -> None:
    """Add an environment after another one: table, Compose overlay, env file, schema."""
    project = session.project
    wanted = name or ""
    if wanted in project.environments:
        raise ConfigError(f"{wanted} exists already", fix="choose another name")
    model = project.environment(like, "--like") if like else _model(project)
    planned = _addition(session, model, wanted)
    files = {"made": list(planned.made), "changed": list(planned.changed)}
    document: dict[str, object] = {"name": wanted, "like": model.name, **files}
    present = [path for path in planned.made if (project.root / path).exists()]
    if present:
        raise ConfigError(f"{', '.join(present)} exists already", fix="remove it, or choose another name")
    session.say(f"{wanted} will be like {model.name}")
    session.say("\n".join([*(f"create {path}" for path in planned.made), *(f"change {p}" for p in planned.changed)]))
    if dry_run:
        session.show({**document, "written": False}, "")
        return
    consent.ask(session, yes=yes, flag="--yes; or --dry-run shows what would be written")
    _write(project, planned)
    session.show(
        {**document, "written": True}, f"added {wanted}; next: inv env.docs, then inv env.check --env={wanted}"
    )


def _model(project: Project) -> Environment:
    """Return what a new environment is like where none is named: a test or staging environment mostly."""
    every = project.environments.values()
    open_ones = [each for each in every if not each.protected]
    shared = [each for each in open_ones if not each.is_development]
    return next(iter((*shared, *open_ones, *every)))


def _addition(session: Session, like: Environment, name: str) -> Addition:
    from dockgate.adoption import addition
    from dockgate.adoption.addition import Ports
    from dockgate.env import variable

    project, variables = session.project, session.situation.schema.variables
    ports = {each for each, declared in variables.items() if declared.type == "port"}
    plain = [session.situation.survey(each).plain() for each in project.environments.values()]
    taken = {int(values[each]) for values in plain for each in ports & values.keys() if values[each].isdecimal()}
    settings = _texts(project, project.file, variable.PATH)
    files = _texts(project, *like.files, *like.layers)
    return addition.addition(like, name, files, settings, Ports(ports, taken))


def _texts(project: Project, *paths: str) -> Mapping[str, str]:
    from dockgate.system import regular_file

    return {path: regular_file.text(project.root / path) for path in paths if (project.root / path).is_file()}


def _write(project: Project, planned: Addition) -> None:
    from dockgate.system import atomic_file

    for path, text in planned.made.items():
        atomic_file.create(project.root / path, text.encode(), READABLE)
    for path, text in planned.changed.items():
        atomic_file.replace(project.root / path, text.encode(), READABLE)
