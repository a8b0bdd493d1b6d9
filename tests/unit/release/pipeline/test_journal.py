"""The journal of a release: each step is on disk before the next one begins."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError
from dockgate.release.pipeline import journal
from dockgate.release.pipeline.journal import Done, Journal, ReleaseStep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

INPUTS = {"version": "1.0.0", "started": "2026-11-23T10:00:00+00:00"}


def test_steps_are_run_in_order_and_told_as_they_begin_and_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that an earlier run did is not run again; one that fails is told, and stays to be done."""
    monkeypatch.setattr(journal, "time", SimpleNamespace(monotonic=iter((1.0, 3.5, 10.0, 10.25)).__next__))
    path = tmp_path / "release/journal.json"
    told: list[tuple[str, Done | None]] = []
    seen: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def build(outputs: journal.Outputs) -> Mapping[str, Any]:
        seen.append((json.loads(path.read_text())["outputs"], dict(outputs)))
        return {"images": 2}

    def scan(_outputs: journal.Outputs) -> Mapping[str, Any]:
        raise KeyboardInterrupt

    stages = [
        ReleaseStep("lint", "a", lambda _: pytest.fail("it is done")),
        ReleaseStep("build", "b", build),
        ReleaseStep("scan", "c", scan),
    ]
    made = Journal(path, INPUTS, {"lint": {"checks": []}})
    with pytest.raises(KeyboardInterrupt):
        journal.run(made, stages, lambda step, done: told.append((step.name, done)))
    assert told == [
        ("lint", Done("lint", "resumed", 0.0)),
        ("build", None),
        ("build", Done("build", "done", 2.5)),
        ("scan", None),
        ("scan", Done("scan", "failed", 0.25)),
    ]
    assert seen == [({"lint": {"checks": []}}, {"lint": {"checks": []}})]
    outputs: dict[str, Mapping[str, Any]] = {"lint": {"checks": []}, "build": {"images": 2}}
    assert path.read_text() == json.dumps({"inputs": INPUTS, "outputs": outputs}, indent=1)
    assert journal.load(path) == Journal(path, INPUTS, outputs)
    assert journal.run(made, stages[:2], lambda *_: None) == (
        Done("lint", "resumed", 0.0),
        Done("build", "resumed", 0.0),
    )
    assert Done("build", "done", 2.05049).as_json() == {"name": "build", "seconds": 2.05, "outcome": "done"}
    made.end()
    made.end()
    assert journal.load(path) is None


@pytest.mark.parametrize("content", ["[", "{}", '{"inputs": {}, "outputs": []}'])
def test_a_damaged_journal_is_named_with_what_removing_it_means(tmp_path: Path, content: str) -> None:
    path = tmp_path / "journal.json"
    path.write_text(content)
    with pytest.raises(ConfigError) as caught:
        journal.load(path)
    assert caught.value.what.startswith("is not a journal: ")
    assert (str(caught.value.where), caught.value.fix) == (str(path), "remove it: the release then begins again")
