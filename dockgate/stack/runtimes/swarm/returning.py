"""Back to the release before: every service at once, from the specifications that were good."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dockgate.stack.runtimes.swarm import lock, objects, seen, verdict
from dockgate.stack.startup.outcome import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.target import Target
    from dockgate.engine.swarm import Swarm
    from dockgate.stack.runtimes.swarm.records import Specs
    from dockgate.stack.runtimes.swarm.seen import Running, Seen

SETTLED = verdict.DONE | {"rollback_completed"}  # the swarm may have been faster
LOOK = 0.3  # seconds between two looks, as of a deployment


def back(swarm: Swarm, target: Target, before: Seen, good: Specs, timeout: float) -> tuple[Failure, ...]:
    """Give every service its specification of before, remove what is new; return what did not come back in time.

    Where nothing was there before, what was created stays: its logs say why.
    """
    lock.check(target.project)
    wanted: dict[str, Mapping[str, Any]] = {each.name: each.spec for each in before.services}
    wanted |= {name: spec for name, spec in good.items() if name in wanted or not _job(spec)}
    if not wanted:
        return ()
    now = objects.look(swarm, target)
    for each in now.services:
        if each.name not in wanted:
            swarm.remove("services", str(each.document["ID"]))
        elif not each.job and differs(each, wanted[each.name]):
            swarm.update("services", each.document, wanted[each.name])
    there = {each.name for each in now.services}
    for name, spec in wanted.items():
        if name not in there and not _job(spec):
            swarm.create("services", spec)
    return _wait(swarm, target, timeout)


def differs(found: Running, spec: Mapping[str, Any]) -> bool:
    """Return whether a service has another specification, or is on its way to one."""
    state, _ = found.update
    return found.spec != spec or state in {"updating", "paused", "rollback_started", "rollback_paused"}


def _job(spec: Mapping[str, Any]) -> bool:
    return bool({"ReplicatedJob", "GlobalJob"} & spec["Mode"].keys())


def _wait(swarm: Swarm, target: Target, timeout: float) -> tuple[Failure, ...]:
    end = time.monotonic() + timeout
    while True:
        now = objects.look(swarm, target)
        late = [each for each in now.services if not each.job and not _up(each, now)]
        if not late:
            return ()
        if time.monotonic() >= end:
            why = "did not come back to what it was before"
            return tuple(Failure(each.key, each.name, why, timeout) for each in late)
        time.sleep(LOOK)


def _up(found: Running, now: seen.Seen) -> bool:
    tasks = [each for each in now.of(found) if each["DesiredState"] == "running"]
    running = [each for each in tasks if verdict.current(each, found) and each["Status"]["State"] == "running"]
    replicas = (found.spec["Mode"].get("Replicated") or {}).get("Replicas", found.counts[1])
    return found.update[0] in SETTLED and len(running) == len(tasks) >= int(replicas)
