"""What goes wrong is told, exits as documented, and leaves nothing that `down` does not remove."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app import plugin
from tests.integration import checkout, engine_facts
from tests.integration.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.app.client import Client
    from tests.app.plugin import Stack


@pytest.fixture
def beside(stack: Stack, environment: str, instance: str) -> Iterator[Stack]:
    """Return the names of a further instance, removed at the end."""
    other = plugin.Stack(stack.checkout, environment, instance, {})
    try:
        yield other
    finally:
        plugin.down(other)


def test_a_dead_api_fails_the_start_with_a_report(beside: Stack) -> None:
    """Exit 5; which service, its exit code, what it said, and what it blocked."""
    document = beside.checkout.json("up", *beside.flags, code=5, SESSION_HOURS="99999")
    outcomes = {service["name"]: service["outcome"] for service in document["services"]}
    assert outcomes["api"] == "failed"
    assert outcomes["gateway"] == "blocked"
    assert outcomes["postgres"] == "healthy"
    failure = next(each for each in document["failures"] if each["service"] == "api")
    assert failure["exit_code"] not in {0, None}
    assert any("SESSION_HOURS" in line for line in failure["logs"])
    assert "gateway" in failure["blocked"]
    assert beside.checkout.json("status", *beside.flags, code=5)["healthy"] is False


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_start_leaves_what_down_removes(beside: Stack, number: signal.Signals, code: int) -> None:
    """No orphan process; `status` tells what is there as the engine does, and the fixture's `down` removes it."""
    process = beside.checkout.start("up", *beside.flags)
    deadline = time.monotonic() + 300
    while not engine_facts.containers(beside.project) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(number)
    process.communicate(timeout=300)
    assert process.returncode == code
    # What was killed a moment ago is still about to go.
    assert eventually(lambda: orphans(process.pid, beside.project), lambda found: not found, 5) == []
    there = {name: entries[0]["State"]["Status"] for name, entries in beside.services().items()}
    document = beside.checkout.json("status", *beside.flags, code=5)
    told = {row["name"]: row["state"] for row in document["services"]}
    assert document["healthy"] is False
    assert {name: told[name] for name in there if told[name] != "completed"} == {
        name: state for name, state in there.items() if told[name] != "completed"
    }


@pytest.mark.parametrize("only", [("prod",)], indirect=True)
@pytest.mark.usefixtures("only")
def test_a_stack_that_lost_its_networks_is_mended(beside: Stack) -> None:
    """A container taken out of one by hand; all of them gone while it was stopped, as after `docker network prune`."""
    beside.checkout.inv("up", *beside.flags)
    api = beside.services()["api"][0]
    networks = sorted(api["NetworkSettings"]["Networks"])
    engine_facts.docker("network", "disconnect", "--force", networks[0], api["Id"])
    steps = beside.checkout.json("plan", *beside.flags)["steps"]
    assert [(step["action"], step["target"]) for step in steps if step["action"] != "run"] == [
        ("roll", api["Name"].strip("/"))
    ]
    beside.checkout.inv("up", *beside.flags)
    assert _is_ready(beside)
    engine_facts.docker("stop", *(one["Id"] for found in beside.services().values() for one in found))
    # A container has left its networks a moment after `docker stop` has returned.
    left = ("network", "inspect", "--format={{len .Containers}}", *networks)
    eventually(lambda: engine_facts.docker(*left).split(), lambda counts: {*counts} == {"0"})
    engine_facts.docker("network", "rm", *networks)
    beside.checkout.inv("up", *beside.flags)
    assert _is_ready(beside)


def _is_ready(stack: Stack) -> bool:
    with stack.client().http as http:
        return eventually(lambda: http.get("/readyz").is_success, bool)


def orphans(parent: int, project: str) -> list[str]:
    """Return what runs on of a process that has ended: of its session, or told the name of its stack."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            command = (folder / "cmdline").read_text(errors="replace") if folder.name.isdigit() else ""
            session = int((folder / "stat").read_text().rpartition(")")[2].split()[3]) if command else 0
        except OSError:
            continue  # it has ended
        if session == parent or project in command:
            found.append(command.replace("\0", " "))
    return found


def test_another_checkout_does_not_take_the_stack_over(stack: Stack, tmp_path: Path) -> None:
    """It would replace the containers: refused, with the way to work beside it."""
    other = tmp_path / "other"
    shutil.copytree(stack.checkout.root, other)
    theirs = checkout.Checkout(other, stack.checkout.env)
    for task in ("up", "down"):
        refused = theirs.inv(task, *stack.flags, code=2)
        assert "--instance" in refused.stderr
    assert stack.checkout.json("status", *stack.flags)["healthy"] is True


def test_a_second_up_at_the_same_time_is_refused(stack: Stack) -> None:
    """One change at a time: exit 7."""
    from dockgate.core import endpoint, project  # noqa: PLC0415 - this test alone holds the lock
    from dockgate.core.target import stack_lock  # noqa: PLC0415 - this test alone holds the lock
    from dockgate.system import locks  # noqa: PLC0415 - this test alone holds the lock

    loaded = project.load(stack.checkout.root, stack.checkout.env)
    with locks.held(loaded, stack_lock(stack.project, endpoint.find(loaded.process)), "test"):
        stack.checkout.inv("up", *stack.flags, code=7)


def test_down_where_there_is_nothing_says_so(stack: Stack, instance: str) -> None:
    """Exit 0."""
    document = stack.checkout.json("down", f"--env={stack.environment}", f"--instance={instance}")
    assert document["existed"] is False


@pytest.mark.parametrize("only", [("prod",)], indirect=True)
@pytest.mark.usefixtures("only")
def test_prod_is_not_removed_without_its_name(stack: Stack) -> None:
    """`--yes` is not enough."""
    stack.checkout.inv("down", *stack.flags, "--yes", code=6)
    stack.checkout.inv("down", *stack.flags, "--confirm=staging", code=6)
    assert stack.checkout.json("status", *stack.flags)["healthy"] is True


@pytest.mark.parametrize("only", [("dev",)], indirect=True)
@pytest.mark.usefixtures("only")
def test_the_api_reloads_on_save(stack: Stack, client: Client) -> None:
    """A change in the mounted source is answered by the running container."""
    file = stack.checkout.root / "docker/api/app/dockyard/operations.py"
    before = file.read_text(encoding="utf-8")
    try:
        file.write_text(before.replace('"name": "dockyard"', '"name": "reloaded"'), encoding="utf-8")
        answer = eventually(lambda: client.get("/version"), lambda found: '"reloaded"' in found.text)
        assert answer.json()["name"] == "reloaded"
    finally:
        file.write_text(before, encoding="utf-8")


def test_exec_passes_bytes_and_the_exit_code(stack: Stack) -> None:
    """Whatever the program says and however it ends."""
    code = "import sys; sys.stdout.write(sys.stdin.read().upper()); sys.exit(9)"
    words = ("exec", *stack.flags, "--service=api", "--", "python3", "-c", code)
    assert stack.checkout.inv(*words, code=9, stdin="abc").stdout == "ABC"
