"""Changes a stack that serves, in stages: one-shots first, then what rolls and what has to be replaced, in order.

A failure stops only what depends on it; where a one-shot fails before anything else was touched, nothing is changed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.compose import resolve
from dockgate.engine import containers as engine_containers
from dockgate.stack import rolling_settings
from dockgate.stack.runtimes.compose import changes, doubles, remaining, rolling, stages
from dockgate.stack.startup import drive, failure_report
from dockgate.stack.startup.outcome import Failure, Outcome, ServiceOutcome, State
from dockgate.stack.startup.pending import WHOLE, Part
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dockgate.compose.model import Model
    from dockgate.core.plan import Plan
    from dockgate.core.project import Project
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.runtimes.protocol import Observed, Order
    from dockgate.stack.startup.board import Listener
    from dockgate.stack.startup.outcome import Row

CREATE = ("up", "--no-start", "--no-build", "--pull", "never", "--quiet-pull")
CHANGES = frozenset({"roll", "recreate", "create", "restart"})


class Rows:
    """One listener for several starts: it keeps the rows of all of them."""

    def __init__(self, listener: Listener | None) -> None:
        """Hand everything on to `listener`."""
        self._listener, self._rows = listener, dict[str, "Row"]()

    def update(self, rows: tuple[Row, ...]) -> None:
        """Take in the rows of one start."""
        self._rows |= {row.name: row for row in rows}
        if self._listener:
            self._listener.update(tuple(self._rows.values()))

    def close(self) -> None:
        """Nothing: another start may follow."""

    def end(self) -> None:
        """Say the last word."""
        if self._listener:
            self._listener.close()


class Change:
    """One change of a stack that serves."""

    def __init__(self, project: Project, prepared: Prepared, observed: Observed, plan: Plan, order: Order) -> None:
        """Take what is to be done."""
        self._project, self._prepared, self._observed, self._plan, self._order = (
            project,
            prepared,
            observed,
            plan,
            order,
        )
        self._composition = prepared.composition
        self._model = prepared.composition.model
        self._names = self._model.closure(order.services)
        self._wire = engine_containers.connect(prepared.target.endpoint)
        self._rows = Rows(order.listener)
        self._actions = stages.owners(self._model, observed.containers, plan)
        self._rolled = {name for name, actions in self._actions.items() if "roll" in actions}
        self._swapped = {name for name, actions in self._actions.items() if self._swaps(name, actions)}
        settings = rolling_settings.load(project)
        self._roller = rolling.Roller(self._composition, self._wire, settings, self._rows, order.timeout)
        self._done: dict[str, ServiceOutcome] = {}
        self._failures: list[Failure] = []
        self._states: dict[str, State] = {}  # of what is not as it was asked for

    def run(self) -> Outcome:
        """Do it; everything that can be as it was asked for is so afterwards."""
        began = time.monotonic()
        try:
            with self._roller:
                self._stages()
            self._hold()
            self._remove()
            last = self._rest()
        finally:
            self._rows.end()
        return self._outcome(last, time.monotonic() - began)

    def _stages(self) -> None:
        for stage in stages.stages(self._model, self._actions):
            blocked = [name for name in stage.services if self._blocked(name)]
            self._states |= dict.fromkeys(blocked, State.BLOCKED)
            names = [name for name in stage.services if name not in blocked]
            self._replace([name for name in names if name not in self._rolled | self._swapped])
            self._double(names)
            if stage.first and self._states:
                self._leave()
                return

    def _blocked(self, name: str) -> bool:
        waits = self._model.services[name].depends_on.items()
        return any(wait.required and other in self._states for other, wait in waits)

    def _leave(self) -> None:
        """Leave everything as it is: what depends on the failure, and what else would have changed."""
        for name in self._model.order():
            if name in self._actions and name not in self._states and name not in self._done:
                if self._blocked(name):
                    self._states[name] = State.BLOCKED
                elif self._actions[name] & CHANGES:
                    self._states[name] = State.UNCHANGED

    def _replace(self, names: Sequence[str]) -> None:
        """Let Compose create what it has to, stop what restarts, and start it."""
        if not names:
            return
        forced = set(changes.stranded(self._model, self._observed.containers, self._plan)).intersection(names)
        created = [name for name in names if self._actions[name] & changes.COMPOSE and name not in forced]
        stopped = [name for name in names if "restart" in self._actions[name]]
        self._free(names)
        if forced:
            process.run(self._composition.command(*CREATE, "--no-deps", "--force-recreate", *sorted(forced)))
        if created:
            process.run(self._composition.command(*CREATE, "--no-deps", *created))
        if stopped:
            process.run(resolve.by_name(self._project, self._prepared.target, "stop", *stopped))
        self._create_doubles()  # meanwhile
        again = {step.target for step in self._plan.steps if step.action == "run"}
        ids = frozenset(one.id for one in self._observed.containers if one.name in again and one.service in names)
        model = rolling.part(self._model, {name: self._model.services[name].replicas for name in names})
        self._take(self._start(model, Part(again=ids)))

    def _free(self, names: Sequence[str]) -> None:
        """Take away surplus containers of services that cannot have two: a swap that was killed leaves them there.

        They run, and hold the port or the data that the container with the right number needs to start.
        """
        removed = {step.target for step in self._plan.steps if step.action == "remove"}
        listed = self._observed.containers
        for name in (each for each in names if "start" in self._actions[each]):
            mine = [one for one in listed if one.service == name]
            if doubles.hindrance(self._model, name, mine):
                self._roller.discard([one for one in mine if one.name in removed])

    def _swaps(self, name: str, actions: Collection[str]) -> bool:
        return "recreate" in actions and doubles.swaps(self._model, name, self._observed.containers)

    def _create_doubles(self) -> None:
        going = {step.target for step in self._plan.steps if step.action in {"roll", "recreate", "remove"}}
        wanted = [name for name in self._model.order() if name in self._rolled | self._swapped]
        self._roller.begin(wanted, self._observed.containers, lambda one: one.name in going)

    def _double(self, names: Collection[str]) -> None:
        """Put new containers beside the old ones, or in their place."""
        rolled = [name for name in names if name in self._rolled]
        swapped = [name for name in names if name in self._swapped]
        if rolled or swapped:
            self._create_doubles()
        for outcome in (
            *(self._roller.roll(rolled) if rolled else ()),
            *(self._roller.swap(swapped) if swapped else ()),
        ):
            self._take(outcome)

    def _start(self, model: Model, part: Part = WHOLE) -> Outcome:
        return drive.start(model, self._wire, timeout=self._order.timeout, listener=self._rows, part=part)

    def _take(self, outcome: Outcome) -> None:
        self._done |= {one.name: one for one in outcome.services}
        self._failures += [replace(one, blocked=self._behind(one.service)) for one in outcome.failures]
        self._states |= dict.fromkeys(outcome.failed, State.FAILED)

    def _behind(self, name: str) -> tuple[str, ...]:
        """Return the services that will not be changed because this one failed."""
        found = [name]
        for other in self._model.order():
            waits = self._model.services[other].depends_on.items()
            if other in self._actions and any(wait.required and key in found for key, wait in waits):
                found.append(other)
        return tuple(found[1:])

    def _hold(self) -> None:
        """Fail what came up and did not stay: the start-up below would start it again, and call it healthy."""
        known = {one.id for one in self._observed.containers}
        listed = engine_containers.stack(self._wire, self._model.project)
        new = [one for one in listed if one.id not in known and one.service in self._done.keys() - self._states.keys()]
        serving = [one for one in new if not self._model.services[one.service].one_shot]
        lives = engine_containers.lives(self._wire, serving)
        for one in serving:
            if not one.running or lives[one.id].restarts:
                self._failures.append(failure_report.ended(one, self._wire))
                self._states[one.service] = State.FAILED

    def _remove(self) -> None:
        """Let Compose remove services that are no more, and surplus replicas: last, and not after a failure."""
        removed = {step.target for step in self._plan.steps if step.action == "remove"}
        if removed and not self._states:
            process.run(self._composition.command(*CREATE, "--remove-orphans", *self._order.services))

    def _rest(self) -> Outcome:
        """Start whatever else does not run, and see that everything is as it should be."""
        left = {name: one for name, one in self._model.services.items() if name in self._names - self._states.keys()}
        return self._start(replace(self._model, services=left))

    def _outcome(self, last: Outcome, seconds: float) -> Outcome:
        touched = self._actions.keys() & {one.name for one in last.services}
        stale = remaining.failures(self._model, last.containers, touched, self._order.services)
        failed = {one.service: State.FAILED for one in stale}
        found = {one.name: one for one in last.services}
        rows = []
        for name in (each for each in self._model.services if each in self._names):
            one = self._done.get(name) or found.get(name) or ServiceOutcome(name, State.BLOCKED, 0.0, "")
            state = {**failed, **self._states}.get(name) or (found[name].outcome if name in found else one.outcome)
            rows.append(replace(one, outcome=state, image=self._model.services[name].image))
        failures = (*self._failures, *last.failures, *stale)
        return Outcome(tuple(rows), failures, changed=True, seconds=seconds, containers=last.containers)
