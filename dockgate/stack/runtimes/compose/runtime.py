"""The runtime `compose`: each method of the protocol, on one engine."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, ClassVar

from dockgate.compose import resolve
from dockgate.core.plan import Command, Plan
from dockgate.engine import containers as engine_containers
from dockgate.stack.runtimes.compose import acquisition, causes, changes, execution, hand_edits
from dockgate.stack.runtimes.protocol import Observed, Traits
from dockgate.system import docker_cli, process

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.engine.containers import Container, Life
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.runtimes.protocol import ExecRequest, Holdings, LogRequest, Order, Removed
    from dockgate.stack.startup.outcome import Outcome


class Compose:
    """A stack that Compose creates on one engine."""

    traits: ClassVar = Traits()
    watch = 0.0

    def __init__(self, project: Project, target: Target) -> None:
        """Take the stack; the engine is asked nothing yet."""
        self._project = project
        self._target = target

    def exclusive(self, message: str, wait: float, say: Callable[[str], None]) -> AbstractContextManager[None]:
        """Hold nothing: the lock of this machine is enough for its engine."""
        return nullcontext()

    def engines(self) -> tuple[tuple[str, Endpoint], ...]:
        """Return the one engine."""
        return (("", self._target.endpoint),)

    def notes(self, prepared: Prepared) -> tuple[str, ...]:
        """Return nothing: the files were written for Compose."""
        return ()

    def observe(self) -> Observed:
        """List the containers, in one request while all of their networks are there."""
        containers = engine_containers.containers(self._target.endpoint, self._target.project)
        wire = engine_containers.connect(self._target.endpoint)
        lost = frozenset(engine_containers.lost_networks(wire, containers))
        return Observed(containers, lost, engine_containers.cut_off(wire, containers))

    def lives(self, containers: Collection[Container]) -> Mapping[str, Life]:
        """Ask the engine for each container."""
        return engine_containers.lives(engine_containers.connect(self._target.endpoint), containers)

    def plan(self, prepared: Prepared, observed: Observed, services: Sequence[str] = ()) -> Plan:
        """Compare Compose's hashes, images and networks with those of the containers."""
        model, containers = prepared.composition.model, observed.containers
        known = acquisition.known(self._target.endpoint, model, services)
        ids = {ref: image.id for ref, image in known.items()}
        wire = engine_containers.connect(self._target.endpoint)
        starts = causes.starts(self._project, self._target)
        beside = changes.Beside(starts, hand_edits.found(model, wire, containers))
        found = changes.plan(model, containers, services, ids, observed.lost | observed.cut, beside)
        fetched = acquisition.steps(model, services, known, containers, found, frozenset(prepared.images.values()))
        return Plan((*fetched, *causes.explain(model, wire, containers, found).steps))

    def plan_restart(self, prepared: Prepared, observed: Observed, services: Sequence[str]) -> Plan:
        """Return the restarts, and the one-shots that have to run again for them."""
        starts = causes.starts(self._project, self._target)
        return changes.restart(prepared.composition.model, observed.containers, services, starts)

    def plan_jobs(self, prepared: Prepared, observed: Observed, jobs: Sequence[str]) -> Plan:
        """Compare the one-shots as `plan` does, and start what they need where it does not run."""
        model, containers = prepared.composition.model, observed.containers
        known = acquisition.known(self._target.endpoint, model, jobs)
        found = changes.jobs(model, containers, jobs)
        fetched = acquisition.steps(model, jobs, known, containers, found, frozenset(prepared.images.values()))
        return Plan((*fetched, *found.steps))

    def run_jobs(self, prepared: Prepared, observed: Observed, plan: Plan, order: Order) -> Outcome:
        """Let Compose create them, and start them in their order."""
        from dockgate.stack.runtimes.compose import staged  # noqa: PLC0415 - what runs a part of a stack

        acquisition.fetch(prepared, plan, order)
        return staged.Change(self._project, prepared, observed, _changes(plan), order).run()

    def run_once(self, prepared: Prepared, service: str, request: ExecRequest) -> int:
        """Let Compose run it: networks, secrets and volumes are the service's own, its ports are not published."""
        words = ["run", "--rm", "--no-deps", "--pull", "missing", "--quiet-pull"]
        words += [] if request.terminal else ["--no-TTY"]
        words += [f"--entrypoint={request.entrypoint}"] if request.entrypoint else []
        words += [f"--user={request.user}"] if request.user else []
        words += [f"--env={pair}" for pair in request.variables]
        return process.attach(prepared.composition.command(*words, service, *request.words))

    def run(self, prepared: Prepared, observed: Observed, plan: Plan, order: Order) -> Outcome:
        """Let Compose pull, build and create what the plan says, then start in dependency order."""
        if acquisition.fetch(prepared, plan, order):
            plan = self.plan(prepared, observed, order.services)  # a tag may have moved
        outcome = execution.run(self._project, prepared, observed, _changes(plan), order)
        causes.keep(self._project, self._target, outcome)
        return outcome

    def logs(self, request: LogRequest) -> int:
        """Let Compose show them: it knows the stack by its labels, so no file has to be right for it."""
        words = ["logs", *(["--timestamps"] if request.timestamps else [])]
        words += ["--follow"] if request.follow else []
        words += ["--tail", str(request.tail)] if request.tail else []
        words += ["--since", request.since] if request.since else []
        return process.attach(resolve.by_name(self._project, self._target, *words, *request.services))

    def exec(self, container: Container, request: ExecRequest) -> int:
        """Run `docker exec`."""
        flags = ["--interactive", *(["--tty"] if request.terminal else [])]
        flags += [f"--user={request.user}"] if request.user else []
        flags += [f"--env={pair}" for pair in request.variables]
        docker = docker_cli.docker(self._project.process)
        words = (docker, "exec", *flags, container.id, *request.words)
        return process.attach(Command(words, self._project.child_env()))

    def holdings(self) -> Holdings:
        """Ask the engine for what carries the stack's label."""
        from dockgate.stack.runtimes.compose import removal  # noqa: PLC0415 - the SDK, only for this

        return removal.look(self._target)

    def plan_removal(self, holdings: Holdings, *, volumes: bool) -> Plan:
        """Name each container and network, and each volume if asked."""
        from dockgate.stack.runtimes.compose import removal  # noqa: PLC0415 - as above

        return removal.plan(holdings, volumes=volumes)

    def remove(self, holdings: Holdings, plan: Plan) -> Removed:
        """Let Compose remove containers, then what it leaves."""
        from dockgate.stack.runtimes.compose import removal  # noqa: PLC0415 - as above

        return removal.remove(self._project, self._target, holdings, plan)


def _changes(plan: Plan) -> Plan:
    """Return the plan without what is pulled and built."""
    return Plan(tuple(step for step in plan.steps if step.action not in acquisition.ACTIONS))
