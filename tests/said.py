"""What is said to people, whole: every text that the tests make stands in a file beside them, as a reader gets it.

A sentence that changes is a line in a review. `DOCKGATE_TEXTS=write pytest PATH` adds the texts of the tests that it
runs; texts that nothing says any more go with the file, which `DOCKGATE_TEXTS=write pytest FOLDER` then makes anew.
"""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import currently_in_test_context

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.core.plan import Command

WRITE = os.environ.get("DOCKGATE_TEXTS") == "write"  # as pytest starts: a test has no environment of its machine
MINUTE = 60.0
# Of the variables of a command: the others are the machine's.
OURS = ("COMPOSE", "DEBIAN", "DOCKER", "DOCKGATE", "GIT", "npm")
# What differs from run to run, or from machine to machine.
CHANGING = (
    (re.compile(r"(?:/[\w.-]+)*/pytest-of-[\w.-]+/pytest-\d+(?:/popen-gw\d+)?/[^/\s:'\"]+"), "<tmp>"),
    (re.compile(r"[\w-]+-pytest-of-[\w-]+"), "<tmp>"),
    (re.compile(r"\btest_\w{10,}\d\b"), "<tmp>"),  # which number it has depends on what ran before
    (re.compile(r"\b\d+ (?:second|minute|hour|day)s?(?= ago| old)"), "<time>"),
    (re.compile(r"(?<=SINCE) +(?=PORTS)"), "  "),  # as wide as the times below it
    (re.compile(r"(?<=dockgate-bug-|ockgate-test-)[a-z0-9_]{8}|(?<=/tmp)[a-z0-9_]{8}(?=[/ ])"), "<drawn>"),
    (re.compile(r"(?:/[\w.-]+)+/(?=docker(?:-compose|-buildx)? |hadolint|python)"), "<bin>/"),
    (re.compile(r"(?:/[\w/-]+, )+/[\w/-]+"), "<folders>"),
    (re.compile(r"\S+@\S+ \(pid \d+, [^)\s]+"), "<someone>"),
    (re.compile(r"\bby \S+(?= \(pid )"), "by <someone>"),
    (re.compile(r"(?<=\(pid )\d+|(?<=\"pid\": )\d+"), "<number>"),  # of any length: they begin anew
    (re.compile(r"(?<=/dockgate-)\d+(?=/| )|(?<=\buser )\d+"), "<id>"),
    (re.compile(r"AAAA[\w+/]{20,}=*"), "<key>"),
    (re.compile(r"^\d\d:\d\d:\d\d$"), "<time>"),
    (re.compile(r"SHA256:[\w+/]+"), "SHA256:<digest>"),
    (re.compile(r"age1[0-9a-z]{20,}"), "age1<key>"),
    (re.compile(r"(?=[a-f]*\d)[0-9a-f]{7,}|[0-9a-f]{12,}"), "<hex>"),
    (re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d[.\d]*)?(?:Z|[+-]\d\d:\d\d)?)?"), "<date>"),
    (re.compile(r"\d{4,}|\d+\.\d+(?= s)|(?<=\"seconds\": )[\d.]+"), "<number>"),
)


def hold(place: Path, texts: Iterable[str]) -> None:
    """Hold that these texts are known, or write them down; those of an example that Hypothesis drew are no one's."""
    if currently_in_test_context():
        return
    new = sorted({_stable(each) for each in texts} - known(place))
    if WRITE and new:
        place.parent.mkdir(exist_ok=True)
        with place.open("a", encoding="utf-8") as file:  # several workers write, each whole lines
            file.write("".join(f"{each}\n" for each in new))
        known.cache_clear()
    elif new:
        lines = "\n".join(new)
        raise AssertionError(f"not in {place.name}; if it is meant, DOCKGATE_TEXTS=write pytest adds it:\n{lines}")


def command(given: Command) -> None:
    """Hold a command that a test's program is given: its words, its folder, the names in its environment, its time."""
    test = Path(__file__).parents[1] / os.environ["PYTEST_CURRENT_TEST"].partition("::")[0]
    names = " ".join(sorted(name for name in given.env if name.startswith(OURS)))
    time = f"{given.timeout / 60:g} min" if given.timeout >= MINUTE else f"{given.timeout:g} sec"
    hold(test.with_name("commands.txt"), [f"{given} | in {given.cwd} | {time} | {names}"])


@functools.cache
def known(place: Path) -> frozenset[str]:
    """Return the texts of a file."""
    return frozenset(place.read_text(encoding="utf-8").splitlines()) if place.exists() else frozenset()


def _stable(text: str) -> str:
    for pattern, name in CHANGING:
        text = pattern.sub(name, text)
    return text.rstrip().replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
