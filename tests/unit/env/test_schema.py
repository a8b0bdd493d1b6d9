"""The schema: what it says, and what it refuses, with the line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockgate.core.errors import ConfigError, DockgateError, apart
from dockgate.core.location import Location
from dockgate.env import schema
from dockgate.env.variable import Variable

if TYPE_CHECKING:
    from pathlib import Path


def test_reads_everything_that_can_be_said() -> None:
    """Each key has its field."""
    text = """
[PASSWORD]
type = "string"
description = "Password"
secret = true
generate = "password:32"
required = ["prod"]
environments = ["dev", "prod"]
readers = ["api"]
default = "dev-only"
dev-default = true
min-length = 8
max-length = 64
min-bits = 80
max-age-days = 90
expires = 2030-01-31
example = "a-b-c"
pattern = ".*"
"""
    number = "[N]\ntype = 'int'\nminimum = 1\nmaximum = 2.5\n[E]\ntype = 'enum'\nvalues = ['a', 'b']\n"
    found = schema.parse(text + number)
    assert found.variables == {
        "PASSWORD": Variable(
            name="PASSWORD",
            type="string",
            description="Password",
            default="dev-only",
            dev_default=True,
            required=frozenset({"prod"}),
            secret=True,
            environments=frozenset({"dev", "prod"}),
            readers=("api",),
            pattern=".*",
            generate="password:32",
            example="a-b-c",
            min_length=8,
            max_length=64,
            min_bits=80,
            max_age=90,
            expires="2030-01-31",
            origin=Location("env/schema.toml", 2),
        ),
        "N": Variable("N", "int", minimum=1, maximum=2.5, origin=Location("env/schema.toml", 19)),
        "E": Variable("E", "enum", values=("a", "b"), origin=Location("env/schema.toml", 23)),
    }
    assert (found.path, found.declared) == ("env/schema.toml", True)


@pytest.mark.parametrize(
    ("written", "default"),
    [("80", "80"), ("true", "true"), ("false", "false"), ('"x"', "x"), ("1.5", "1.5"), ('""', "")],
)
def test_a_default_becomes_the_text_that_an_env_file_would_have(written: str, default: str) -> None:
    """Numbers and booleans may be written bare."""
    assert schema.parse(f"[A]\ndefault = {written}\n").variables["A"].default == default


@pytest.mark.parametrize(("environment", "expected"), [("dev", False), ("staging", True), ("new", True)])
def test_environments_may_be_those_that_are_left_out(environment: str, expected: bool) -> None:  # noqa: FBT001 - a test case
    """A new environment needs no change of the schema."""
    text = (
        '[A]\nenvironments = ["!dev"]\n[B]\nrequired = ["!dev"]\n[C]\nrequired = true\nenvironments = ["!dev", "!qa"]\n'
    )
    found = schema.parse(text).variables
    assert found["A"].allowed_in(environment) is expected
    assert found["B"].required_in(environment) is expected
    assert found["C"].required_in(environment) is expected


@pytest.mark.parametrize(
    ("required", "environment", "expected"),
    [("true", "dev", True), ('["prod"]', "dev", False), ('["prod"]', "prod", True), ("false", "prod", False)],
)
def test_required_names_all_or_some_environments(required: str, environment: str, expected: bool) -> None:  # noqa: FBT001 - a test case
    """`required` is true, false or a list."""
    assert schema.parse(f"[A]\nrequired = {required}\n").variables["A"].required_in(environment) is expected


def test_a_variable_is_not_required_where_it_may_not_exist() -> None:
    """`environments` limits `required = true`."""
    variable = schema.parse('[A]\nrequired = true\nenvironments = ["dev"]\n').variables["A"]
    assert (variable.required_in("dev"), variable.required_in("prod")) == (True, False)


def test_every_problem_is_named_at_once() -> None:
    """Not only the first: each wrong key of each wrong variable, with its line."""
    with pytest.raises(ConfigError) as caught:
        schema.parse("[A]\ntyp = 'int'\nrequird = true\n[B]\ntype = 'strng'\n[C]\n[1D]\n")
    assert [(each.where and each.where.line) for each in apart(caught.value)] == [2, 3, 5, 7]
    assert "(and 3 more problems)" in str(caught.value)


def test_a_misspelt_environment_is_refused() -> None:
    """Otherwise a value that production requires would silently not be required there."""
    text = "[A]\nrequired = ['prdo']\n[B]\nenvironments = ['dev', 'stagin']\n[C]\nrequired = true\n"
    with pytest.raises(ConfigError) as caught:
        schema.parse(text, ("dev", "staging", "prod"))
    fix = "\n  → environments: dev, staging, prod"
    assert [str(each) for each in apart(caught.value)] == [
        f"env/schema.toml:1: [A] required names an unknown environment, 'prdo'. Did you mean prod?{fix}",
        f"env/schema.toml:3: [B] environments names an unknown environment, 'stagin'. Did you mean staging?{fix}",
    ]
    with pytest.raises(ConfigError, match=r"names an unknown environment, 'dve'\. Did you mean dev"):
        schema.parse("[A]\nenvironments = ['!dve']\n", ("dev", "prod"))
    assert set(schema.parse(text.replace("prdo", "prod").replace("stagin", "staging")).variables) == {"A", "B", "C"}


def test_without_a_file_nothing_is_declared(tmp_path: Path) -> None:
    """No schema at all is not an empty one, which would refuse every variable."""
    assert schema.load(tmp_path) == schema.Schema({}, "env/schema.toml", declared=False)
    (tmp_path / "env").mkdir()
    (tmp_path / "env/schema.toml").touch()
    assert schema.load(tmp_path).declared


def test_an_unreadable_file_is_an_error_with_a_fix(tmp_path: Path) -> None:
    """It must not pass for a missing one."""
    (tmp_path / "env").mkdir()
    (tmp_path / "env/schema.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError) as caught:
        schema.load(tmp_path)
    assert str(caught.value) == "env/schema.toml: not UTF-8\n  → save the file as UTF-8"
    (tmp_path / "env/schema.toml").unlink()
    (tmp_path / "env/schema.toml").mkdir()
    with pytest.raises(ConfigError) as caught:
        schema.load(tmp_path)
    assert str(caught.value) == "env/schema.toml: cannot be read: not a regular file\n  → check its permissions"
    (tmp_path / "env/schema.toml").rmdir()
    os.mkfifo(tmp_path / "env/schema.toml")
    with pytest.raises(ConfigError, match="not a regular file"):
        schema.load(tmp_path)


KEYS = st.sampled_from(
    ["type", "default", "required", "secret", "values", "pattern", "generate", "min-length", "bogus"]
)
VALUES = st.sampled_from(
    ["'int'", "'enum'", "'('", "1", "-1", "true", "['a']", "[[]]", "{a=1}", "1979-05-27", "nan", "''"]
)


@settings(deadline=None)
@given(
    text=st.text(max_size=80)
    | st.lists(st.tuples(KEYS, VALUES), max_size=5).map(lambda rows: "[A]\n" + "\n".join(f"{k} = {v}" for k, v in rows))
)
def test_only_our_errors_come_out_of_any_schema(text: str) -> None:
    """Whatever it says, it is read or refused."""
    try:
        schema.parse(text)
    except DockgateError:
        return
