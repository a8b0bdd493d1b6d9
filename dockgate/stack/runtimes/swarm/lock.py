"""One deployment at a time on a swarm: a config that is created if it is absent, with its owner and an expiry."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from dockgate.core.errors import DockgateError, LockedError
from dockgate.engine import swarm as api
from dockgate.engine.api import RefusedError
from dockgate.system.locks import Holder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dockgate.engine.swarm import Swarm

OWNER, EXPIRES = "dev.dockgate.lock.owner", "dev.dockgate.lock.expires"
LASTS = 60.0  # seconds, chosen: a manager that is away for a moment costs no lock, an operator who is gone a minute
AGAIN = 0.5  # seconds between two tries

_held: dict[str, bool] = {}  # names that this process holds, and whether they were lost


def name(project: str) -> str:
    """Return the name of a stack's lock."""
    return f"{project}.lock"


def check(project: str) -> None:
    """Raise LockedError where this process held the lock of a stack and lost it: another one may work there now."""
    if _held.get(name(project)):
        raise LockedError(
            f"the lock of {project} on the swarm was lost: it was not renewed in {LASTS:.0f} s",
            fix="inv status shows what runs; the next inv deploy completes it",
        )


@contextmanager
def held(swarm: Swarm, project: str, holder: Holder, wait: float, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a stack; LockedError when `wait` seconds were not enough. Held again, it is the same lock."""
    called = name(project)
    if called in _held:
        yield
        return
    ident = _acquire(swarm, called, holder, wait, say)
    _held[called] = False
    ended = threading.Event()
    renewal = threading.Thread(target=_renew, args=(swarm, called, ident, ended), daemon=True)
    renewal.start()
    try:
        yield
    finally:
        ended.set()
        renewal.join()
        lost = _held.pop(called)
        if not lost:
            with suppress(DockgateError):  # it expires by itself; what happened before is what counts
                swarm.remove("configs", ident)


def _acquire(swarm: Swarm, called: str, holder: Holder, wait: float, say: Callable[[str], None]) -> str:
    end = time.monotonic() + wait
    while True:
        try:
            return swarm.create("configs", api.blob(called, b"lock", _labels(holder)))
        except RefusedError as error:
            if error.status != HTTPStatus.CONFLICT:
                raise
        there = swarm.named("configs", called)
        if there is None:
            continue
        by = _owner(there)
        if _expired(there):
            say(f"an earlier command was killed and left the lock of this swarm: {by}; taken over")
            swarm.remove("configs", str(there["ID"]))  # by its id: never the lock of who was faster
            continue
        if time.monotonic() >= end:
            raise LockedError(f"{called} on the swarm is held by {by}", fix="wait for it with --lock-wait=SECONDS")
        time.sleep(AGAIN)


def _renew(swarm: Swarm, called: str, ident: str, ended: threading.Event) -> None:
    """Move the expiry on until the end; a lock that is not there any more is lost."""
    good = time.monotonic()
    while not ended.wait(LASTS / 4):
        try:
            there = swarm.named("configs", called)
            if there is None or there["ID"] != ident:
                _held[called] = True
                return
            swarm.update("configs", there, {**there["Spec"], "Labels": {**there["Spec"]["Labels"], EXPIRES: _later()}})
            good = time.monotonic()
        except DockgateError:  # the manager may answer again
            if time.monotonic() - good > LASTS:
                _held[called] = True
                return


def _labels(holder: Holder) -> dict[str, str]:
    return {OWNER: msgspec.json.encode(holder).decode(), EXPIRES: _later()}


def _later() -> str:
    return (datetime.now(UTC) + timedelta(seconds=LASTS)).isoformat(timespec="seconds")


def _said(config: Mapping[str, Any], label: str) -> str:
    return str((config["Spec"].get("Labels") or {}).get(label, ""))


def _owner(config: Mapping[str, Any]) -> str:
    try:
        return str(msgspec.json.decode(_said(config, OWNER), type=Holder))
    except msgspec.MsgspecError:
        return "a program that is not Dockgate"


def _expired(config: Mapping[str, Any]) -> bool:
    try:
        return datetime.fromisoformat(_said(config, EXPIRES)) < datetime.now(UTC)
    except (ValueError, TypeError):
        return False  # not ours to judge
