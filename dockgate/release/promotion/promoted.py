"""What an environment runs because it was promoted: read, verified, and whether it ran healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import FindingsError
from dockgate.core.location import Location
from dockgate.env import release_pointer
from dockgate.release import settings, smoke
from dockgate.release.artifact import manifest, verify
from dockgate.release.signing import trust
from dockgate.system import audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.engine.containers import Container
    from dockgate.env.release_pointer import Pointer
    from dockgate.release.artifact.manifest import Manifest
    from dockgate.situation import Situation
    from dockgate.stack.up import UpResult

HEALTHY = "healthy"


class Promotion(Struct, frozen=True):
    """A verified promotion; `variables` are what Compose gets: pinned images by variable, and the version."""

    version: str
    manifest: Manifest
    variables: Mapping[str, str]


def load(project: Project, environment: str, pointer: Pointer | None) -> Promotion | None:
    """Return what an environment's pointer names, verified against the public key; None where nothing was promoted.

    FindingsError when the pointer, the manifest or its signature is not what it was.
    """
    if pointer is None:
        return None
    found = verify.signed(project, pointer.version, trust.key(project))
    where = Location(release_pointer.file(environment))
    fix = f"inv promote --to={environment} --version={pointer.version} writes it again"
    if pointer.manifest != found.digest:
        raise FindingsError(f"names another manifest than release {pointer.version} has", where=where, fix=fix)
    if dict(pointer.images) != found.variables():
        raise FindingsError(f"names other images than release {pointer.version} has", where=where, fix=fix)
    return Promotion(pointer.version, found, pointer.variables())


def recorded(situation: Situation, target: Target, bring_up: Callable[[], UpResult]) -> UpResult:
    """Bring a stack up and note how that ended, also when it was broken off: containers were changed by then.

    ToolFailedError where a promoted release is healthy and does not answer with its version (`smoke`).
    """
    try:
        result = bring_up()
        if not result.outcome.failed:
            answers(situation, target, result.containers)
    except BaseException:
        record_up(situation, target, healthy=False)
        raise
    record_up(situation, target, healthy=not result.outcome.failed)
    return result


def answers(situation: Situation, target: Target, running: Iterable[Container]) -> None:
    """Ask a stack for the version of its promoted release; ToolFailedError where it answers otherwise."""
    path, pointer = settings.load(situation.project).smoke, situation.pointer(target.environment.name)
    if path and pointer:
        smoke.ask(target, running, path, pointer.version)


def record_up(situation: Situation, target: Target, *, healthy: bool) -> None:
    """Note in the audit log how a stack came up; with its release healthy, that may be promoted further."""
    pointer = situation.pointer(target.environment.name)
    facts = {"version": pointer.version, "manifest": pointer.manifest} if pointer else {}
    place = {"environment": target.environment.name, "instance": target.instance}
    audit.record(situation.project, "up", HEALTHY if healthy else "failed", **place, **facts)


def ran_healthy(lines: Iterable[Mapping[str, object]], environment: str, digest: str) -> bool:
    """Return whether the audit log knows of this very manifest coming up healthy in an environment."""
    sought = {"action": "up", "result": HEALTHY, "environment": environment, "instance": "", "manifest": digest}
    return any(all(line.get(name) == value for name, value in sought.items()) for line in lines)


def listed(project: Project) -> tuple[Mapping[str, object], ...]:
    """Return every release here with the environments that run it, oldest first."""
    running = {name: release_pointer.read(project.root, name) for name in project.environments}
    found = []
    for number in manifest.listed(project.root):
        document, _, _ = manifest.load(project.root, number)
        where = [name for name, pointer in running.items() if pointer and pointer.version == number]
        found.append(
            {
                "version": number,
                "commit": document.commit,
                "created": document.created,
                "images": len(document.images),
                "environments": where,
            }
        )
    return tuple(found)
