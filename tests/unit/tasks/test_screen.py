"""What a person sees on a terminal, and a pipe gets as it is."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import force_setattr
from pyrage.x25519 import Identity

from dockgate.tasks import screen
from dockgate.tasks.framework import Session
from tests.unit.stack.startup.stacks import model, service
from tests.unit.tasks import world as worlds
from tests.unit.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine's own terminal says."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "60")


FINDING = (
    "env/dev.env:1:1: error DG101 [dev]: GREETNG is not in the schema. Did you mean GREETING?\n  → remove the line"
)


def test_a_line_breaks_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows is indented; a word that is longer than the screen stays whole, so that it can be copied."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert screen.text(FINDING, Terminal()) == (
        "env/dev.env:1:1: error DG101 [dev]: GREETNG is not in the\n"
        "  schema. Did you mean GREETING?\n"
        "  → remove the line"
    )
    address = "https://" + "a" * 80
    assert screen.text(f"see {address} now", Terminal()).split("\n") == ["see", f"  {address}", "  now"]
    words = "  " + "word " * 9 + "word"
    assert screen.text(f"{words} shop-dev-gateway-1 is new", Terminal()) == f"{words}\n    shop-dev-gateway-1 is new"
    assert screen.text(FINDING, Terminal(), wrap=False) == FINDING


@pytest.mark.parametrize("raw", [False, True])
def test_a_result_breaks_between_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, raw: bool
) -> None:
    """But for what is copied or sent on: a unit, a key, JSON."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    line = f"differs: recreate shop-dev-gateway-1 ({'configuration changed; ' * 3})"
    Session(json=False).show({}, line, raw=raw)
    shown = capsys.readouterr().out
    assert shown.count("\n") == (1 if raw else 2)
    assert shown.replace("\n  ", " ") == f"{line}\n"


@pytest.mark.parametrize(
    "words",
    [
        "boot --env=dev --user=deploy",
        "config --env=dev",
        "completion bash",
        "secrets.recipients --env=dev",
        "init --dry-run",
    ],
)
def test_what_is_copied_stands_in_its_own_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    """In a terminal as in a pipe: a unit, a model, a script, a key, a file to be."""
    world = worlds.make(tmp_path, model(service("api")), monkeypatch)
    force_setattr(world.model, "raw", {"command": "word " * 20})
    (tmp_path / "env/recipients.toml").write_text(f'[dev]\nalice = "{Identity.generate().to_public()}"\n')
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    if words.startswith("init"):
        (tmp_path / "pyproject.toml").unlink()
    assert world.inv(*words.split(), monkeypatch=monkeypatch) == 0
    piped = capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert world.inv(*words.split(), monkeypatch=monkeypatch) == 0
    assert capsys.readouterr().out == piped
    assert max(map(len, piped.splitlines())) > 60


def test_severity_has_a_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal that has colours, and where it is asked for."""
    text = "error: 2 errors\na.env:1: warning DG102: no error: here"
    painted = "\x1b[1;31merror\x1b[0m: 2 errors\na.env:1: \x1b[33mwarning\x1b[0m DG102: no error: here"
    assert screen.text(text, Terminal()) == painted
    assert screen.text(text, io.StringIO()) == text
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert screen.text(text, io.StringIO()) == painted
    monkeypatch.setenv("NO_COLOR", "1")
    assert screen.text(text, Terminal()) == text
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.delenv("FORCE_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert screen.text(text, Terminal()) == text


def test_a_table_has_the_terminals_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """None in a pipe; a terminal of a few columns does not make a word a line."""
    assert (screen.width(io.StringIO()), screen.width(Terminal())) == (0, 60)
    monkeypatch.setenv("COLUMNS", "5")
    assert screen.width(Terminal()) == screen.NARROWEST
    assert os.environ["COLUMNS"] == "5"
