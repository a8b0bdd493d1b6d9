"""How mutants are tried in a process that is warm: functions get the code of a changed file, in the order of cost."""

from __future__ import annotations

import importlib
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from coverage import CoverageData

from bench.mutants import replacement, tracing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

SOURCE = """\
import functools

def added(one, two=1):
    return one + two

def made():
    def inside():
        return 1 + 1
    return inside

@functools.cache
def kept():
    return 2 * 2

class Thing:
    size = 3

    def larger(self):
        return [each + self.size for each in (1,)]

INSIDE = made()
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Return a module that was imported, of the source above."""
    (tmp_path / "sample_of_mutants.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("sample_of_mutants")
    del sys.modules["sample_of_mutants"]


def changed(module: ModuleType, old: str, new: str) -> bool:
    """Replace what a change of the source changes."""
    path = str(module.__file__)
    return replacement.replace(replacement.functions(path), path, SOURCE, SOURCE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "call", "value"),
    [
        ("one + two", "one - two", "added(3)", 2),
        ("one + two", "one + two + 10", "added(3)", 14),
        ("1 + 1", "1 - 1", "made()()", 0),
        ("1 + 1", "1 - 1", "INSIDE()", 0),
        ("2 * 2", "2 / 2", "kept()", 1),
        ("each + self", "each - self", "Thing().larger()", [-2]),
    ],
)
def test_what_has_a_function_gets_its_new_code(
    module: ModuleType, old: str, new: str, call: str, value: object
) -> None:
    """Also one that was imported by name, is inside of another, was decorated, or was made during the import."""
    assert changed(module, old, new)
    assert eval(call, vars(module)) == value  # noqa: S307 - the calls above


@pytest.mark.parametrize(
    ("old", "new"), [("two=1", "two=2"), ("size = 3", "size = 4"), ("= made()", "= None"), ("3", "3")]
)
def test_what_is_no_code_of_a_function_is_not_replaced(module: ModuleType, old: str, new: str) -> None:
    """A default, a class's body, a module's body and no change at all need a process that begins anew."""
    assert not changed(module, old, new)


def test_each_text_of_a_file_has_a_time_of_its_own(tmp_path: Path) -> None:
    """Python's and mypy's caches go by whole seconds and the size, and a mutant may have both of the text before."""
    path = tmp_path / "a.py"
    path.write_text("one", encoding="utf-8")
    times = [int(path.stat().st_mtime)]
    for text in ("two", "one"):
        replacement.write(path, text)
        times.append(int(path.stat().st_mtime))
    assert path.read_text(encoding="utf-8") == "one"
    assert times[0] < times[1] < times[2]


def test_the_innermost_statement_comes_first() -> None:
    """A line's tests are those of its statement, else those of what is around it."""
    assert tracing.spans(SOURCE, 19) == [range(19, 20), range(18, 20), range(15, 20)]


def test_a_mutant_has_the_tests_of_its_folder_and_of_its_line(tmp_path: Path) -> None:
    """As the traced run noted them: it was in a folder of its own, and those who try are in others."""
    file = "dockgate/env/sample.py"
    (tmp_path / "tests/unit/env").mkdir(parents=True)
    (tmp_path / "tests/unit/env/test_sample.py").touch()
    data = CoverageData(str(tmp_path / ".coverage"))
    for context in ("tests/unit/env/test_sample.py::test_a|run", "tests/unit/tasks/test_env.py::test_b|run", ""):
        data.set_context(context)
        data.add_lines({str(tmp_path / file): [4]})
    mutant: Any = SimpleNamespace(file=file, line=4, before=SOURCE)  # what makes one is not installed here
    found = tracing.tests_of(mutant, tracing.Trace(tmp_path, data, {}))
    assert found == ["tests/unit/env/test_sample.py", "tests/unit/tasks/test_env.py::test_b"]


def test_the_quickest_tests_are_run_up_to_a_limit() -> None:
    """Tests are named on their own, or by their file."""
    seconds = {"a.py::slow": 3.0, "a.py::quick": 0.5, "b.py::other": 0.1, "c.py::one": 1.0, "c.py::two": 0.2}
    assert tracing.quickest(["a.py", "c.py::one"], seconds, 2.0) == ["a.py::quick", "c.py::one"]
