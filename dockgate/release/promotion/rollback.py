"""Rolling back: looks first, then acts; if the release before does not come up, what ran comes back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from msgspec import Struct, to_builtins

from dockgate.core.errors import ConfigError, DockgateError, FindingsError, ToolFailedError
from dockgate.core.location import Location
from dockgate.env import release_pointer
from dockgate.release.artifact import verify
from dockgate.release.promotion import promote
from dockgate.release.signing import trust
from dockgate.system import audit, marks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from dockgate.core.project import Project
    from dockgate.env.release_pointer import Pointer
    from dockgate.release.artifact.manifest import Manifest
    from dockgate.release.protocols import Store


class LiveStack(Struct, frozen=True):
    """What a rollback asks of the stack: to be brought up for a pointer, and the references of the images that run."""

    look: Callable[[Pointer], Callable[[], None]]
    images: Callable[[], Collection[str]] = frozenset


class RollbackResult(Struct, frozen=True):
    """From which version to which one an environment went."""

    environment: str
    left: str
    version: str

    def as_json(self) -> Mapping[str, Any]:
        """Return what `rollback --json` prints."""
        return {"environment": self.environment, "from": self.left, "version": self.version}


def _present(project: Project, environment: str) -> Pointer:
    """Return the pointer of an environment; ConfigError where there is none."""
    pointer = release_pointer.read(project.root, environment)
    if pointer is None:
        raise ConfigError(
            f"nothing was promoted to {environment}, so there is nothing to go back to",
            where=Location(release_pointer.file(environment)),
            fix=f"inv promote --to={environment} --version=VERSION",
        )
    return pointer


def _target(pointer: Pointer, environment: str, wanted: str) -> str:
    """Return the version to go back to; ConfigError when there is none."""
    if wanted == pointer.version or (not wanted and not pointer.history):
        known = ", ".join(pointer.history) or "none"
        raise ConfigError(
            f"{environment} runs {pointer.version}; before it ran: {known}", fix="--to=VERSION names another"
        )
    return wanted or pointer.history[0]


def rollback(
    project: Project,
    environment: str,
    wanted: str,
    store: Store | None,
    stack: LiveStack,
    show: Callable[[RollbackResult], None],
) -> None:
    """Point back and bring it up.

    `stack.look` prepares the stack for a pointer that is not written yet: what it raises changed nothing. It returns
    what brings the stack up, which raises a DockgateError when that does not become healthy. `show` gets the result
    while the mark is still there: given again without having said so, a rollback would go one release too far.
    """
    before = _present(project, environment)
    number = _target(before, environment, wanted)
    with _unchanged():
        found = promote.verified(project, number, store)
        promote.below(project, environment, found, stack.images)
        pointer = _back(before, found)
        up = stack.look(pointer)
    facts = {"environment": environment, "version": number, "left": before.version}
    subject, message = release_pointer.file(environment), f"rollback --env={environment} to {number}"
    intent = {"before": to_builtins(before), "after": to_builtins(pointer)}
    with marks.marked(project, subject, "rollback", message, **intent):
        release_pointer.write(project.root, environment, pointer)
        try:
            up()
        except BaseException as error:
            release_pointer.write(project.root, environment, before)
            audit.record(project, "rollback", "reverted", **facts, why=str(error).partition("\n")[0])
            marks.clear(project, subject, "rollback")
            if isinstance(error, DockgateError):
                _return(stack.look, before, number, error)
            raise
        audit.record(project, "rollback", "done", **facts)
        show(RollbackResult(environment, before.version, number))


def hindrance(project: Project, environment: str, number: str, running: Collection[str]) -> str:
    """Return what to do where `rollback` would refuse to go to a release because of migrations; empty where not."""
    try:
        promote.below(project, environment, verify.signed(project, number, trust.key(project)), lambda: running)
    except FindingsError as error:
        return error.fix
    except DockgateError:
        return ""  # it cannot be told here: rollback itself does
    return ""


def _back(before: Pointer, found: Manifest) -> Pointer:
    """Return the pointer to an older release; what was left is not what ran before it: a second one goes further."""
    history = before.history
    if found.version in history:
        history = history[history.index(found.version) + 1 :]
    return promote.pointing(found, history, f"rollback from {before.version}")


@contextmanager
def _unchanged() -> Iterator[None]:
    """Say in an error that nothing was changed; its exit code stays its own."""
    try:
        yield
    except DockgateError as error:
        error.add(" (nothing was changed)")
        raise


def _return(look: Callable[[Pointer], Callable[[], None]], before: Pointer, number: str, error: DockgateError) -> None:
    """Bring back what ran before, and say both things that happened."""
    try:
        look(before)()
    except DockgateError as second:
        raise ToolFailedError(
            f"{number} did not become healthy ({error.what}), and {before.version} did not come back: {second.what}",
            fix="inv logs shows why; the data volumes are untouched",
        ) from second
    raise ToolFailedError(
        f"{number} did not become healthy, {before.version} runs again: {error.what}", fix=error.fix
    ) from error
