"""What a start ended with: an outcome for each service, and for what failed everything that the engine knows of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dockgate.core.errors import DockgateError
from dockgate.stack.startup.outcome import Failure, Outcome, ServiceOutcome, State
from dockgate.stack.startup.track import KILLED, Phase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.engine.api import EngineClient
    from dockgate.engine.containers import Container
    from dockgate.stack.startup.outcome import Row
    from dockgate.stack.startup.scheduler import Scheduler
    from dockgate.stack.startup.track import ContainerState

SUCCEEDED = "exit code 0"
# containerd may tell the end before it tells why (its issue 12260). The engine starts a container again after 100 ms at
# least, and forgets then: so many looks, so many seconds apart.
LOOKS, PAUSE = 4, 0.03
LOG_LINES = 20  # chosen: the end of a traceback with its cause, for each container that failed


def outcome(scheduler: Scheduler, wire: EngineClient, listed: tuple[Container, ...], seconds: float) -> Outcome:
    """Return the end of a start; only failures cost further requests."""
    failures = [track for track in scheduler.tracks.values() if track.phase is Phase.FAILED]
    reports = [failure(track, wire, scheduler.blocked(track.service.name)) for track in failures]
    rows = tuple(_service(scheduler, row, listed) for row in scheduler.rows())
    absent = tuple(_absent(scheduler, name) for name in scheduler.names if _is_absent(scheduler, name))
    changed = any(track.started is not None for track in scheduler.tracks.values())
    return Outcome(rows, (*reports, *absent), changed, seconds, listed)


def failure(track: ContainerState, wire: EngineClient, blocked: tuple[str, ...]) -> Failure:
    """Return the report on one failed container; what the engine no longer knows is left out."""
    try:
        state, logs = wire.inspect(track.container.id)["State"], wire.logs(track.container.id, LOG_LINES)
    except DockgateError:
        state, logs = {}, ""
    began = track.started if track.started is not None else track.ended
    return Failure(
        service=track.service.name,
        container=track.container.name,
        reason=track.reason,
        seconds=(track.ended or 0.0) - (began or 0.0),
        exit_code=_exit_code(track, state),
        oom=track.oom or _out_of_memory(track, state, wire),
        logs=tuple(logs.splitlines()[-LOG_LINES:]),
        probe=_probe(state),
        blocked=blocked,
    )


def _out_of_memory(track: ContainerState, state: Mapping[str, Any], wire: EngineClient) -> bool:
    for _ in range(LOOKS if state and _exit_code(track, state) == KILLED else 0):
        if state.get("OOMKilled"):
            break
        time.sleep(PAUSE)
        try:
            state = wire.inspect(track.container.id)["State"]
        except DockgateError:
            return False
    return bool(state.get("OOMKilled"))


def ended(one: Container, wire: EngineClient) -> Failure:
    """Return the report on a container that was as it should be, and then ended or was restarted."""
    try:
        state, logs = wire.inspect(one.id)["State"], wire.logs(one.id, LOG_LINES)
    except DockgateError:
        state, logs = {}, ""
    reason = "was restarted after it had come up" if one.running else "ended after it had come up"
    return Failure(
        service=one.service,
        container=one.name,
        reason=reason,
        exit_code=None if one.running else state.get("ExitCode"),
        oom=bool(state.get("OOMKilled")),
        logs=tuple(logs.splitlines()[-LOG_LINES:]),
    )


def _exit_code(track: ContainerState, state: Mapping[str, Any]) -> int | None:
    if track.exit_code is not None:
        return track.exit_code
    return state.get("ExitCode") if state.get("Status") in {"exited", "dead"} else None


def failing_probe(wire: EngineClient, container: str) -> str:
    """Return in a line how the last probe of a container failed; empty where it did not, or there was none."""
    try:
        words = _probe(wire.inspect(container)["State"]).split("\n")
    except DockgateError:
        return ""  # removed meanwhile: its event says so
    return "" if words[0] == SUCCEEDED else ", ".join(filter(None, words[:2]))


def _probe(state: Mapping[str, Any]) -> str:
    log = (state.get("Health") or {}).get("Log") or []
    if not log:
        return ""
    return f"exit code {log[-1].get('ExitCode')}\n{log[-1].get('Output', '')}".strip()


def _service(scheduler: Scheduler, row: Row, listed: tuple[Container, ...]) -> ServiceOutcome:
    ports = {port for one in listed if one.service == row.name for port in one.ports}
    return ServiceOutcome(
        name=row.name,
        outcome=State.NOT_STARTED if row.state is State.WAITING else row.state,
        seconds=row.seconds(row.started or 0.0),
        image=scheduler.model.services[row.name].image,
        ports=tuple(sorted(ports, key=lambda port: (port.private, port.public, port.ip))),
    )


def _is_absent(scheduler: Scheduler, name: str) -> bool:
    return len(scheduler.by_service[name]) < scheduler.model.services[name].replicas


def _absent(scheduler: Scheduler, name: str) -> Failure:
    found, wanted = len(scheduler.by_service[name]), scheduler.model.services[name].replicas
    return Failure(name, "-", f"has {found} of {wanted} containers", blocked=scheduler.blocked(name))
