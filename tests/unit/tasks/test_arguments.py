"""The command line is checked before anything runs."""

from __future__ import annotations

import pytest

from dockgate.core.errors import ConfigError
from dockgate.tasks import arguments
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
        ("--help upp", "up"),
        ("--help=upp", "up"),
        ("--list evn", "env"),
        ("pu --env=dev", "up"),
        ("env.explain ONE TWO --env=dev", "TWO"),
        ("env.explain --env=dev", "NAME"),
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
