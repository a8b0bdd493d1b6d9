"""What a deployment that ends in an error says, and what it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import LockedError, ToolFailedError
from dockgate.stack.runtimes.protocol import Order
from dockgate.stack.runtimes.swarm import lock, returning, rollout
from tests.unit.stack.runtimes.swarm import stacks
from tests.unit.stack.runtimes.swarm.deployed import deployment
from tests.unit.stack.runtimes.swarm.manager import Manager

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockgate.stack.startup.outcome import Row

ORDER = Order(timeout=0.05)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollout, "LOOK", 0.01)
    monkeypatch.setattr(returning, "LOOK", 0.01)


@pytest.fixture
def manager() -> Manager:
    """Return a manager with a shop on it."""
    made = Manager()
    deployment(made, stacks.shop(), ORDER).run()
    return made


def wrong(_: object) -> None:
    raise ToolFailedError("wrong version", fix="look")


class Board:
    """Counts how often it is closed."""

    closed = 0

    def update(self, rows: tuple[Row, ...]) -> None:
        """Take no note."""

    def close(self) -> None:
        self.closed += 1


def test_what_did_not_come_back_is_said(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each service with its reason, behind what went wrong; the board is closed then, too."""
    board = Board()
    going = deployment(manager, stacks.shop("b"), replace(ORDER, check=wrong, listener=board))
    real, before = Manager._tasks, manager.image("api")

    def tasks(self: Manager, service: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = real(self, service)
        old = service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] == before
        return [{**each, "Status": {"State": "starting"}} for each in found] if old else found

    monkeypatch.setattr(Manager, "_tasks", tasks)
    with pytest.raises(ToolFailedError) as caught:
        going.run()
    assert str(caught.value) == (
        "wrong version; api (shop-prod_api) did not come back to what it was before, 0.1 s after its start\n  → look"
    )
    assert board.closed == 1


@pytest.mark.parametrize(
    ("mark", "said"), [("a", "wrong version"), ("b", "wrong version; every service is as it was before")]
)
def test_where_nothing_was_changed_nothing_is_taken_back(manager: Manager, mark: str, said: str) -> None:
    before = len(manager.said)
    with pytest.raises(ToolFailedError) as caught:
        deployment(manager, stacks.shop(mark), replace(ORDER, check=wrong)).run()
    assert caught.value.what == said
    assert bool(manager.said[before:]) is (mark == "b")


def test_a_service_that_is_gone_meanwhile_is_an_error(manager: Manager) -> None:
    """It is made again as it was."""
    going = deployment(manager, stacks.shop("b"), ORDER)
    before = manager.names("services")
    [ident] = [key for key, each in manager.objects["services"].items() if each["Spec"]["Name"] == "shop-prod_api"]
    del manager.objects["services"][ident]
    with pytest.raises(ToolFailedError) as caught:
        going.run()
    what = "shop-prod_api was removed meanwhile; every service is as it was before"
    assert str(caught.value) == f"{what}\n  → inv deploy again"
    assert (manager.names("services"), manager.image("api")) == (before, stacks.image("api"))


def test_a_service_that_is_removed_while_it_is_watched_is_a_failure(
    manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is there again as it was."""
    real = Manager._update

    def update(self: Manager, entry: dict[str, Any], query: Mapping[str, str], body: Any) -> Any:
        del self.objects["services"][entry["ID"]]
        return real(self, entry, query, body)

    going = deployment(manager, stacks.shop("b"), ORDER)
    monkeypatch.setattr(Manager, "_update", update)
    [failure] = going.run().failures
    assert (failure.service, failure.reason) == ("api", "was removed while it was deployed")
    assert manager.image("api") == stacks.image("api")


@pytest.mark.parametrize("lost_at", [1, 3])
def test_a_deployment_that_lost_its_lock_changes_nothing_more(
    manager: Manager, monkeypatch: pytest.MonkeyPatch, lost_at: int
) -> None:
    """Before its first change, or between two: nothing is taken back either, for another one may work there now."""
    asked, before = list[str](), len(manager.said)

    def check(project: str) -> None:
        asked.append(project)
        if len(asked) >= lost_at:
            raise LockedError("lost")

    monkeypatch.setattr(lock, "check", check)
    with pytest.raises(LockedError, match=r"^lost$"):
        deployment(manager, stacks.shop("b"), ORDER).run()
    assert set(asked) == {"shop-prod"}
    changed = [line.partition("-749")[0] for line in manager.said[before:]]
    assert [line.split()[0] for line in changed] == ["POST"] * (lost_at // 2)
    assert all("migrate" in line for line in changed)


@pytest.mark.parametrize(("state", "changes_made"), [("failed", ["DELETE", "POST"]), ("running", [])])
def test_a_job_runs_again_where_it_failed_and_is_waited_for_where_it_runs(
    manager: Manager, monkeypatch: pytest.MonkeyPatch, state: str, changes_made: list[str]
) -> None:
    """Its service keeps the result of a run that went well."""
    real: Callable[..., list[dict[str, Any]]] = Manager._tasks
    before, looks = len(manager.said), manager.looks

    def tasks(self: Manager, service: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = real(self, service)
        again = "migrate" in service["Spec"]["Name"] and self.looks <= looks + 1
        return [{**each, "Status": {"State": state}} for each in found] if again else found

    monkeypatch.setattr(Manager, "_tasks", tasks)
    assert deployment(manager, stacks.shop(), ORDER).run().failures == ()
    assert [line.split()[0] for line in manager.said[before:] if "services" in line] == changes_made
