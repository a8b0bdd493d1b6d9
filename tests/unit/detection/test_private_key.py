"""Whether a private key follows its first line, or only a word of it."""

from __future__ import annotations

import base64

import pytest

from dockgate.detection import private_key
from dockgate.detection.assignments import Form

BEGIN, END = "-----BEGIN " + "RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"


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


def test_another_form_than_der_says_nothing_of_its_length() -> None:
    body = base64.b64encode(b"openssh-key-v1\0" + bytes(range(64))).decode()
    assert private_key.follows([BEGIN, body, END], 0, Form.PROGRAM)


def test_a_short_element_says_its_length_in_one_byte() -> None:
    body = base64.b64encode(b"\x30\x2e" + bytes(range(46))).decode()
    assert private_key.follows([BEGIN, body, END], 0, Form.PROGRAM)


def test_dots_are_no_key() -> None:
    """Where the file ends behind them as well; what is alone in its file is one."""
    assert not private_key.follows([f'KEY="{BEGIN}\\n....\\n{END}"'], 0, Form.SETTINGS)
    assert private_key.follows([f'"{BEGIN}\\n{der(24, 1189)[0]}\\n{END}"'], 0, Form.SETTINGS)
    assert private_key.follows([BEGIN], 0, Form.SETTINGS)
    assert not private_key.follows([BEGIN], 0, Form.PROSE)
