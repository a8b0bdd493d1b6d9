"""What the secrets tasks are given: names, values, certificates; and the lock under which they work."""

from __future__ import annotations

import io
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError
from dockgate.secrets import recovery, tls_pair
from dockgate.system import locks
from dockgate.tasks import secret_input, unfinished
from tests.unit import projects
from tests.unit.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_NAME = "the argument is not a variable name (letters, digits and _, no digit first)"
SHAPE = "inv secrets.set NAME --env=…"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (None, f"a variable name is required\n  → {SHAPE}"),
        ("", f"a variable name is required\n  → {SHAPE}"),
        (
            "TOKEN=x",
            f"{NO_NAME}\n  → {SHAPE} and the value, if it takes one, on stdin: never an argument",
        ),
    ],
)
def test_what_is_no_name_is_not_repeated(name: str | None, text: str) -> None:
    """It may hold a value."""
    with pytest.raises(ConfigError) as caught:
        secret_input.named(name, "secrets.set")
    assert str(caught.value) == text
    assert secret_input.named("TOKEN_1", "secrets.set") == "TOKEN_1"


@pytest.mark.parametrize(
    ("data", "value"),
    [(b"a\n", "a"), (b"a\r\n", "a"), (b"a\n\n", "a\n"), (b" a ", " a "), (b"\xc3\xa4\r", "ä"), (b"", "")],
)
def test_a_value_is_all_of_stdin_but_its_last_line_break(
    monkeypatch: pytest.MonkeyPatch, data: bytes, value: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert secret_input.value("TOKEN").reveal() == value


def test_bytes_that_are_no_text_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
    with pytest.raises(ConfigError) as caught:
        secret_input.value("TOKEN")
    assert str(caught.value) == "the value on stdin is not UTF-8\n  → encode it, for example as base64"


@pytest.mark.parametrize(
    ("typed", "ended"),
    [
        (["a", "a"], "a"),
        (["a", "b"], "the two values differ; nothing was changed"),
        ([], "no value was typed; nothing was changed"),
    ],
)
def test_a_person_types_it_twice(monkeypatch: pytest.MonkeyPatch, typed: list[str], ended: str) -> None:
    """Unseen; each prompt says what for."""
    prompts: list[str] = []

    def getpass(prompt: str) -> str:
        prompts.append(prompt)
        if not typed:
            raise EOFError
        return typed.pop(0)

    monkeypatch.setattr("getpass.getpass", getpass)
    monkeypatch.setattr("sys.stdin", Terminal())
    if ended == "a":
        assert secret_input.value("TOKEN").reveal() == "a"
    else:
        with pytest.raises(ConfigError) as caught:
            secret_input.value("TOKEN")
        assert str(caught.value) == ended
    assert prompts == ["TOKEN: ", "TOKEN again: "][: len(prompts)]


@pytest.mark.parametrize(
    ("chain", "key", "given"),
    [("c.pem", "k.pem", (Path("c.pem"), Path("k.pem"))), ("", "", (None, None)), ("c.pem", "", (Path("c.pem"), None))],
)
def test_a_certificate_is_read_where_its_files_are_named(
    monkeypatch: pytest.MonkeyPatch, chain: str, key: str, given: tuple[Path | None, Path | None]
) -> None:
    monkeypatch.setattr(tls_pair, "read", lambda *words: words)
    assert secret_input.pair(chain, key) == given  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("settled", [(), ("one", "two")])
def test_changes_of_one_checkout_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settled: tuple[str, ...]
) -> None:
    """What a killed one left is said and completed first."""
    project, said = projects.make(tmp_path), list[str]()
    session: Any = SimpleNamespace(project=project, say=said.append)
    seen: list[object] = []

    @contextmanager
    def held(*given: object) -> Iterator[str]:
        seen.append(given)
        yield "the lock"

    monkeypatch.setattr(locks, "held", held)
    monkeypatch.setattr(unfinished, "killed", lambda *given: seen.append(given))
    monkeypatch.setattr(recovery, "settle", lambda each: settled if each is project else ())
    with secret_input.exclusive(session, "edit", 5) as any_left:
        assert any_left is bool(settled)
    assert seen == [
        (project, f"shop-secrets of {tmp_path}", "secrets.edit", 5.0),
        (session, "the lock"),
    ]
    assert said == [*settled]
