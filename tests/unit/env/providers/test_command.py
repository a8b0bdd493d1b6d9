"""`cmd:`: the declared program and no other, without a shell, and with no more than it needs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.env.providers import command
from dockgate.system import process
from dockgate.system.process import Result
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
    by_hand = f"{sys.executable} -S -c 'print('\"'\"'half'\"'\"'); raise SystemExit(3)'"
    assert str(caught.value) == f"provider op exited 3\n  → run it by hand: {by_hand}"


@pytest.mark.parametrize(
    ("word", "rest", "said"),
    [
        ("x", "op:argument", "provider op is used as cmd:op\n  → {} in its command stands for the argument"),
        ("{}", "op", "provider op is used as cmd:op:ARGUMENT\n  → {} in its command stands for the argument"),
        ("{}", "op:--option", "the argument of provider op starts with - and would be read as an option"),
    ],
)
def test_the_argument_is_used_as_declared(tmp_path: Path, word: str, rest: str, said: str) -> None:
    """Where none is taken, where one is needed, and never as an option."""
    with pytest.raises(ConfigError) as caught:
        command.fetch(declared(tmp_path, "", word), rest)
    assert str(caught.value) == said


def test_a_program_that_is_missing_or_not_utf_8_is_an_error(tmp_path: Path) -> None:
    made = replace(projects.make(tmp_path), settings={"providers": {"op": {"command": ["not-there"]}}})
    with pytest.raises(ConfigError, match=r"^provider op: not-there is not installed$"):
        command.fetch(made, "op")
    with pytest.raises(ToolFailedError, match=r"^provider op returned text that is not UTF-8$"):
        command.fetch(declared(tmp_path, "import sys; sys.stdout.buffer.write(bytes([255]))"), "op")


def test_a_program_is_run_as_it_is_declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the project, with half a minute where it says nothing."""
    asked: list[tuple[Command, bool]] = []

    def run(given: Command, *, check: bool) -> Result:
        asked.append((given, check))
        return Result(0, b"x", b"", 0.0)

    monkeypatch.setattr(process, "run", run)
    own = {name: name.lower() for name in ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "MINE")}
    made = projects.make(tmp_path, process={**own, "OTHER": "o"})
    entries: tuple[dict[str, Any], ...] = ({}, {"timeout": 5, "env": ["MINE", "NONE"]})
    for entry in entries:
        settings = {"providers": {"op": {"command": ["op", "{}", "a{}b"], **entry}}}
        assert command.fetch(replace(made, settings=settings), "op:x:y") == "x"
    plain = {name: value for name, value in own.items() if name != "MINE"}
    assert asked == [
        (Command(("op", "x:y", "ax:yb"), plain, tmp_path, 30.0), False),
        (Command(("op", "x:y", "ax:yb"), own, tmp_path, 5.0), False),
    ]


def test_a_declaration_without_a_command_or_with_more_is_refused(tmp_path: Path) -> None:
    made = projects.make(tmp_path, "[tool.dockgate.providers.op]\n[tool.dockgate.providers.no]\ncmd = 1\n")
    with pytest.raises(ConfigError) as caught:
        command.program(made, "op")
    what = "pyproject.toml:1: [tool.dockgate.providers.op] command is needed: a list of words"
    assert str(caught.value) == f'{what}\n  → command = ["op", "read", "{{}}"]'
    with pytest.raises(ConfigError, match="cmd is not a key"):
        command.program(made, "no")


def test_only_the_name_of_the_program_is_shown() -> None:
    """The argument says where in the vault the secret is."""
    assert command.shown("op:prod/key") == "op"


def test_a_program_that_is_not_declared_is_a_fault_with_near_names() -> None:
    """Of those that are declared."""
    assert command.fault("vualt:x", ("vault",)).endswith("Did you mean vault?")
    assert command.fault("vault:x", ("vault",)) == ""
