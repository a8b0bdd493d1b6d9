"""What each task takes, whole: its flags, which repeat, which are numbers, its words, and what its help says."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockgate.tasks import build, framework, specs
from tests import said

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = Path(__file__).with_name("specs.txt")


def shown(names: Iterable[str]) -> str:
    return " ".join(sorted(names)) or "-"


def test_what_each_task_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag that takes another kind of value, or a text that changes, is a line in a review."""
    monkeypatch.chdir(Path(__file__).parents[3])  # help names the environments of a project
    collection = build()
    for name, spec in specs(collection).items():
        task = collection[name]
        given = f"values {shown(spec.values)} switches {shown(spec.switches)} repeatable {shown(spec.repeatable)}"
        lines = [f"{given} numbers {shown(spec.numbers)} words {' '.join(spec.words) or '-'}"]
        lines.append(f"{task.__doc__} default {task.is_default} {[*task.positional]} {[*task.iterable]}")
        lines += [f"{flag}: {text}" for flag, text in task.body.texts.items()]
        said.hold(FILE, (f"{name} {each}" for each in lines))


@pytest.mark.parametrize("end", ["flush", "hook", "task"])
def test_what_is_left_for_a_reader_that_has_gone_goes_nowhere(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python would complain once more as it ends."""
    calls: list[object] = []
    monkeypatch.setattr(os, "open", lambda *given: (calls.append(given), 7)[1])  # type: ignore[func-returns-value]
    monkeypatch.setattr(os, "dup2", lambda *given: calls.append(given))
    monkeypatch.setattr(os, "_exit", calls.append)
    gone = BrokenPipeError()

    def broken(*_given: object) -> None:
        raise gone

    if end == "flush":
        monkeypatch.setattr(sys.stdout, "flush", broken)
        framework.last()
    elif end == "hook":
        framework.outside(BrokenPipeError, gone, None)
    else:
        with pytest.raises(SystemExit) as caught:
            framework.with_boundary(broken, {})
        assert caught.value.code == 0
    monkeypatch.undo()
    assert calls == [(os.devnull, os.O_WRONLY), (7, 1), *([0] if end == "hook" else [])]


def test_an_error_outside_of_a_task_keeps_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "__excepthook__", lambda *given: told.extend(given))
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / 0
    framework.outside(ZeroDivisionError, caught.value, caught.tb)
    assert told == [ZeroDivisionError, caught.value, caught.tb]
