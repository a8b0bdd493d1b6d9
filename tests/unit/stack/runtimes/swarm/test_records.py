"""What is kept on a swarm of its deployments, and what a failure returns to."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from dockgate.engine import swarm as api
from dockgate.engine.swarm import Swarm
from dockgate.stack.runtimes.swarm import records
from dockgate.stack.runtimes.swarm.records import Record
from tests.unit.stack.runtimes.swarm.manager import Manager, data

if TYPE_CHECKING:
    from typing import Any


def test_records_are_kept_newest_first_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever was written last; those of another stack are none of ours."""
    monkeypatch.setattr(records, "KEPT", 2)
    manager = Manager()
    made = {hour: Record(f"2026-11-28T1{hour}", "me", "deploy", "done", hour, "why") for hour in "2314"}
    for each in made.values():
        records.write(Swarm(manager), "shop", each)
    records.write(Swarm(manager), "other", Record("2026", "me", "deploy", "done"))
    assert records.listed(Swarm(manager), "shop") == [made["4"], made["3"]]
    assert records.listed(Swarm(manager), "other") == [Record("2026", "me", "deploy", "done", "", "")]
    assert len(manager.names("configs")) == 3


def test_a_record_is_a_config_that_names_its_stack() -> None:
    """Each has a name of its own, not longer than a swarm takes; its time is one that can be compared."""
    manager = Manager()
    records.write(Swarm(manager), "s" * 70, Record("1", "me", "up", "done"))
    records.keep(Swarm(manager), "shop", {"api": {"Name": "api"}})
    [record, kept] = manager.objects["configs"].values()
    assert re.fullmatch(r"s{41}-\d{8}T\d{12}", record["Spec"]["Name"])
    assert record["Spec"]["Labels"] == {"dev.dockgate.record": "s" * 70}
    assert re.fullmatch(r"shop\.good-\d{8}T\d{12}", kept["Spec"]["Name"])
    assert kept["Spec"]["Labels"] == {"dev.dockgate.good": "shop"}
    content: dict[str, Any] = json.loads(data(kept))
    assert content == {"at": content["at"], "specs": {"api": {"Name": "api"}}}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", content["at"])


def test_the_last_good_specifications_are_returned_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """By their time, where a command was killed between the new ones and the old; a stack that is gone has none."""
    manager = Manager()
    for at in "132":
        with monkeypatch.context() as killed:
            killed.setattr(records, "now", lambda at=at: at)
            killed.setattr(Manager, "_change", _kept)
            records.keep(Swarm(manager), "shop", {at: {}})
    assert records.good(Swarm(manager), "shop") == {"3": {}}
    records.write(Swarm(manager), "shop", Record("1", "me", "up", "done"))
    records.keep(Swarm(manager), "shop", {"4": {}})
    assert records.good(Swarm(manager), "shop") == {"4": {}}
    assert records.good(Swarm(manager), "other") == {}
    records.forget(Swarm(manager), "shop")
    assert records.good(Swarm(manager), "shop") == {}
    assert len(records.listed(Swarm(manager), "shop")) == 1


CHANGE = Manager._change


def _kept(manager: Manager, method: str, path: str, *more: Any) -> Any:
    return {} if method == "DELETE" else CHANGE(manager, method, path, *more)


@pytest.mark.parametrize("content", [b"{", b"", b"\xff", b"[]"])
def test_a_record_that_cannot_be_read_is_left_out(content: bytes) -> None:
    """Those after it are not."""
    manager = Manager()
    Swarm(manager).create("configs", api.blob("x", content, {records.RECORD: "shop"}))
    records.write(Swarm(manager), "shop", Record("1", "me", "up", "done"))
    assert [each.at for each in records.listed(Swarm(manager), "shop")] == ["1"]
