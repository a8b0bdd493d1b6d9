"""Which tests ran which line, and how long each took: a traced run of all of them."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING

from coverage import CoverageData
from msgspec import Struct

from bench.mutants import warm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.mutants.changes import Mutant


class Trace(Struct, frozen=True):
    """What the traced run noted down: its folder, the data of coverage, and each test's seconds."""

    copy: Path
    data: CoverageData
    seconds: dict[str, float]


def read(copy: Path) -> Trace:
    """Read what a traced run left in its folder."""
    data = CoverageData(str(copy / ".coverage"))
    data.read()
    return Trace(copy, data, json.loads((copy / warm.SECONDS).read_bytes()))


def tests_of(mutant: Mutant, trace: Trace) -> list[str]:
    """Return the test files of the module, and the tests that ran the line.

    The files of the module's whole folder are with them: they notice what a cache or a process hides from the trace.
    """
    folder = trace.copy.joinpath("tests/unit", *Path(mutant.file).parent.parts[1:])
    files = sorted(str(each.relative_to(trace.copy)) for each in folder.glob("test_*.py"))
    return [
        *files,
        *sorted(each for each in reaching(mutant, trace) if each.partition("::")[0] not in files),
    ]


def reaching(mutant: Mutant, trace: Trace) -> set[str]:
    """Return the tests that ran the changed statement; where none is known to, those that ran its function."""
    contexts = trace.data.contexts_by_lineno(str(trace.copy / mutant.file))
    for span in spans(mutant.before, mutant.line):
        if found := {each.rpartition("|")[0] for line in span for each in contexts.get(line, [])} - {""}:
            return found
    return set()


def spans(source: str, line: int) -> list[range]:
    """Return the lines of the statements that have a line in them, the innermost first."""
    statements = (each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.stmt))
    found = [range(each.lineno, (each.end_lineno or each.lineno) + 1) for each in statements]
    return sorted((each for each in found if line in each), key=len)


def quickest(tests: Iterable[str], seconds: dict[str, float], most: float) -> list[str]:
    """Return the tests among these, and of the files among these, that end soonest: so many seconds of them."""
    named, chosen, spent = set(tests), [], 0.0
    known = (each for each in seconds if each in named or each.partition("::")[0] in named)
    for each in sorted(known, key=seconds.__getitem__):
        spent += seconds[each]
        if spent > most:
            break
        chosen.append(each)
    return chosen
