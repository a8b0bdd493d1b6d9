"""Promoting a release: verified, then one file points at its digests; nothing is built."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import to_builtins

from dockgate.core.errors import FindingsError
from dockgate.core.target import up_command
from dockgate.env import release_pointer
from dockgate.env.release_pointer import Pointer
from dockgate.release import settings, version
from dockgate.release.artifact import load, verify
from dockgate.release.promotion import migrations, promoted
from dockgate.release.signing import trust
from dockgate.system import audit, marks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from dockgate.core.project import Project
    from dockgate.release.artifact.manifest import Manifest
    from dockgate.release.protocols import Store


def promote(project: Project, environment: str, number: str, store: Store | None, *, reason: str) -> Pointer:
    """Point an environment at a release; FindingsError when it does not verify or did not run healthy before.

    `reason` is needed, and kept, where a release skips the environment that it should have run in, or is older than
    the one that the environment is promoted to.
    """
    project.environment(environment)
    found = verified(project, number, store)
    pointer = allowed(project, environment, found, reason)
    subject, message = release_pointer.file(environment), f"promote --to={environment} --version={found.version}"
    with marks.marked(project, subject, "promote", message, after=to_builtins(pointer)):
        release_pointer.write(project.root, environment, pointer)
        record(project, environment, pointer)
    return pointer


def allowed(project: Project, environment: str, found: Manifest, reason: str) -> Pointer:
    """Return the pointer to a verified release; FindingsError where it must not run in the environment."""
    _came_before(project, environment, found, reason)
    below(project, environment, found)
    before = release_pointer.read(project.root, environment)
    _not_older(environment, found, before, reason)
    return pointed(found, before, reason)


def record(project: Project, environment: str, pointer: Pointer) -> None:
    """Note a promotion in the audit log."""
    facts = {"environment": environment, "version": pointer.version, "manifest": pointer.manifest}
    audit.record(project, "promote", "done", **facts)


def verified(project: Project, number: str, store: Store | None) -> Manifest:
    """Return a release's manifest after everything about it that is here was verified; without a store, no engine."""
    report = verify.verify(project, number, trust.key(project), store)
    if not report.good:
        raise verify.refused(number, report.first_problem)
    if store:
        load.complete(report.manifest, report.engine)
    return report.manifest


def _came_before(project: Project, environment: str, found: Manifest, reason: str) -> None:
    earlier = settings.load(project).after.get(environment)
    if not earlier or reason or promoted.ran_healthy(audit.lines(project), earlier, found.digest):
        return
    up = up_command(project.environment(earlier))
    raise FindingsError(
        f"{found.version} has not run healthy in {earlier}, so it is not for {environment}",
        fix=f"inv promote --to={earlier} --version={found.version}, {up}; or --reason='why not'",
    )


def _not_older(environment: str, found: Manifest, before: Pointer | None, reason: str) -> None:
    """Refuse a release that is older than the one before, unless a reason is given: it may lack a security fix."""
    if before and not reason and version.parse(found.version) < version.parse(before.version):
        raise FindingsError(
            f"{found.version} is older than {before.version}, which {environment} is promoted to",
            fix=f"inv rollback --env={environment} goes back to what ran before; or --reason='why an older one'",
        )


def pointed(found: Manifest, before: Pointer | None, reason: str) -> Pointer:
    """Return the pointer to a release, with what ran before in its history."""
    if before and before.version == found.version:
        history = before.history
    else:
        history = (before.version, *before.history) if before else ()
        history = tuple(each for each in history if each != found.version)
    return pointing(found, history, reason)


def pointing(found: Manifest, history: tuple[str, ...], reason: str) -> Pointer:
    """Return a pointer to a release from now on."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Pointer(found.version, found.digest, now, found.variables(), history[: release_pointer.HISTORY], reason)


def below(
    project: Project, environment: str, found: Manifest, running: Callable[[], Collection[str]] = frozenset
) -> None:
    """Refuse to go below a destructive migration of what the environment is pointed at now.

    Allowed is a release that serves already; `running` asks for the references of the images that run.
    """
    pointer = release_pointer.read(project.root, environment)
    if not pointer:
        return
    now = verify.signed(project, pointer.version, trust.key(project))
    try:
        migrations.check(now.migrations, found.migrations, found.version)
    except FindingsError:
        if not migrations.serves(now.variables().values(), found.variables().values(), running()):
            raise
