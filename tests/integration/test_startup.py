"""Start-up on a real engine: order, one-shots, failures, interruption, and the same through the SDK."""

from __future__ import annotations

import json
import socket
import threading
import time
import uuid
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.compose.model import Model
from dockgate.compose.resolve import Composition
from dockgate.core.endpoint import DEFAULT_HOST, Endpoint
from dockgate.engine import containers as engine_containers
from dockgate.engine.sdk_client import Engine
from dockgate.stack import addresses, status
from dockgate.stack.runtimes.compose import changes, execution
from dockgate.stack.runtimes.protocol import Observed, Order
from dockgate.stack.startup import drive
from dockgate.stack.startup.outcome import State
from tests.integration import engine_facts, tiny_image
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockgate.core.plan import Plan
    from dockgate.stack.startup.outcome import Outcome, Row

LOCAL = Endpoint(DEFAULT_HOST, "default")
PROBE = {
    "test": ["CMD", "/bin/sh", "-c", "[ -f /ready ] || { echo no file; exit 1; }"],
    "interval": "1s",
    "start_interval": "250ms",
    "start_period": "10s",
    "retries": 1,
}


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """Make the image, and remove it afterwards."""
    tag = uuid.uuid4().hex[:8]
    ref = tiny_image.make(Engine(LOCAL), tag)
    yield ref
    engine_facts.docker("image", "rm", "--force", ref)


def shell(script: str, **more: Any) -> dict[str, Any]:
    """Return a service that runs a script; Compose would take its dollars for itself."""
    return {"command": ["/bin/sh", "-c", script.replace("$", "$$")], "init": True, "stop_grace_period": "0s", **more}


def ready(seconds: float = 0.2, **more: Any) -> dict[str, Any]:
    """Return a service that becomes healthy after so many seconds."""
    script = f"rm -f /ready; sleep {seconds}; touch /ready; sleep 600"
    return shell(script, healthcheck=PROBE, **more)


def after(**conditions: str) -> dict[str, Any]:
    """Return `depends_on`: `after(db="healthy")`."""
    words = {"started": "service_started", "healthy": "service_healthy", "done": "service_completed_successfully"}
    return {name: {"condition": words[condition]} for name, condition in conditions.items()}


@dataclass
class Stack:
    """A Compose project of its own, created through Compose and started by Dockgate."""

    folder: Path
    image: str
    project: str = field(default_factory=lambda: f"dockgate-startup-{uuid.uuid4().hex[:8]}")
    model: Model = field(init=False)

    def compose(self, *words: str) -> str:
        """Run Compose on the project."""
        file = str(self.folder / "compose.json")
        return engine_facts.docker("compose", "-p", self.project, "-f", file, "--env-file", "/dev/null", *words)

    def resolve(self, services: dict[str, dict[str, Any]]) -> Plan:
        """Write the project's file and return what `up` would change."""
        document = {"services": {name: {"image": self.image, **one} for name, one in services.items()}}
        (self.folder / "compose.json").write_text(json.dumps(document))
        hashes = dict(line.split() for line in self.compose("config", "--hash", "*").splitlines())
        self.model = Model.parse(json.loads(self.compose("config", "--format", "json")), hashes)
        return changes.plan(self.model, self.containers())

    def create(self, **services: dict[str, Any]) -> None:
        """Write the project's file and create its containers."""
        self.resolve(services)
        self.compose("up", "--no-start", "--remove-orphans")

    def start(self, **options: Any) -> Outcome:
        """Start it, through the local socket."""
        return drive.start(self.model, engine_containers.connect(LOCAL), **{"timeout": 20.0, **options})

    def up(self, **services: dict[str, Any]) -> Outcome:
        """Write the project's file, plan, and run the plan, as `inv up` does."""
        plan = self.resolve(services)
        file = str(self.folder / "compose.json")
        words = (engine_facts.DOCKER, "compose", "-p", self.project, "-f", file, "--env-file", "/dev/null")
        composition = Composition(words, {"PATH": "/usr/bin:/bin"}, self.folder, self.model)
        project = projects.make(self.folder)
        here = SimpleNamespace(endpoint=LOCAL, root=str(self.folder))
        prepared: Any = SimpleNamespace(composition=composition, target=here)
        return execution.run(project, prepared, Observed(self.containers()), plan, Order((), 20.0))

    def ids(self, service: str) -> set[str]:
        """Return the ids of a service's containers."""
        return {one.id for one in self.containers() if one.service == service}

    def containers(self) -> tuple[engine_containers.Container, ...]:
        """Return what the engine lists."""
        return engine_containers.containers(LOCAL, self.project)

    def status(self) -> status.StackStatus:
        """Return its status."""
        return status.status("dev", self.model, self.containers())

    def states(self) -> dict[str, dict[str, Any]]:
        """Return what the engine says of the first container of each service."""
        return {name: found[0]["State"] for name, found in engine_facts.containers(self.project).items()}


@pytest.fixture
def stack(tmp_path: Path, image: str) -> Iterator[Stack]:
    """Return an empty project; afterwards nothing of it is left."""
    one = Stack(tmp_path, image)
    yield one
    one.compose("down", "--volumes", "--remove-orphans", "--timeout", "0")
    assert engine_facts.left(one.project) == []


def states(outcome: Outcome) -> dict[str, State]:
    """Return each service's outcome."""
    return {one.name: one.outcome for one in outcome.services}


CHAIN = {
    "db": ready(0.4),
    "migrate": shell("sleep 0.3", depends_on=after(db="healthy")),
    "api": ready(depends_on=after(db="healthy", migrate="done"), scale=2),
    "gateway": ready(depends_on=after(api="healthy"), ports=["127.0.0.1::80"]),
}


def test_a_stack_starts_in_order_and_a_second_time_nothing_happens(stack: Stack) -> None:
    """The engine's own times tell the order; then the plan is empty, and nothing is started again."""
    stack.create(**CHAIN)
    outcome = stack.start()
    assert states(outcome) == {
        "api": State.HEALTHY,
        "db": State.HEALTHY,
        "gateway": State.HEALTHY,
        "migrate": State.COMPLETED,
    }
    first = stack.states()
    assert first["db"]["StartedAt"] < first["migrate"]["StartedAt"]
    assert first["migrate"]["FinishedAt"] < first["api"]["StartedAt"] < first["gateway"]["StartedAt"]
    assert {one.health for one in stack.containers() if one.service == "api"} == {"healthy"}
    (address,) = addresses.addresses(stack.containers())
    assert (address.service, address.host, address.port) == (
        "gateway",
        "127.0.0.1",
        outcome.services[2].ports[0].public,
    )
    assert not stack.resolve(CHAIN)
    assert not stack.start().changed
    assert {name: state["StartedAt"] for name, state in stack.states().items()} == {
        name: state["StartedAt"] for name, state in first.items()
    }
    assert stack.status().healthy


def test_a_stopped_stack_starts_again_and_migrates_again(stack: Stack) -> None:
    """The one-shot runs for the services that are started; one stopped service alone is enough."""
    stack.create(**CHAIN)
    stack.start()
    stack.compose("stop", "--timeout", "0")
    first = stack.states()
    assert not stack.status().healthy
    assert stack.start().failed == ()
    second = stack.states()
    assert second["migrate"]["StartedAt"] > first["migrate"]["FinishedAt"]
    assert second["api"]["StartedAt"] > second["migrate"]["FinishedAt"]
    stack.compose("stop", "--timeout", "0", "gateway")
    assert [str(step) for step in stack.resolve(CHAIN).steps] == [
        f"start {stack.project}-gateway-1 (it exited {stack.states()['gateway']['ExitCode']})"
    ]


def test_a_changed_dependency_restarts_those_that_ask_for_it(stack: Stack) -> None:
    """`restart: true`: Compose stops the dependents of what it recreates, and the start brings them back."""
    waits = {"db": {"condition": "service_healthy", "restart": True}}
    services = {"db": ready(), "api": ready(depends_on=waits), "other": ready(depends_on=after(db="healthy"))}
    stack.create(**services)
    stack.start()
    before = stack.states()
    plan = stack.resolve({**services, "db": ready(environment={"A": "b"})})
    assert [str(step) for step in plan.steps] == [
        f"roll {stack.project}-db-1 (configuration changed)",
        f"roll {stack.project}-api-1 (db is recreated)",
    ]
    stack.compose("up", "--no-start")
    assert stack.start().failed == ()
    now = stack.states()
    assert now["api"]["StartedAt"] > now["db"]["StartedAt"] > before["api"]["StartedAt"]
    assert now["other"]["StartedAt"] == before["other"]["StartedAt"]


def test_a_changed_service_is_never_away(stack: Stack) -> None:
    """At each moment as many are healthy as before; the migration ran once more, first; others are untouched."""
    stack.up(**CHAIN)
    before = {name: stack.ids(name) for name in CHAIN}
    least, over = [2], threading.Event()

    def watch() -> None:
        while not over.is_set():
            good = [one for one in stack.containers() if one.service == "api" and one.health == "healthy"]
            least.append(len(good))

    watching = threading.Thread(target=watch)
    watching.start()
    job = {**CHAIN["migrate"], "environment": {"A": "b"}}
    outcome = stack.up(**{**CHAIN, "migrate": job, "api": {**CHAIN["api"], "environment": {"A": "b"}}})
    over.set()
    watching.join()
    assert (outcome.failed, min(least), len(stack.ids("api"))) == ((), 2, 2)
    assert stack.ids("api").isdisjoint(before["api"])
    assert {name: stack.ids(name) for name in ("db", "gateway")} == {name: before[name] for name in ("db", "gateway")}
    assert not stack.resolve({**CHAIN, "migrate": job, "api": {**CHAIN["api"], "environment": {"A": "b"}}})


def test_a_new_one_that_does_not_serve_is_removed_and_the_old_ones_stay(stack: Stack) -> None:
    """As after a migration that fails: what ran is the very same containers."""
    stack.up(**CHAIN)
    before = stack.ids("api")
    sick = {**CHAIN["api"], "command": ["/bin/sh", "-c", "sleep 600"]}
    outcome = stack.up(**{**CHAIN, "api": sick})
    assert (outcome.failed, stack.ids("api")) == (("api",), before)
    assert outcome.failures[0].reason == "is unhealthy"
    wrong = shell("exit 3", depends_on=after(db="healthy"))
    outcome = stack.up(**{**CHAIN, "migrate": wrong, "api": {**CHAIN["api"], "environment": {"A": "b"}}})
    assert (set(outcome.failed), stack.ids("api")) == ({"migrate", "api"}, before)
    assert all(one.health == "healthy" for one in stack.containers() if one.service == "api")


def test_what_ends_after_two_seconds_again_and_again_does_not_run(stack: Stack) -> None:
    """`restart: always` hides it from one look at a time."""
    outcome = stack.up(job=shell("sleep 2; exit 3", restart="always"))
    assert (outcome.failed, outcome.failures[0].exit_code) == (("job",), 3)


def test_a_service_that_exits_is_reported_at_once(stack: Stack) -> None:
    """Exit code, last 20 lines, what it blocked; the rest is left for `status` and `down`."""
    noisy = "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; done; exit 3"
    stack.create(
        db=ready(),
        api=shell(noisy, healthcheck=PROBE, depends_on=after(db="healthy"), restart="unless-stopped"),
        gateway=ready(depends_on=after(api="healthy")),
    )
    outcome = stack.start()
    assert outcome.seconds < 10
    assert states(outcome) == {"api": State.FAILED, "db": State.HEALTHY, "gateway": State.BLOCKED}
    (failure,) = outcome.failures
    assert (failure.service, failure.exit_code, failure.oom, failure.blocked) == ("api", 3, False, ("gateway",))
    assert failure.logs[-20:] == tuple(f"line {number}" for number in range(11, 31))
    assert not stack.status().healthy
    assert stack.states()["gateway"]["Status"] == "created"


def test_a_service_that_turns_unhealthy_is_reported_with_its_last_probe(stack: Stack) -> None:
    """Long before the timeout."""
    probe = {**PROBE, "start_period": "0s", "interval": "200ms"}
    stack.create(api=shell("sleep 600", healthcheck=probe))
    outcome = stack.start()
    assert outcome.seconds < 10
    (failure,) = outcome.failures
    assert (failure.reason, failure.exit_code) == ("is unhealthy", None)
    assert failure.probe == "exit code 1\nno file"


def test_a_service_that_runs_out_of_memory_says_so(stack: Stack) -> None:
    """The engine's own word, not a guess from the exit code, even where the engine restarts it at once."""
    greedy = "a=0123456789; while :; do a=$a$a; done"
    limits = {"mem_limit": "16m", "memswap_limit": "16m", "init": False, "restart": "unless-stopped"}
    stack.create(api=shell(greedy, healthcheck=PROBE, **limits))
    (failure,) = stack.start().failures
    assert (failure.exit_code, failure.oom) == (137, True)


def test_an_unhealthy_from_before_is_not_held_against_a_fresh_start(stack: Stack) -> None:
    """The engine keeps a stopped container's last health."""
    probe = {**PROBE, "start_period": "0s", "interval": "200ms"}
    script = "if [ -f /been ]; then touch /ready; else touch /been; fi; sleep 600"
    stack.create(api=shell(script, healthcheck=probe))
    stack.start()
    stack.compose("stop", "--timeout", "0")
    assert stack.states()["api"]["Health"]["Status"] == "unhealthy"
    assert stack.start().failed == ()


def test_a_port_that_is_taken_is_a_failure_of_its_service(stack: Stack) -> None:
    """The engine refuses the start, in its own words."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        stack.create(api=ready(ports=[f"127.0.0.1:{taken.getsockname()[1]}:80"]))
        (failure,) = stack.start().failures
    assert failure.reason.startswith("failed to start: ")
    assert "address already in use" in failure.reason


def test_an_optional_service_that_fails_blocks_nobody(stack: Stack) -> None:
    """Its failure is told all the same."""
    stack.create(
        cache=shell("exit 1"),
        api=ready(depends_on={"cache": {"condition": "service_started", "required": False}}),
    )
    outcome = stack.start()
    assert states(outcome) == {"api": State.HEALTHY, "cache": State.FAILED}


def test_what_only_compose_can_start_is_verified(stack: Stack) -> None:
    """A hook runs, and health is still told by the engine, not by Compose's exit code."""
    hook = [{"command": ["/bin/sh", "-c", "touch /hooked"]}]
    stack.create(api=ready(post_start=hook), worker=ready())
    assert stack.model.unsupported() == ("services.api.post_start",)
    stack.compose("up", "--detach", "--wait", "api")
    outcome = drive.verify(stack.model, engine_containers.connect(LOCAL), timeout=20.0)
    assert states(outcome) == {"api": State.HEALTHY, "worker": State.FAILED}
    assert outcome.failures[0].reason == "is created"
    (container,) = [one for one in stack.containers() if one.service == "api"]
    engine_facts.docker("exec", container.id, "/bin/sh", "-c", "[ -f /hooked ]")


def test_what_compose_started_and_dies_a_moment_later_has_failed(stack: Stack) -> None:
    """It has no check, and ran when Compose was content."""
    hook = [{"command": ["/bin/sh", "-c", ":"]}]
    stack.create(api=shell("sleep 1; exit 3", post_start=hook))
    stack.compose("up", "--detach", "--wait", "api")
    outcome = drive.verify(stack.model, engine_containers.connect(LOCAL), timeout=20.0)
    assert states(outcome) == {"api": State.FAILED}
    assert outcome.failures[0].exit_code == 3


class Interrupting:
    """A listener that is interrupted as soon as something is healthy."""

    def update(self, rows: tuple[Row, ...]) -> None:
        """Be interrupted."""
        if any(row.state is State.HEALTHY for row in rows):
            raise KeyboardInterrupt

    def close(self) -> None:
        """Say nothing."""


def test_an_interruption_leaves_what_status_tells_and_down_removes(stack: Stack) -> None:
    """What runs keeps running, nothing more is started, no thread stays."""
    stack.create(**CHAIN)
    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        stack.start(listener=Interrupting())
    assert threading.active_count() == threads
    time.sleep(1.0)
    rows = {row.name: row.state for row in stack.status().services}
    assert rows["db"] == "running"
    assert rows["gateway"] == "created"


@pytest.fixture
def remote() -> Iterator[Endpoint]:
    """Return the engine's socket as a TCP endpoint, which only the SDK can talk to."""
    server = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while chunk := source.recv(65536):
                sink.sendall(chunk)
        except OSError:
            pass
        finally:
            for one in (source, sink):
                one.close()

    def accept() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            upstream = socket.socket(socket.AF_UNIX)
            upstream.connect(LOCAL.socket)
            for pair in ((client, upstream), (upstream, client)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield Endpoint(f"tcp://127.0.0.1:{server.getsockname()[1]}", "DOCKER_HOST")
    server.shutdown(socket.SHUT_RDWR)
    server.close()


def test_a_remote_engine_gives_the_same_through_the_sdk(stack: Stack, remote: Endpoint) -> None:
    """Same containers, same image, same start."""
    stack.create(**CHAIN)
    assert engine_containers.containers(remote, stack.project) == stack.containers()
    assert engine_containers.image(remote, stack.image) == engine_containers.image(LOCAL, stack.image)
    assert engine_containers.image(remote, "dockgate-test:nope") is None
    outcome = drive.start(stack.model, engine_containers.connect(remote), timeout=30.0)
    assert outcome.failed == ()
    assert engine_containers.containers(remote, stack.project) == stack.containers()
