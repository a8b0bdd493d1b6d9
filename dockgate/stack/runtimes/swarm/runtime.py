"""The runtime `swarm`: each method of the protocol, on the nodes of a swarm."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import replace

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.plan import Command, Plan, Step
from dockgate.core.target import UP
from dockgate.engine import containers as engine_containers
from dockgate.engine import registry_auth
from dockgate.engine.swarm import Swarm as Api
from dockgate.env.release_pointer import VERSION_VARIABLE
from dockgate.stack import ownership, rolling_settings
from dockgate.stack.runtimes.protocol import Traits
from dockgate.stack.runtimes.swarm import changes, desired, lock, nodes, objects, records, seen, settings
from dockgate.stack.runtimes.swarm.rollout import Change, Rollout
from dockgate.stack.runtimes.swarm.seen import Seen
from dockgate.system import docker_cli, locks, process

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.engine.containers import Container, Life
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.runtimes.protocol import ExecRequest, Holdings, LogRequest, Observed, Order, Removed
    from dockgate.stack.runtimes.swarm.desired import Desired
    from dockgate.stack.startup.outcome import Outcome

RESTART = "restart"


class Swarm:
    """A stack on the nodes of a swarm, through one of its managers."""

    traits: ClassVar = Traits(command=UP["swarm"], secret_files=False, pulls=True, nodes=True)

    def __init__(self, project: Project, target: Target) -> None:
        """Take the stack; the manager is asked nothing yet."""
        self._project = project
        self._target = target

    @cached_property
    def _api(self) -> Api:
        login = partial(registry_auth.header, self._project.process)
        return Api(engine_containers.connect(self._target.endpoint), login)

    @cached_property
    def _settings(self) -> settings.Settings:
        return settings.load(self._project, self._target.environment.name)

    @property
    def watch(self) -> float:
        """Return how many seconds new containers have to stay up."""
        return self._settings.watch

    def exclusive(self, message: str, wait: float, say: Callable[[str], None]) -> AbstractContextManager[None]:
        """Hold the lock on the swarm."""
        return lock.held(self._api, self._target.project, locks.me(self._project, message), wait, say)

    def engines(self) -> tuple[tuple[str, Endpoint], ...]:
        """Return the engines of all nodes that take containers, by name; ConfigError where there is no way to one."""
        known = seen.nodes(self._api.nodes(), self._target.endpoint.machine).values()
        here, own, given = self._target.endpoint, self._own(), self._settings.nodes
        return tuple(
            (each.name, nodes.endpoint(each, here, own, given)) for each in known if each.active and each.ready
        )

    def notes(self, prepared: Prepared) -> tuple[str, ...]:
        """Return what is read otherwise than with Compose."""
        return tuple(map(str, self._desired(prepared).notes))

    def observe(self) -> Seen:
        """Ask the manager, in a few requests."""
        return objects.look(self._api, self._target)

    def lives(self, containers: Collection[Container]) -> Mapping[str, Life]:
        """Return how the tasks live."""
        known = seen.lives(self._api.tasks(f"{desired.NAMESPACE}={self._target.project}"))
        return {one.id: known[one.id] for one in containers if one.id in known}

    def plan(self, prepared: Prepared, observed: Observed, services: Sequence[str] = ()) -> Plan:
        """Compare specifications."""
        return changes.plan(self._desired(prepared), self._seen(observed), services)

    def plan_restart(self, prepared: Prepared, observed: Observed, services: Sequence[str]) -> Plan:
        """Return the services whose containers are replaced by new ones of the same specification."""
        found = (each for each in self._desired(prepared).services if not each.job)
        chosen = [each for each in found if not services or each.key in services]
        return Plan(tuple(Step(RESTART, each.key, f"asked for; {each.order}") for each in chosen))

    def plan_jobs(self, prepared: Prepared, observed: Observed, jobs: Sequence[str]) -> Plan:
        """Return the one-shots, each once more."""
        return Plan(tuple(Step(changes.RUN, name, "asked for") for name in jobs))

    def run_jobs(self, prepared: Prepared, observed: Observed, plan: Plan, order: Order) -> Outcome:
        """Make each a new job."""
        return self.run(prepared, observed, plan, order)

    def run_once(self, prepared: Prepared, service: str, request: ExecRequest) -> int:
        """Refuse: a swarm has no foreground."""
        raise ConfigError(
            "a swarm runs no command in a new container in the foreground",
            fix=f"inv exec {self._target.flags} --service={service} -- CMD runs it in one that is up",
        )

    def run(self, prepared: Prepared, observed: Observed, plan: Plan, order: Order) -> Outcome:
        """Deploy in order, or return every service to what it was; either is recorded on the swarm."""
        now, wanted = self._seen(observed), self._desired(prepared)
        action = RESTART if any(step.action == RESTART for step in plan.steps) else self.traits.command
        if action == RESTART:
            wanted, plan = _again(wanted, now, plan)
        ownership.check(self._target, now.containers)
        version = prepared.composition.env.get(VERSION_VARIABLE, "")
        try:
            outcome = Rollout(Change(self._api, self._target, wanted, now, plan, order)).run()
        except BaseException as error:
            self._record(action, "failed", version, str(error).partition("\n")[0])
            raise
        said = "; ".join(f"{each.service} {each.reason}" for each in outcome.failures)
        self._record(action, "failed" if outcome.failed else "done", version, said)
        return outcome

    def logs(self, request: LogRequest) -> int:
        """Let the client show them, one service after the other."""
        found = [each for each in self.observe().services if not request.services or each.key in request.services]
        if request.follow and len(found) > 1:
            raise ConfigError("a swarm follows one service at a time", fix="--service=NAME")
        words = ["service", "logs", *(["--timestamps"] if request.timestamps else [])]
        words += ["--follow"] if request.follow else []
        words += ["--tail", str(request.tail)] if request.tail else []
        words += ["--since", request.since] if request.since else []
        codes = [self._docker(self._target.endpoint, *words, each.name) for each in found]
        return next((code for code in codes if code), 0)

    def exec(self, container: Container, request: ExecRequest) -> int:
        """Run `docker exec` on the engine of the container's node."""
        tasks = self._api.tasks(f"{desired.NAMESPACE}={self._target.project}")
        task: dict[str, Any] = next((each for each in tasks if each["ID"] == container.id), {})
        ident = ((task.get("Status") or {}).get("ContainerStatus") or {}).get("ContainerID")
        if not ident:
            raise ToolFailedError(f"{container.name} has no container any more", fix="inv status shows what runs")
        flags = ["--interactive", *(["--tty"] if request.terminal else [])]
        flags += [f"--user={request.user}"] if request.user else []
        flags += [f"--env={pair}" for pair in request.variables]
        return self._docker(self._engine_of(str(task["NodeID"])), "exec", *flags, ident, *request.words)

    def holdings(self) -> Holdings:
        """Ask the manager, and for volumes each node."""
        from dockgate.stack.runtimes.swarm import removal  # noqa: PLC0415 - the SDK, only for this

        now = self.observe()
        ownership.check(self._target, now.containers)
        return removal.holdings(now, self._target, [each for _, each in self.engines()])

    def plan_removal(self, holdings: Holdings, *, volumes: bool) -> Plan:
        """Name each object, and each volume if asked."""
        from dockgate.stack.runtimes.swarm import removal  # noqa: PLC0415 - as above

        return removal.plan(holdings, self.observe(), volumes=volumes)

    def remove(self, holdings: Holdings, plan: Plan) -> Removed:
        """Remove services, then what they used."""
        from dockgate.stack.runtimes.swarm import removal  # noqa: PLC0415 - as above

        engines = [each for _, each in self.engines()]
        removed = removal.remove(self._api, self._target, holdings, plan, engines)
        self._record("down", "done", "", "")
        return removed

    def _engine_of(self, node: str) -> Endpoint:
        known = seen.nodes(self._api.nodes(), self._target.endpoint.machine)
        return nodes.endpoint(known[node], self._target.endpoint, self._own(), self._settings.nodes)

    def _own(self) -> str:
        """Return the id of the node that is asked."""
        return str((self._api.info().get("Swarm") or {}).get("NodeID", ""))

    def _docker(self, endpoint: Endpoint, *words: str) -> int:
        given = docker_cli.environment(self._project, endpoint)
        return process.attach(Command((docker_cli.docker(self._project.process), *words), given))

    def _desired(self, prepared: Prepared) -> Desired:
        return desired.desired(prepared, self._settings, parallel=rolling_settings.load(self._project).parallel)

    def _seen(self, observed: Observed) -> Seen:
        return observed if isinstance(observed, Seen) else self.observe()

    def _record(self, action: str, result: str, version: str, why: str) -> None:
        by = locks.owner(self._project)
        records.write(
            self._api, self._target.project, records.Record(records.now(), by, action, result, version, why[:500])
        )


def _again(wanted: Desired, now: Seen, plan: Plan) -> tuple[Desired, Plan]:
    """Return the stack as it runs, with new containers for what is to be restarted: nothing else is changed by it."""
    asked, found = {step.target for step in plan.steps}, []
    for each in wanted.services:
        there = now.service(each.name)
        if there is None:
            continue
        task = there.spec["TaskTemplate"]
        forced = {**task, "ForceUpdate": int(task.get("ForceUpdate", 0)) + (each.key in asked)}
        found.append(replace(each, spec={**there.spec, "TaskTemplate": forced}))
    steps = tuple(Step(changes.UPDATE, each.key, "restart") for each in found if each.key in asked)
    return replace(wanted, services=tuple(found)), Plan(steps)
