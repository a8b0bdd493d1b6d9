"""What is asked of one resolved environment."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.env.env_files import Assignment, Layer
from dockgate.env.resolved import Resolved, ResolvedEnv
from dockgate.env.schema import Schema

PLACE = Location("x.env", 1)
VALUES = {
    each.name: each
    for each in (
        Resolved("PLAIN", "p", PLACE, "base"),
        Resolved("SECRET", Secret("s"), PLACE, "process"),
        Resolved("BROKEN", "${NOPE}", PLACE, "base", failed=True),
        Resolved("HIDDEN", Secret("${NOPE}"), PLACE, "base", failed=True),
        Resolved("DEFAULT", "d", PLACE, "schema"),
    )
}


def layer(name: str, path: str) -> Layer:
    return Layer(name, path, (Assignment("A", name, PLACE, name),))


def environment(*layers: Layer, local: str = "") -> ResolvedEnv:
    return ResolvedEnv("dev", VALUES, layers, (), Schema({}), development=True, local=local)


def test_values_that_failed_are_given_to_nothing() -> None:
    env = environment()
    assert env.plain() == {"PLAIN": "p", "DEFAULT": "d"}
    assert env.secrets() == {"SECRET": Secret("s")}
    assert env.clear() == {"PLAIN": "p", "SECRET": "s", "DEFAULT": "d"}
    assert env.from_process() == ("SECRET",)


def test_what_is_set_otherwise_is_overruled() -> None:
    """A default of the schema is nothing that a person set."""
    given = {"PLAIN": "other", "SECRET": "s", "DEFAULT": "other", "NOT_SET": "x"}
    assert environment().overruled(given) == (VALUES["PLAIN"],)
    assert environment().overruled({"SECRET": "other"}) == (VALUES["SECRET"],)


def test_statements_of_files_are_written() -> None:
    """Neither defaults nor what the shell says."""
    names = ("schema", "base", "secrets", "process")
    env = environment(*(layer(name, f"env/{name}.env") for name in names))
    assert [each.value for each in env.written()] == ["base", "secrets"]


@pytest.mark.parametrize(
    ("layers", "file"),
    [
        ((("schema", "s"), ("base", "b"), ("dev", "d"), ("secrets", "x"), ("process", "")), "d"),
        ((("schema", "s"), ("secrets", "x"), ("process", "y"), ("providers", "")), None),
    ],
)
def test_the_file_for_a_value_of_ones_own(layers: tuple[tuple[str, str], ...], file: str | None) -> None:
    """The one that git ignores, else the last one, else what to add."""
    env = environment(*(layer(*each) for each in layers))
    assert env.own_file == (file or 'a file (layers = ["env/dev.env"] in its table)')
    assert replace(env, local="env/dev.local.env").own_file == "env/dev.local.env"
