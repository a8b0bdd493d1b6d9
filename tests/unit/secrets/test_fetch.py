"""References: resolved where they are meant, and silent about what a provider says."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.secret import Secret
from dockgate.env import layering
from dockgate.secrets import fetch
from dockgate.secrets import store as secret_store
from tests.unit.secrets.secretproject import STRONG, enrolled, project, stored

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.env.resolved import ResolvedEnv

SCHEMA = """
[TOKEN]
secret = true
[PASSWORD]
secret = true
[DSN]
secret = true
[PLAIN]
"""


def work(tmp_path: Path, env: str, declared: dict[str, Any] | None = None, **process: str) -> Project:
    """Return a project whose prod.env says `env`."""
    made = project(tmp_path, PATH=os.environ["PATH"], **process)
    (tmp_path / "env/schema.toml").write_text(SCHEMA)
    (tmp_path / "env/base.env").write_text("")
    (tmp_path / "env/prod.env").write_text(env)
    return replace(made, settings={"providers": declared or {}})


def resolved(made: Project) -> ResolvedEnv:
    """Return prod with its references resolved."""
    environment = made.environment("prod")
    layer = secret_store.layer(made, environment)
    return fetch.resolve(made, environment, layering.resolve(made, environment, layer))


def python(code: str, **more: Any) -> dict[str, Any]:
    """Declare a provider that runs Python code."""
    return {"command": [sys.executable, "-S", "-c", code], **more}


def test_a_file_is_read_without_its_last_line_break(tmp_path: Path) -> None:
    """Paths are the project's, or absolute ones."""
    (tmp_path / "token").write_text("one\ntwo\n")
    made = work(tmp_path, f"TOKEN=file:token\nPASSWORD=file:{tmp_path}/token\n")
    values = resolved(made).values
    assert values["TOKEN"].reveal() == values["PASSWORD"].reveal() == "one\ntwo"
    for written, read in ((b"one\r\n", "one"), (b"one\n\n", "one\n"), (b"\rone", "\rone"), (b"one\r\r", "one\r")):
        (tmp_path / "token").write_bytes(written)
        assert resolved(made).values["TOKEN"].reveal() == read


@pytest.mark.parametrize(
    "code",
    [
        f"import sys; print({STRONG!r}); print({STRONG!r}, file=sys.stderr); sys.exit(1)",
        f"print({STRONG!r}, flush=True); import time; time.sleep(60)",
    ],
)
def test_a_failing_provider_is_an_error_that_never_prints_its_output(tmp_path: Path, code: str) -> None:
    """Exit code and time: each is told, with the variable, without a word of the output."""
    path = tmp_path / "provider.py"
    path.write_text(code)
    made = work(tmp_path, "TOKEN=cmd:x\n", {"x": {"command": [sys.executable, "-S", str(path)], "timeout": 0.5}})
    with pytest.raises(ToolFailedError) as caught:
        resolved(made)
    assert STRONG not in str(caught.value) + repr(caught.value.as_json())
    assert caught.value.what.startswith("TOKEN: ")
    assert caught.value.where is not None
    assert caught.value.where.line == 1


@pytest.mark.parametrize(
    ("env", "declared", "said"),
    [
        ("TOKEN=cmd:x\n", {"x": {"command": ["/no/such/program"]}}, "provider x: /no/such/program is not installed"),
        ("TOKEN=cmd:x\n", {"x": {"command": ["/"]}}, "provider x: / cannot be run: Permission denied"),
        ("TOKEN=cmd:x\n", {"x": python("print()")}, "cmd: returned an empty value"),
        (
            "TOKEN=cmd:x\n",
            {"x": python("print('a\\0b')")},
            "cmd: returned a NUL byte, which a variable cannot contain",
        ),
        ("TOKEN=file:/dev/zero\n", {}, "file: cannot be read: not a regular file"),
        ("TOKEN=file:missing\n", {}, "file: cannot be read: No such file or directory"),
        ("TOKEN=file:env\n", {}, "file: cannot be read: not a regular file"),
        ("TOKEN=env:MISSING\n", {}, "env: refers to a variable that is not set\n  → export it"),
        (
            "TOKEN=cmd:x:--option\n",
            {"x": {"command": ["echo", "{}"]}},
            "the argument of provider x starts with - and would be read as an option",
        ),
    ],
)
def test_what_cannot_be_read_is_a_clear_error(tmp_path: Path, env: str, declared: dict[str, Any], said: str) -> None:
    """Not installed, empty, wrongly used, not there: at the place of the reference."""
    with pytest.raises(ConfigError) as caught:
        resolved(work(tmp_path, env, declared))
    assert str(caught.value) == f"env/prod.env:1:1: TOKEN: {said}"


def test_a_reference_that_is_none_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    made = work(tmp_path, "\nTOKEN=cmd:pass\n", {"op": python("1 / 0")})
    environment = made.environment("prod")
    with pytest.raises(ConfigError) as caught:
        fetch.resolve(made, environment, layering.survey(made, environment, None))
    said = "TOKEN starts with cmd: but names no declared provider."
    assert str(caught.value) == f"env/prod.env:2:1: {said}"


def test_what_is_named_is_not_asked_for(tmp_path: Path) -> None:
    """Only what is well-formed has a name, for who cannot open the store, too; what is fetched is the value alone."""
    env = "TOKEN=cmd:vault:prod/key\nPASSWORD=env:OUTSIDE\nDSN=cmd: x\n"
    made = work(tmp_path, env, {"vault": {"command": ["echo", "-n", "a${{}}"]}}, OUTSIDE="pw")
    environment = made.environment("prod")
    assert fetch.named(made, environment) == {"TOKEN": "cmd:vault", "PASSWORD": "env"}
    enrolled(made, "prod")
    stored(made, "prod", PLAIN="x")
    stranger = replace(made, process={"HOME": str(tmp_path / "homes/bob"), "OUTSIDE": "pw"})
    assert fetch.named(stranger, environment) == {"TOKEN": "cmd:vault", "PASSWORD": "env"}
    (tmp_path / "env/prod.env").write_text(env.partition("DSN")[0])
    assert fetch.fetched(made, environment) == {"TOKEN": Secret("a${prod/key}"), "PASSWORD": Secret("pw")}
    layer = resolved(made).layers[-1]
    assert (layer.name, layer.path) == ("providers", "")
    assert [(each.name, each.origin.line, each.layer, each.interpolate) for each in layer.assignments] == [
        ("TOKEN", 1, "providers", False),
        ("PASSWORD", 2, "providers", False),
    ]


def test_only_secret_variables_are_references(tmp_path: Path) -> None:
    """A plain value that looks like one, and a URL, stay as they are."""
    made = work(tmp_path, "PLAIN=file:env/base.env\nTOKEN=https://x\n")
    values = resolved(made).values
    assert (values["PLAIN"].value, values["TOKEN"].value) == ("file:env/base.env", Secret("https://x"))


def test_a_shadowed_reference_is_not_fetched(tmp_path: Path) -> None:
    """Only the value that counts costs a command."""
    made = work(tmp_path, "TOKEN=cmd:missing\nTOKEN=final\n")
    assert resolved(made).values["TOKEN"].value == Secret("final")


def test_values_of_the_encrypted_store_are_literal(tmp_path: Path) -> None:
    """A secret may begin with `env:`."""
    made = work(tmp_path, "")
    enrolled(made, "prod")
    stored(made, "prod", TOKEN="env:MISSING")
    assert resolved(made).values["TOKEN"].value == Secret("env:MISSING")


def test_one_reference_is_fetched_once(tmp_path: Path) -> None:
    """Two variables with one reference cost one command."""
    code = "import os, sys; open('count', 'a').write('x'); print('value')"
    made = work(tmp_path, "TOKEN=cmd:x\nPASSWORD=cmd:x\n", {"x": python(code)})
    assert resolved(made).values["PASSWORD"].reveal() == "value"
    assert (tmp_path / "count").read_text() == "x"


def test_a_malformed_reference_is_a_finding_beside_all_others(tmp_path: Path) -> None:
    """`inv env.check` tells it without asking a provider."""
    made = work(tmp_path, "TOKEN=cmd: op\nPASSWORD=cmd:pass\nDSN=cmd:op\n", {"op": python("1 / 0")})
    found = layering.survey(made, made.environment("prod"), None).findings
    assert [(each.code, each.location.line) for each in found] == [("DG109", 1), ("DG109", 2)]


def test_what_is_put_together_from_a_reference_is_none(tmp_path: Path) -> None:
    """It begins like one until its parts are fetched."""
    made = work(tmp_path, "PASSWORD=env:OUTSIDE\nTOKEN=${PASSWORD}@db\nDSN=${TOKEN}\n", OUTSIDE="pw")
    values = resolved(made).values
    assert (values["TOKEN"].value, values["DSN"].value) == (Secret("pw@db"), Secret("pw@db"))


def test_what_a_provider_gives_is_literal(tmp_path: Path) -> None:
    """Even if it begins like a reference."""
    assert resolved(work(tmp_path, "TOKEN=env:OUTSIDE\n", OUTSIDE="cmd: x")).values["TOKEN"].value == Secret("cmd: x")
