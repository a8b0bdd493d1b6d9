"""`cmd:`: the declared program and no other, without a shell, and with no more than it needs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.env.providers import command
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project


def declared(tmp_path: Path, code: str, *words: str, env: tuple[str, ...] = (), **process: str) -> Project:
    """Return a project whose provider `op` runs Python code."""
    entry: dict[str, Any] = {"command": [sys.executable, "-S", "-c", code, *words], "env": list(env)}
    made = projects.make(tmp_path, process={"PATH": os.environ["PATH"], **process})
    return replace(made, settings={"providers": {"op": entry}})


def test_an_argument_takes_the_place_of_the_braces(tmp_path: Path) -> None:
    """One declaration serves many secrets, and nothing goes through a shell."""
    made = declared(tmp_path, "import sys; print(sys.argv[1], end='')", "op://{}")
    assert command.fetch(made, "op:vault/$(id) item") == "op://vault/$(id) item"


def test_a_program_sees_what_is_declared_and_no_more(tmp_path: Path) -> None:
    """PATH, HOME and the like, and the names in `env`."""
    code = (
        "import os; print(' '.join(n for n in ('HOME', 'SESSION', 'OTHER', 'DOCKER_HOST') if n in os.environ), end='')"
    )
    made = declared(tmp_path, code, env=("SESSION",), HOME="/h", SESSION="s", OTHER="o", DOCKER_HOST="d")
    assert command.fetch(made, "op") == "HOME SESSION"


def test_a_program_that_fails_is_an_error_without_its_output(tmp_path: Path) -> None:
    """It may have printed half of the secret."""
    with pytest.raises(ToolFailedError) as caught:
        command.fetch(declared(tmp_path, "print('half'); raise SystemExit(3)"), "op")
    assert "op exited 3" in caught.value.what
    assert "half" not in caught.value.what


@pytest.mark.parametrize(("word", "rest"), [("x", "op:argument"), ("{}", "op"), ("{}", "op:--option")])
def test_the_argument_is_used_as_declared(tmp_path: Path, word: str, rest: str) -> None:
    """Where none is taken, where one is needed, and never as an option."""
    with pytest.raises(ConfigError):
        command.fetch(declared(tmp_path, "", word), rest)


def test_only_the_name_of_the_program_is_shown() -> None:
    """The argument says where in the vault the secret is."""
    assert command.shown("op:prod/key") == "op"


def test_a_program_that_is_not_declared_is_a_fault_with_near_names() -> None:
    """Of those that are declared."""
    assert command.fault("vualt:x", ("vault",)).endswith("Did you mean vault?")
    assert command.fault("vault:x", ("vault",)) == ""
