"""Plans: what a task is about to do, as values that can be printed, compared and run."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dockgate.core.secret import Secret


class Effect(StrEnum):
    """What a step does to the world."""

    READ = "read"
    WRITE = "write"
    DESTROY = "destroy"


class Command(Struct, frozen=True):
    """A process to run: argument list, the whole child environment, folder, and seconds it may take.

    `secrets` are values that it may know from elsewhere, such as a file, and that are not to be repeated when it fails.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    timeout: float = 120.0
    secrets: tuple[Secret, ...] = ()

    def __str__(self) -> str:
        """Return the command as a shell would read it; the environment is not shown."""
        import shlex  # noqa: PLC0415 - only for printing

        return shlex.join(self.argv)


class Step(Struct, frozen=True):
    """One step: an action on a target, its cause and its effect."""

    action: str
    target: str
    cause: str
    effect: Effect = Effect.WRITE

    def __str__(self) -> str:
        """Return `action target (cause)`, the deterministic text that tests compare."""
        return f"{self.action} {self.target} ({self.cause})"

    def as_json(self) -> Mapping[str, str]:
        """Return the step as `--json` prints it."""
        return {"action": self.action, "target": self.target, "cause": self.cause, "effect": str(self.effect)}


class Plan(Struct, frozen=True):
    """Steps in order; an empty plan changes nothing."""

    steps: tuple[Step, ...] = ()

    def __bool__(self) -> bool:
        """Return whether there is anything to do."""
        return bool(self.steps)

    def __str__(self) -> str:
        """Return one line a step."""
        return "\n".join(map(str, self.steps))
