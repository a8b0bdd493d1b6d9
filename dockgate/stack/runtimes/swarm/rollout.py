"""A deployment: services in their order, watched until they are as they should be; a failure returns all of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core.errors import DockgateError, ToolFailedError
from dockgate.stack.runtimes.swarm import changes, desired, lock, objects, records, reports, returning, verdict
from dockgate.stack.startup.outcome import GOOD, Failure, Outcome, Row, ServiceOutcome, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockgate.core.plan import Plan
    from dockgate.core.target import Target
    from dockgate.engine.swarm import Swarm
    from dockgate.stack.runtimes.protocol import Order
    from dockgate.stack.runtimes.swarm.desired import Desired
    from dockgate.stack.runtimes.swarm.seen import Seen
    from dockgate.stack.runtimes.swarm.services import Wanted
    from dockgate.stack.runtimes.swarm.verdict import Verdict

LOOK = 0.3  # seconds between two looks; chosen: a look is six requests, and a replica takes seconds
CHANGES = frozenset({changes.CREATE, changes.UPDATE, changes.RUN})


class Failed(Exception):  # noqa: N818 - it ends the deployment inside of this module, and is no error of it
    """A service failed; `failures` are what is known about it."""

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        """Keep the reports."""
        super().__init__()
        self.failures = failures


class Change(Struct, frozen=True):
    """What a deployment goes from and to."""

    swarm: Swarm
    target: Target
    desired: Desired
    before: Seen
    plan: Plan
    order: Order


class Rollout:
    """One deployment under way."""

    def __init__(self, change: Change) -> None:
        """Take the change; nothing is done yet."""
        self._change = change
        self._started = time.monotonic()
        asked = {step.target for step in change.plan.steps if step.action in CHANGES}
        self._asked = frozenset(each.key for each in change.desired.services if each.key in asked)
        self._rows = {
            each.key: Row(each.key, State.WAITING if each.key in self._asked else self._standing(each))
            for each in change.desired.services
        }

    def run(self) -> Outcome:
        """Do what the plan says; where something fails, return every service to what it was."""
        change, failures = self._change, tuple[Failure, ...]()
        good = records.good(change.swarm, change.desired.project)
        try:
            self._forward()
        except Failed as failed:
            failures = (*failed.failures, *self._back(good))
        except BaseException as error:
            if isinstance(error, DockgateError) and self._asked:
                left = self._back(good)
                error.what += "; ".join(["", *map(str, left)]) if left else "; every service is as it was before"
            raise
        else:
            self._finish()
        finally:
            if change.order.listener:
                change.order.listener.close()
        return self._outcome(failures)

    def _forward(self) -> None:
        change = self._change
        lock.check(change.desired.project)
        objects.create(change.swarm, change.desired, change.plan, desired.ownership(change.target))
        changed = [tuple(each for each in level if each.key in self._asked) for level in change.desired.levels]
        for level in filter(None, changed):
            first = tuple(each for each in level if self._has_first(each))
            self._send(level, first)
            if first:
                self._hold(first)
                self._send(first)
            self._watch(level, time.monotonic() + change.order.timeout)
        self._stay(tuple(each for level in changed for each in level if not self._has_first(each)))
        if change.order.check:
            change.order.check(objects.look(change.swarm, change.target).containers)

    def _has_first(self, wanted: Wanted) -> bool:
        """Return whether some containers of a service can be tried while others still serve the release before."""
        known, several = self._change.before.service(wanted.name), 0 < wanted.parallel < wanted.replicas
        return bool(self._change.order.watch and known and several and wanted.order == "start-first")

    def _send(self, level: tuple[Wanted, ...], held: tuple[Wanted, ...] = ()) -> None:
        for each in level:
            lock.check(self._change.desired.project)
            self._apply(each, each.held(self._change.order.watch) if each in held else each.spec)

    def _hold(self, first: tuple[Wanted, ...]) -> None:
        """Wait for the first containers of these services, and see that they stay, before the others are replaced."""
        end = time.monotonic() + self._change.order.timeout
        while True:
            now = self._looked(first)
            services = {each.key: now.service(each.name) for each in first}
            if all(verdict.begun(each, found := services[each.key], now.of(found) if found else ()) for each in first):
                break
            if time.monotonic() >= end:
                found_late = self._judged(first, now)
                raise Failed(tuple(self._late(key, each, now) for key, each in found_late.items()))
            time.sleep(LOOK)
        self._stay(first)

    def _apply(self, wanted: Wanted, given: Mapping[str, Any]) -> None:
        swarm, there = self._change.swarm, self._change.before.service(wanted.name)
        spec = objects.identified(swarm, given)
        started = self._rows[wanted.key].started or time.monotonic()
        self._rows[wanted.key] = Row(wanted.key, State.STARTING, started)
        if there is None:
            swarm.create("services", spec)
        elif not wanted.job:
            found = swarm.named("services", wanted.name)
            if found is None:
                raise ToolFailedError(f"{wanted.name} was removed meanwhile", fix="inv deploy again")
            swarm.update("services", found, spec)
        elif changes.completed(there, self._change.before) or changes.failed_job(there, self._change.before):
            swarm.remove("services", str(there.document["ID"]))
            swarm.create("services", spec)

    def _watch(self, chosen: tuple[Wanted, ...], end: float) -> None:
        """Wait until these services are as they should be; Failed where one is not, or takes too long."""
        while True:
            now = self._looked(chosen)
            late = {key: each for key, each in self._judged(chosen, now).items() if each.state not in GOOD}
            if not late:
                return
            if time.monotonic() >= end:
                raise Failed(tuple(self._late(key, each, now) for key, each in late.items()))
            time.sleep(LOOK)

    def _stay(self, chosen: tuple[Wanted, ...]) -> None:
        """Watch containers for a while: they may die of their first request, or their first timer."""
        end = time.monotonic() + self._change.order.watch
        lasting = tuple(each for each in chosen if not each.job)
        while lasting and time.monotonic() < end:
            time.sleep(min(1.0, max(end - time.monotonic(), 0.0)))
            self._looked(lasting)

    def _looked(self, chosen: tuple[Wanted, ...]) -> Seen:
        """Look, and show these services; Failed where one has failed."""
        now = objects.look(self._change.swarm, self._change.target)
        found = self._judged(chosen, now)
        self._show(found)
        if lost := [key for key, each in found.items() if each.state is State.FAILED]:
            raise Failed(tuple(self._report(key, found[key], now) for key in lost))
        return now

    def _judged(self, chosen: Iterable[Wanted], now: Seen) -> Mapping[str, Verdict]:
        found = {}
        for each in chosen:
            there = now.service(each.name)
            new = self._change.before.service(each.name) is None
            found[each.key] = verdict.judge(each, there, now.of(there) if there else (), now.nodes, new=new)
        return found

    def _show(self, found: Mapping[str, Verdict]) -> None:
        now = time.monotonic()
        for key, each in found.items():
            row = self._rows[key]
            ended = row.ended or (now if each.state in GOOD or each.state is State.FAILED else None)
            self._rows[key] = Row(key, each.state, row.started, ended, each.detail)
        if self._change.order.listener:
            self._change.order.listener.update(tuple(self._rows.values()))

    def _report(self, key: str, found: Verdict, now: Seen) -> Failure:
        row = self._rows[key]
        return reports.failure(self._change.swarm, key, found, now, row.seconds(time.monotonic()))

    def _late(self, key: str, found: Verdict, now: Seen) -> Failure:
        self._rows[key] = Row(key, State.FAILED, self._rows[key].started, time.monotonic(), found.detail)
        return reports.late(self._change.swarm, key, found, now, self._change.order.timeout)

    def _back(self, good: records.Specs) -> tuple[Failure, ...]:
        """Return what did not come back."""
        change = self._change
        return returning.back(change.swarm, change.target, change.before, good, change.order.timeout)

    def _finish(self) -> None:
        """Remove what is not wanted any more, and keep what runs now as what a failure returns to."""
        change = self._change
        gone = {step.target for step in change.plan.steps if step.action == changes.REMOVE}
        jobs = {step.target.removeprefix("job ") for step in change.plan.steps if step.action == changes.PRUNE}
        for each in change.before.services:
            if each.name in jobs or each.key in gone:
                change.swarm.remove("services", str(each.document["ID"]))
        objects.prune(change.swarm, change.plan, change.target)
        if not change.order.services:
            now = objects.look(change.swarm, change.target)
            records.keep(change.swarm, change.desired.project, {each.name: each.spec for each in now.services})

    def _standing(self, wanted: Wanted) -> State:
        """Return how a service stands that is not changed."""
        there = self._change.before.service(wanted.name)
        if wanted.job:
            return State.COMPLETED
        up, asked = there.counts if there else (0, 1)
        return State.RUNNING if up >= asked else State.STARTING

    def _outcome(self, failures: tuple[Failure, ...]) -> Outcome:
        last = objects.look(self._change.swarm, self._change.target)
        rows = [self._row(each, last, failed=bool(failures)) for each in self._change.desired.services]
        changed = bool(self._asked)
        return Outcome(tuple(rows), failures, changed, time.monotonic() - self._started, last.containers)

    def _row(self, wanted: Wanted, last: Seen, *, failed: bool) -> ServiceOutcome:
        row = self._rows[wanted.key]
        state = row.state
        if failed and state is not State.FAILED and wanted.key in self._asked and not wanted.job:
            state = State.UNCHANGED
        ports = tuple({port for one in last.containers if one.service == wanted.key for port in one.ports})
        return ServiceOutcome(wanted.key, state, row.seconds(time.monotonic()), wanted.image, ports)
