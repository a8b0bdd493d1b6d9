"""One container during a start: what the engine says of it in, the phase that it is in out."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.labels import ONE_SHOT

if TYPE_CHECKING:
    from dockgate.compose.model import Service
    from dockgate.engine.containers import Container

# Seconds that a service without a probe has to stay up before it counts as running: longer than most crashes take that
# a restart policy turns into a loop.
SETTLE = 5.0

ENDED = "exited, but it is not declared as a one-shot: let a service wait for its completion, or label it " + ONE_SHOT


UNHEALTHY = "is unhealthy"
KILLED = 137  # the exit code of what SIGKILL ended, as the kernel does where memory runs out
HEALTH = ("unhealthy", "starting", "healthy", "")  # a service is as its worst container is


class Phase(StrEnum):
    """Where a container is."""

    WAITING = "waiting"
    STARTING = "starting"  # the engine was asked, and has not said yet that it runs
    RUNNING = "running"
    HEALTHY = "healthy"
    COMPLETED = "completed"
    FAILED = "failed"


FINAL = frozenset({Phase.COMPLETED, Phase.FAILED})
ALIVE = frozenset({Phase.RUNNING, Phase.HEALTHY})


class Kind(StrEnum):
    """What can happen to a container; the last two come from our own request to start it."""

    STARTED = "started"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    DIED = "died"
    OOM = "out of memory"
    REMOVED = "removed"
    RETURNED = "returned"
    REFUSED = "refused"


# What the engine's events call it.
KINDS = {
    "start": Kind.STARTED,
    "die": Kind.DIED,
    "destroy": Kind.REMOVED,
    "health_status: healthy": Kind.HEALTHY,
    "health_status: unhealthy": Kind.UNHEALTHY,
    "oom": Kind.OOM,
}


class Event(Struct, frozen=True):
    """Something that happened to a container: `code` is the exit code, `text` the engine's refusal."""

    kind: Kind
    container: str
    code: int = 0
    text: str = ""


class ContainerState(Struct):
    """A container and its phase; times are of the caller's monotonic clock."""

    container: Container
    service: Service
    probed: bool
    phase: Phase = Phase.WAITING
    started: float | None = None  # when we asked the engine to start it; None: it was not we
    ran: float | None = None  # when the engine said that it runs
    ended: float | None = None  # when it reached the phase that counts
    settles: float | None = None  # when it will have been up for long enough to count as running
    returned: bool = False
    doubted: bool = False  # it was unhealthy before this start; its next probe decides
    reason: str = ""
    probe: str = ""  # how its last probe failed, while it is waited for
    exit_code: int | None = None
    oom: bool = False  # heard, not read: a restart takes the engine's own flag back

    @property
    def settled(self) -> bool:
        """Return whether it is as it should be, for good."""
        if self.service.one_shot or self.phase is Phase.COMPLETED:
            return self.phase is Phase.COMPLETED
        return self.phase is Phase.HEALTHY or (self.phase is Phase.RUNNING and not self.probed and self.settles is None)

    @property
    def health(self) -> str:
        """Return what the probes of this start say so far, as the engine words it."""
        if self.phase is Phase.FAILED:
            return "unhealthy" if self.reason == UNHEALTHY else ""
        return {Phase.RUNNING: "starting", Phase.HEALTHY: "healthy"}.get(self.phase, "") if self.probed else ""

    def begin(self, now: float) -> None:
        """Take note that the engine is asked to start it."""
        self.phase, self.started, self.returned = Phase.STARTING, now, False

    def fail(self, reason: str, now: float, code: int | None = None) -> None:
        """End in failure."""
        self.phase, self.reason, self.exit_code, self.ended, self.settles = Phase.FAILED, reason, code, now, None

    def handle(self, event: Event, now: float) -> None:
        """Take in one event; what comes after the end, or from before the start, changes nothing.

        But for memory that ran out, which the engine may tell after the end that it made.
        """
        if self.phase in FINAL:
            self.oom = self.oom or (event.kind is Kind.OOM and self.exit_code == KILLED)
        elif event.kind is Kind.RETURNED:
            self.returned = True
        elif event.kind is Kind.REFUSED:
            self.fail(f"failed to start: {event.text}", now)
        elif event.kind is Kind.REMOVED:
            self.fail("was removed by another process", now)
        elif event.kind is Kind.STARTED and self.phase not in ALIVE:
            self._run(now)
        elif self.phase in ALIVE:
            self._live(event, now)

    def seen(self, container: Container | None, now: float) -> None:
        """Take in what the engine lists now (None: nothing), in case an event was missed."""
        if container is None:
            self.handle(Event(Kind.REMOVED, self.container.id), now)
            return
        if self.phase is Phase.WAITING or self.phase in FINAL or container.state in {"paused", "removing"}:
            return
        # Before our request has returned, "not running" is the past, not a result.
        if container.state != "running" and self.phase is Phase.STARTING and not self.returned:
            return
        self.handle(Event(Kind.STARTED, container.id), now)
        self._look(container, now)

    def tick(self, now: float) -> None:
        """Let time pass: a service without a probe has settled, or a doubted one was given its chance."""
        if self.settles is None or now < self.settles:
            return
        self.settles = None
        if self.doubted:
            self.fail(UNHEALTHY, now)
        elif self.phase is Phase.RUNNING:
            self.ended = now

    def _look(self, container: Container, now: float) -> None:
        if container.state == "restarting":
            self.fail("is in a restart loop", now, container.exit_code)
        elif container.state in {"exited", "dead"}:
            self._live(Event(Kind.DIED, container.id, container.exit_code or 0), now)
        elif container.health == "healthy":
            self._live(Event(Kind.HEALTHY, container.id), now)
        elif container.health == "unhealthy" and not self.doubted:
            self._live(Event(Kind.UNHEALTHY, container.id), now)

    def _run(self, now: float) -> None:
        self.phase, self.ran = Phase.RUNNING, now
        if not self.probed and not self.service.one_shot:
            self.settles = now + SETTLE

    def _live(self, event: Event, now: float) -> None:
        if event.kind is Kind.HEALTHY and self.phase is Phase.RUNNING:
            self.phase, self.doubted, self.settles, self.ended = Phase.HEALTHY, False, None, now
        elif event.kind is Kind.UNHEALTHY:
            self.fail(UNHEALTHY, now)
        elif event.kind is Kind.OOM:
            self.oom = True
        elif event.kind is Kind.DIED and event.code == 0 and self.service.one_shot:
            self.phase, self.exit_code, self.settles, self.ended = Phase.COMPLETED, 0, None, now
        elif event.kind is Kind.DIED:
            self.fail("exited" if event.code else ENDED, now, event.code)
