"""Tasks that build images and check their Dockerfiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.images.budgets import Row
    from dockgate.images.build import BuiltImage

NOTHING = "nothing to build: no configured image is used here; what Compose files pull or build, up does"
MEGABYTE = 1_000_000  # as docker images counts


@command(
    help={
        "env": "environment to build images for (default: the first protected one)",
        "image": "only this image",
        "fresh": "rebuild the base image from today's package lists, even if it is recent",
    }
)
def build(session: Session, *, env: str = "", image: str = "", fresh: bool = False) -> None:
    """Build missing images and show the size of each one."""
    from dockgate.guardrails import Scope, Subject, check
    from dockgate.images import build as work
    from dockgate.tasks import preflight

    target = session.target(env or _protected(session))
    environment = target.environment
    preflight.enforce(check(Subject(session.situation, environment, frozenset({Scope.FILES}))), session.say)
    wanted = work.Wanted(only=image, fresh=fresh)
    built = work.ensure(session.project, target.endpoint, environment, wanted, session.say)
    rows = work.budget(session.project, environment, built)
    document = {"images": [each.as_json() for each in built], "budgets": [each.as_json() for each in rows]}
    session.show(document, lambda: _text(built, rows) or NOTHING)


def _protected(session: Session) -> str:
    environments = session.project.environments.values()
    return next((each.name for each in environments if each.protected), "")


def _text(built: Iterable[BuiltImage], rows: Iterable[Row]) -> str:
    lines = [
        f"{each.name:<18} {each.bytes / MEGABYTE:6.1f} MB unpacked {each.compressed / MEGABYTE:6.1f} MB compressed  "
        f"{'nothing to build' if each.cached else f'{each.seconds:.1f} s':<16}  {each.ref}"
        for each in built
    ]
    return "\n".join([*lines, *(f"budget {row}" for row in rows)])


@command(extras=("lint",), help={})
def lint(session: Session) -> None:
    """Run hadolint on every Dockerfile."""
    from dockgate.core import findings
    from dockgate.core.counted import counted
    from dockgate.core.errors import FindingsError
    from dockgate.images import dockerfiles, hadolint

    files = dockerfiles.names(session.project.root)
    session.everywhere(" ".join(files))
    found = hadolint.lint(session.project, files)
    document = {"files": list(files), "findings": [each.as_json() for each in found]}
    figures = f"hadolint: {counted(len(files), 'Dockerfile')}, {counted(len(found), 'finding')}"
    session.show(document, "\n".join([*map(str, found), figures]))
    if blocking := findings.blocking(found):
        raise FindingsError(f"hadolint: blocked by {counted(len(blocking), 'finding')}")


TASKS = (build, lint)
