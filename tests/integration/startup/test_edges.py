"""What only Compose can start, interruptions, an engine of another machine."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from dockgate.core.endpoint import Endpoint
from dockgate.engine import containers as engine_containers
from dockgate.stack.startup import drive
from dockgate.stack.startup.outcome import State
from tests.integration import engine_facts
from tests.integration.startup.stacks import CHAIN, LOCAL, LONG, Stack, ready, shell, states

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.stack.startup.outcome import Row


def test_what_only_compose_can_start_is_verified(stack: Stack) -> None:
    """A hook runs, and health is still told by the engine, not by Compose's exit code."""
    hook = [{"command": ["/bin/sh", "-c", "touch /hooked"]}]
    stack.create(api=ready(post_start=hook), worker=ready())
    assert stack.model.unsupported() == ("services.api.post_start",)
    stack.compose("up", "--detach", "--wait", "api")
    outcome = drive.verify(stack.model, engine_containers.connect(LOCAL), timeout=LONG)
    assert states(outcome) == {"api": State.HEALTHY, "worker": State.FAILED}
    assert outcome.failures[0].reason == "is created"
    (container,) = [one for one in stack.containers() if one.service == "api"]
    engine_facts.docker("exec", container.id, "/bin/sh", "-c", "[ -f /hooked ]")


def test_what_compose_started_and_dies_a_moment_later_has_failed(stack: Stack) -> None:
    """It has no check, and ran when Compose was content."""
    hook = [{"command": ["/bin/sh", "-c", ":"]}]
    stack.create(api=shell("until [ -e /go ]; do sleep 0.1; done; sleep 1; exit 3", post_start=hook))
    stack.compose("up", "--detach", "--wait", "api")
    engine_facts.docker("exec", stack.containers()[0].id, "/bin/touch", "/go")
    outcome = drive.verify(stack.model, engine_containers.connect(LOCAL), timeout=LONG)
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
    assert threading.active_count() <= threads
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
    outcome = drive.start(stack.model, engine_containers.connect(remote), timeout=LONG)
    assert outcome.failed == ()
    assert engine_containers.containers(remote, stack.project) == stack.containers()
