"""How a start ended: one outcome for each service, and what failed with everything that is known about it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.engine.containers import Container, Port

OOM = "out of memory"
# 128 and the number of the signal, as shells and the engine say it.
SIGNALS = {130: "SIGINT", 132: "SIGILL", 134: "SIGABRT", 135: "SIGBUS", 137: "SIGKILL", 139: "SIGSEGV", 143: "SIGTERM"}


class State(StrEnum):
    """Where a service is, or where it ended."""

    HEALTHY = "healthy"
    RUNNING = "running"
    COMPLETED = "completed"
    UNWANTED = "unwanted"  # scaled to zero
    WAITING = "waiting"
    STARTING = "starting"
    FAILED = "failed"
    BLOCKED = "blocked"
    NOT_STARTED = "not started"
    UNCHANGED = "unchanged"  # it runs as before, because something failed first


GOOD = frozenset({State.HEALTHY, State.RUNNING, State.COMPLETED, State.UNWANTED})


class Row(Struct, frozen=True):
    """A service during a start; times are of the monotonic clock, None where it has not come to that, or was before.

    `health` is what its probes say: `starting`, `healthy`, `unhealthy`, empty where there are none yet.
    """

    name: str
    state: State
    started: float | None = None
    ended: float | None = None
    detail: str = ""
    health: str = ""

    def seconds(self, now: float) -> float:
        """Return how long it took, or has been taking."""
        return 0.0 if self.started is None else (now if self.ended is None else self.ended) - self.started


# The engine's words: of a program's port, and of another container's.
PORT_TAKEN = ("address already in use", "port is already allocated")
FREE_PORT = "another process uses this port: inv doctor shows its variable; --instance=NAME uses free ports"


class Failure(Struct, frozen=True):
    """A container that failed: why, how it ended, what it said last, and the services that it kept from starting."""

    service: str
    container: str
    reason: str
    seconds: float = 0.0
    exit_code: int | None = None
    oom: bool = False
    logs: tuple[str, ...] = ()
    probe: str = ""
    blocked: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the report as lines."""
        when = f", {self.seconds:.1f} s after its start" if self.seconds else ""
        lines = [f"{self.service} ({self.container}) {self.reason}{when}"]
        if self.exit_code is not None:
            lines.append(f"  exit code {self.exit_code}{self._cause()}")
        if self.probe:
            lines += ["  last probe:", *(f"  | {line}" for line in self.probe.splitlines())]
        if self.logs:
            lines += [f"  last {len(self.logs)} log lines:", *(f"  | {line}" for line in self.logs)]
        if self.blocked:
            lines.append("  blocked: " + ", ".join(self.blocked))
        if any(words in self.reason for words in PORT_TAKEN):
            lines.append(f"  → {FREE_PORT}")
        return "\n".join(lines)

    def _cause(self) -> str:
        words = [SIGNALS[self.exit_code]] if self.exit_code in SIGNALS else []
        return f" ({', '.join(words + [OOM] * self.oom)})" if words or self.oom else ""

    def as_json(self) -> Mapping[str, object]:
        """Return the report as `--json` prints it."""
        return {
            "service": self.service,
            "container": self.container,
            "reason": self.reason,
            "seconds": round(self.seconds, 3),
            "exit_code": self.exit_code,
            "oom": self.oom,
            "logs": list(self.logs),
            "probe": self.probe,
            "blocked": list(self.blocked),
        }


class ServiceOutcome(Struct, frozen=True):
    """One service at the end: `seconds` from its own start to its outcome, 0 where it was there already."""

    name: str
    outcome: State
    seconds: float
    image: str
    ports: tuple[Port, ...] = ()

    def as_json(self) -> Mapping[str, object]:
        """Return the row of `up --json`."""
        return {
            "name": self.name,
            "outcome": str(self.outcome),
            "seconds": round(self.seconds, 3),
            "image": self.image,
            "ports": [str(port) for port in self.ports if port.public],
        }


class Outcome(Struct, frozen=True):
    """The whole start: `changed` when anything was started; `failed` is empty when everything is as it should be.

    `containers` is the engine's list at the end, of the whole stack.
    """

    services: tuple[ServiceOutcome, ...]
    failures: tuple[Failure, ...]
    changed: bool
    seconds: float
    containers: tuple[Container, ...] = ()

    @property
    def failed(self) -> tuple[str, ...]:
        """Return the services that are not as they should be."""
        return tuple(service.name for service in self.services if service.outcome not in GOOD)
