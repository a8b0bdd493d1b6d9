"""Whether a private key follows its first line, or only a word of it."""

from __future__ import annotations

import base64

import pytest

from dockgate.detection import private_key
from dockgate.detection.assignments import Form

BEGIN, END = "-----BEGIN " + "PRIVATE KEY-----", "-----END PRIVATE KEY-----"


def der(size: int, said: int) -> list[str]:
    """Return the lines of an element of DER that is so long, and says that it is `said` bytes long."""
    text = base64.b64encode(b"\x30\x82" + said.to_bytes(2, "big") + bytes(range(7, 207)) * (size // 200 + 1))[
        : size * 4 // 3
    ]
    return [text.decode()[start : start + 64] for start in range(0, len(text), 64)]


@pytest.mark.parametrize("written", Form)
def test_a_whole_key_is_one(written: Form) -> None:
    assert private_key.follows([BEGIN, *der(1190, 1189), END], 0, written)


@pytest.mark.parametrize("form", [Form.PROGRAM, Form.PROSE])
def test_a_part_of_a_key_is_an_example(form: Form) -> None:
    """It says itself how long it is; in a file of settings it may have been cut by what shows it."""
    lines = ["# e.g.", BEGIN, *der(96, 1189), END]
    assert not private_key.follows(lines, 1, form)
    assert private_key.follows(lines, 1, Form.SETTINGS)


def test_an_example_in_one_line_is_one() -> None:
    line = f'"e.g. `{BEGIN}{der(72, 1189)[0]}\\\\n.\\\\n{END}`"'
    assert not private_key.follows([line], 0, Form.PROGRAM)
    assert private_key.follows([f"{BEGIN}{''.join(der(1190, 1189))}{END}"], 0, Form.PROGRAM)


@pytest.mark.parametrize("lines", [["Proc-Type: 4,ENCRYPTED", "", *der(96, 1189)], [*der(96, 1189)]])
def test_what_does_not_end_or_is_encrypted_says_nothing_of_its_length(lines: list[str]) -> None:
    assert private_key.follows([BEGIN, *lines], 0, Form.PROGRAM)


def test_dots_are_no_key() -> None:
    """Where the file ends behind them as well; what is alone in its file is one."""
    assert not private_key.follows([f'KEY="{BEGIN}\\n....\\n{END}"'], 0, Form.SETTINGS)
    assert private_key.follows([f'"{BEGIN}\\n{der(24, 1189)[0]}\\n{END}"'], 0, Form.SETTINGS)
    assert private_key.follows([BEGIN], 0, Form.SETTINGS)
    assert not private_key.follows([BEGIN], 0, Form.PROSE)


BODY = "MC4CAQAwBQYDK2Vw" * 3


def key(said: bytes, size: int) -> list[str]:
    """Return a key of so many bytes that begins so, in lines."""
    text = base64.b64encode((said + bytes(range(7, 207)) * 30)[:size]).decode()
    return [BEGIN, *(text[start : start + 64] for start in range(0, len(text), 64)), END]


@pytest.mark.parametrize(
    ("lines", "settings", "program"),
    [
        ([BEGIN, BODY], True, True),
        ([BEGIN.replace("KEY", "KEY BLOCK"), BODY, END], True, True),
        ([BEGIN, BODY[:40]], True, True),
        ([BEGIN, BODY[:39]], False, False),
        ([BEGIN, "# ", "", "", "", BODY], True, True),
        ([BEGIN, "# ", "", "", "", "x", BODY], False, False),
        ([BEGIN, "# x" * 9, f"# {BODY}"], True, True),
        ([BEGIN, END, BODY], False, False),
        ([BEGIN, f" * {END}", BODY], False, False),
        ([BEGIN, "A" * 48], False, False),
        ([BEGIN, "# " + "A" * 48], False, False),
        ([BEGIN], True, False),
        ([BEGIN, "", " "], True, False),
        ([BEGIN, "x"], False, False),
        ([f"{BEGIN}{END}"], False, False),
        ([f"{BEGIN}\\n{BODY[:16]}{END}"], True, False),
        ([f"{BEGIN}\\n{BODY[:15]}{END}"], False, False),
        ([f"{BEGIN}\\n{BODY[:16]}{END}", "x"], False, False),
    ],
)
def test_what_follows(lines: list[str], *, settings: bool, program: bool) -> None:
    """A body within six lines, not behind the end; in settings also nothing at all."""
    assert private_key.follows(lines, 0, Form.SETTINGS) is settings
    assert private_key.follows(lines, 0, Form.PROGRAM) is program
    assert private_key.follows(["x", *lines], 1, Form.SETTINGS) is settings


@pytest.mark.parametrize(
    ("said", "size", "whole"),
    [
        (b"\x30\x82\x03\xe8", 801, True),
        (b"\x30\x82\x03\xe8", 798, False),
        (b"\x30\x81\xc8", 159, False),
        (b"\x30\x81\xc8", 162, True),
        (b"\x30\x7f", 99, False),
        (b"\x30\x7f", 102, True),
        (b"\x30\x83\xff\xff\xff", 90, True),
        (b"\x31\x82\x03\xe8", 90, True),
        (b"\x30\x80", 90, True),
    ],
)
def test_four_fifths_of_a_key_are_one(said: bytes, size: int, *, whole: bool) -> None:
    """Of what its first element says that it has, in one byte or more; another form says nothing."""
    assert private_key.follows(key(said, size), 0, Form.PROGRAM) is whole
    assert private_key.follows(key(said, size), 0, Form.SETTINGS)


@pytest.mark.parametrize(("body", "whole"), [("", True), ("MIID6AA", True), ("MIID6AAA", False), ("MIID6AA:", True)])
def test_what_cannot_be_read_says_nothing(body: str, *, whole: bool) -> None:
    """Headers of an encrypted key, and fewer characters than a length takes."""
    assert private_key.follows([f"{BEGIN}{body}{END} {BODY}"], 0, Form.PROGRAM) is whole


def test_a_key_ends_at_its_first_end() -> None:
    """What stands behind it in the same line is none of it, nor the end of another one in front of it."""
    first, body, *_ = key(b"\x30\x82\x03\xe8", 90)
    assert not private_key.follows([f"x{END}{first}{body}{END}{'QUJD' * 500}{END}"], 0, Form.PROGRAM)


@pytest.mark.parametrize(("length", "whole"), [(20_000, False), (20_001, True)])
def test_what_ends_far_away_says_nothing(length: int, *, whole: bool) -> None:
    """Behind as many characters as no key has."""
    first, body, *_ = key(b"\x30\x82\xff\xff", 90)
    line = f"{body}{' ' * (length - len(body) - 2)}"
    assert private_key.follows([first, line, END], 0, Form.PROGRAM) is whole
    assert private_key.follows(["x" * 200, first, line, END], 1, Form.PROGRAM) is whole


@pytest.mark.parametrize(("lines", "whole"), [(295, False), (300, True)])
def test_what_ends_many_lines_below_says_nothing(lines: int, *, whole: bool) -> None:
    first, body, *_ = key(b"\x30\x82\x03\xe8", 90)
    assert private_key.follows([first, body, *[""] * lines, END], 0, Form.PROGRAM) is whole
