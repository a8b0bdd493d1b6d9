"""The edge of the start-up: engine events into the scheduler, its decisions back to the engine.

    start(model, wire, part=WHOLE, timeout=120.0, listener=None, listed=None) -> Outcome
    verify(…the same…) -> Outcome       starts nothing

Ctrl-C and SIGTERM come as whatever exception the caller's handlers raise in the main thread: nothing more is started
then, requests under way are awaited, and what runs keeps running for `status` and `down`.
"""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from dockgate.core.errors import ToolFailedError
from dockgate.engine.api import RefusedError
from dockgate.engine.containers import NOT_FOUND, PROJECT, life, stack
from dockgate.stack.startup import failure_report
from dockgate.stack.startup.pending import WHOLE, Part, pending
from dockgate.stack.startup.scheduler import Scheduler, tracks
from dockgate.stack.startup.track import KINDS, SETTLE, Event, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dockgate.compose.model import Model
    from dockgate.engine.api import EngineClient, Stream
    from dockgate.engine.containers import Container
    from dockgate.stack.startup.board import Listener
    from dockgate.stack.startup.outcome import Outcome

QUIET = 5.0  # seconds without an event after which the engine is asked, in case one was lost
RECONNECT = 0.2  # seconds; chosen: an engine that restarts takes seconds, and no event is lost meanwhile
PARALLEL = 8  # requests to start at once


class Lost(Exception):  # noqa: N818 - a message between threads, never raised
    """The event stream ended."""


Message = Event | Exception


def start(
    model: Model,
    wire: EngineClient,
    *,
    part: Part = WHOLE,
    timeout: float,
    listener: Listener | None = None,
    listed: tuple[Container, ...] | None = None,
) -> Outcome:
    """Start what does not run, in dependency order, and wait until everything is as it should be, or something failed.

    The containers must exist (`compose up --no-start`); `listed` is the engine's list where the caller has a fresh one.
    """
    run = _Run(model, wire, part, timeout, None)
    return _through(run, listener, listed)


def verify(
    model: Model,
    wire: EngineClient,
    *,
    part: Part = WHOLE,
    timeout: float,
    listener: Listener | None = None,
    ran: Collection[str] = (),
) -> Outcome:
    """Wait as `start` does, but start nothing: what does not run has failed. For what Compose itself has to start.

    `ran`: ids of what ran before. Any other container was started a moment ago, and has to stay up for a while.
    """
    run = _Run(model, wire, part, timeout, ran)
    return _through(run, listener, None)


def _through(run: _Run, listener: Listener | None, listed: tuple[Container, ...] | None) -> Outcome:
    try:
        run.prepare(listed)
        while not run.finished():
            run.report(listener)
            run.step()
        run.report(listener)
        return failure_report.outcome(run.scheduler, run.wire, run.listed, time.monotonic() - run.began)
    finally:
        run.close()
        if listener:
            listener.close()


class _Run:
    def __init__(
        self, model: Model, wire: EngineClient, part: Part, timeout: float, ran: Collection[str] | None
    ) -> None:
        self.model, self.wire, self.part, self.timeout = model, wire, part, timeout
        self.names = model.closure(part.services)
        self.began = self.heard = time.monotonic()
        self.ends = self.began + timeout
        self.inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.listeners: list[threading.Thread] = []
        self.starts = ThreadPoolExecutor(PARALLEL)
        self.stream: Stream | None = None
        self.told, self.last = set[str](), ""
        self.ran, self.starting, self.closed, self.fresh = ran, ran is None, False, False
        self.listed: tuple[Container, ...] = ()
        self.scheduler: Scheduler

    def prepare(self, listed: tuple[Container, ...] | None) -> None:
        """Look; where something has to happen, subscribe first and look again: nothing goes unseen in between then."""
        self.listed = self._look() if listed is None else listed
        self._schedule(self.listed)
        if self.scheduler.done:
            return
        self._subscribe()
        looping = [one for one in self._look() if one.state == "restarting" and self.starting]
        for one in looping:
            self.wire.stop(one.id, 1)
        self._schedule(self._look() if looping else self.listed)

    def _schedule(self, listed: Iterable[Container]) -> None:
        mine, young = [one for one in listed if one.service in self.names and self._concerns(one)], set[str]()
        probed = {one.id: counts for one in mine if (counts := self._probed(one, young)) is not None}
        found = [one for one in mine if one.id in probed]
        todo = pending(self.model, found, self.names) | self.part.again if self.starting else frozenset[str]()
        self.scheduler = Scheduler(self.model, self.names, tracks(self.model, found, todo, probed), self.part.parallel)
        for key in young:
            self.scheduler.tracks[key].settles = time.monotonic() + SETTLE
        self.fresh = True

    def step(self) -> None:
        """Start what may start, then wait for the next event, or for time to decide something."""
        self.fresh = False
        now = time.monotonic()
        for container in self.scheduler.ready(now):
            self.starts.submit(self._start, container)
        quiet = self.heard + QUIET
        ends = [self.ends, quiet, self.scheduler.due() or quiet]
        for message in self._receive(max(0.0, min(ends) - now)):
            self._take(message)

    def report(self, listener: Listener | None) -> None:
        """Say how far it is, and which containers have become as they should be; the next ones get the whole time."""
        if listener:
            listener.update(self.scheduler.rows())
        for track in self.scheduler.tracks.values():
            if self.part.settled and track.settled and track.container.id not in self.told:
                self.told.add(track.container.id)
                self.ends = time.monotonic() + self.timeout
                self.part.settled(track)

    def finished(self) -> bool:
        """Return whether the start is over; what looks good is checked against the engine's own list once more."""
        now = time.monotonic()
        self.scheduler.tick(now)
        if now >= self.ends:
            self.scheduler.expire(now, self.timeout)
            return True
        if self.scheduler.done and not self.fresh:
            self.scheduler.observe(self._look(), time.monotonic())
        return self.scheduler.done

    def close(self) -> None:
        """End the stream and wait for every thread."""
        self.closed = True
        self.starts.shutdown(cancel_futures=True)
        if self.stream:
            self.stream.close()
        for thread in self.listeners:
            thread.join()

    def _receive(self, seconds: float) -> Iterable[Message]:
        try:
            yield self.inbox.get(timeout=seconds)
            while not self.inbox.empty():
                yield self.inbox.get()
        except queue.Empty:
            if time.monotonic() >= self.heard + QUIET:
                self.scheduler.observe(self._look(), time.monotonic())
                for track in self.scheduler.waited():
                    track.probe = failure_report.failing_probe(self.wire, track.container.id)

    def _take(self, message: Message) -> None:
        self.heard = time.monotonic()
        if isinstance(message, Event):
            self.scheduler.handle(message, time.monotonic())
        elif isinstance(message, Lost):
            time.sleep(RECONNECT)
            self._subscribe()
            self.scheduler.observe(self._look(), time.monotonic())
        else:
            raise message

    def _look(self) -> tuple[Container, ...]:
        self.heard = time.monotonic()
        self.listed = stack(self.wire, self.model.project)
        return self.listed

    def _concerns(self, one: Container) -> bool:
        return self.part.only is None or one.id in self.part.only

    def _probed(self, one: Container, young: set[str]) -> bool | None:
        """Return whether the health of a container counts: there is a check, its service's or its image's own.

        None where it was removed since the list was made.

        One without, that was started a moment ago, is added to `young`: that it runs now says nothing.
        """
        service = self.model.services[one.service]
        if one.health or service.healthcheck or service.one_shot:
            return not service.one_shot
        try:
            known = self.wire.inspect(one.id)
        except RefusedError as error:
            if error.status != NOT_FOUND:
                raise
            return None
        if one.running and (life(known, one.state).looping or (self.ran is not None and one.id not in self.ran)):
            young.add(one.id)
        check = known["Config"].get("Healthcheck") or {}
        return bool(check.get("Test")) and check["Test"] != ["NONE"]

    def _subscribe(self) -> None:
        label = f"{PROJECT}={self.model.project}"
        names = ["start", "die", "destroy", "health_status", "oom"]
        self.stream = self.wire.events({"type": ["container"], "label": [label], "event": names}, self.last)
        self.listeners.append(threading.Thread(target=self._listen, args=(self.stream,), daemon=True))
        self.listeners[-1].start()

    def _listen(self, stream: Stream) -> None:
        for entry in stream:
            nanoseconds = int(entry["timeNano"]) + 1
            self.last = f"{nanoseconds // 10**9}.{nanoseconds % 10**9:09d}"
            if kind := KINDS.get(entry["Action"]):
                actor = entry["Actor"]
                self.inbox.put(Event(kind, actor["ID"], int(actor["Attributes"].get("exitCode", 0))))
        if not self.closed:
            self.inbox.put(Lost())

    def _start(self, container: str) -> None:
        try:
            self.wire.start(container)
            self.inbox.put(Event(Kind.RETURNED, container))
        except ToolFailedError as error:
            self.inbox.put(Event(Kind.REFUSED, container, text=error.what))
        except Exception as error:  # noqa: BLE001 - raised again in the main thread
            self.inbox.put(error)
