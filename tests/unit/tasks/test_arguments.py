"""The command line is checked before anything runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invoke.parser import Parser
from invoke.program import Program

from dockgate.core.errors import ConfigError
from dockgate.tasks import arguments, build, specs
from dockgate.tasks.arguments import TaskSpec

SPECS = {
    "up": TaskSpec(
        frozenset({"--env", "--service", "--timeout"}),
        frozenset({"--service"}),
        frozenset({"--json", "--no-build"}),
        numbers=frozenset({"--timeout"}),
    ),
    "down": TaskSpec(frozenset({"--env", "--confirm"}), frozenset(), frozenset({"--volumes"})),
    "doctor": TaskSpec(frozenset(), frozenset(), frozenset({"--json"})),
    "env.explain": TaskSpec(frozenset({"--env", "--name"}), frozenset(), frozenset({"--json"}), ("--name",)),
}


def check(line: str) -> list[str]:
    return [call.name for call in arguments.check(line.split(), SPECS)]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("", []),
        ("up --env=dev", ["up"]),
        ("up --env dev --no-build", ["up"]),
        ("up --env=dev --service=api --service gateway", ["up"]),
        ("env.explain NAME --env=dev", ["env.explain"]),
        ("env.explain --env=dev --name=NAME", ["env.explain"]),
        ("up --env=dev down --env=dev", ["up", "down"]),
        ("doctor up --env=dev", ["doctor", "up"]),
        ("up --env=dev -- up --env=prod --bogus", ["up"]),
        ("-c other up --env=dev", ["up"]),
        ("--help up", []),
        ("--list", []),
        ("--list env", []),
        ("-D 1 --list", []),
        ("up --help", []),
        ("--version", []),
        ("-F json doctor", ["doctor"]),
        ("--complete -- inv up --bo", []),
    ],
)
def test_accepts(line: str, names: list[str]) -> None:
    """These run as they stand."""
    assert check(line) == names


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("upp --env=dev", "up"),
        ("up --env=dev --no-biuld", "--no-build"),
        ("up --env=dev --env=prod", "more than once"),
        ("up --env dev --env dev", "more than once"),
        ("up --env dev --env down", "more than once"),
        ("up down --env=prod", "one environment"),
        ("up --env=dev down --env=prod", "one environment"),
        ("up --env=dev down", "one environment"),
        ("up --env", "needs a value"),
        ("up --env --no-build", "needs a value"),
        ("up --env=dev --no-build=false", "takes no value"),
        ("up --env=dev prod", "unknown task"),
        ("up --env=dev --timeout=soon", "whole number"),
        ("up --env=dev --timeout=-1", "whole number"),
        ("up -e dev", "-e"),
        ("--dry up --env=dev", "--dry"),
        ("--warn-only up --env=dev", "--warn-only"),
        ("--bogus up --env=dev", "--bogus"),
        ("-D 2 up --env=dev down --env=prod", "one environment"),
        ("-F json up down --env=prod", "one environment"),
        ("--list-depth=2 upp", "up"),
        ("up --env=dev down --env=prod --version", "--version"),
        ("up --env=dev --service -h down --env=prod", "needs a value"),
        ("upp --help", "up"),
        ("up --env=dev -h upp", "up"),
        ("up --env=dev --help bogus", "bogus"),
        ("--help upp", "up"),
        ("--help=upp", "up"),
        ("--list evn", "env"),
        ("pu --env=dev", "up"),
        ("env.explain ONE TWO --env=dev", "TWO"),
        ("env.explain --env=dev", "NAME"),
        ("env.explain ONE --name=TWO --env=dev", "more than once"),
        ("env.explain --name=ONE TWO --env=dev", "TWO"),
    ],
)
def test_refuses(line: str, word: str) -> None:
    """These would run something else than what was meant."""
    with pytest.raises(ConfigError) as caught:
        check(line)
    assert word in f"{caught.value.what} {caught.value.fix}"


def test_names_the_environments() -> None:
    """Which environments a command line names, for the check that they exist."""
    calls = arguments.check(["up", "--env=dev", "doctor"], SPECS)
    assert arguments.environments(calls) == {"dev"}


TASKS = build()
REAL = specs(TASKS)
VALUES = st.sampled_from(["dev", "3", "a b", "x=y", ""])


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """Draw a command line of real tasks and flags, right or wrong."""
    words: list[str] = []
    for name in draw(st.lists(st.sampled_from(sorted(REAL)), min_size=1, max_size=2)):
        spec = REAL[name]
        words += [name, *draw(st.lists(VALUES.filter(bool), max_size=len(spec.words)))]
        for flag in draw(st.lists(st.sampled_from(sorted(spec.flags)), max_size=4)):
            joined = [flag] if flag in spec.switches else [f"{flag}={draw(VALUES)}"]
            words += draw(st.sampled_from([joined, [flag, draw(VALUES)]]))
    return words


@given(lines())
def test_what_is_accepted_invoke_accepts(words: list[str]) -> None:
    """With the same tasks: nothing is refused later, with exit code 1 and after a task has run."""
    try:
        calls = arguments.check(words, REAL)
    except ConfigError:
        return
    parsed = Parser(contexts=TASKS.to_contexts(), initial=Program(namespace=TASKS).initial_context).parse_argv(words)
    assert [TASKS[each.name] for each in parsed[1:]] == [TASKS[call.name] for call in calls]
