"""What a line states, whole: names and values, before anything is judged."""

from __future__ import annotations

import pytest

from dockgate.detection import stated
from dockgate.detection.assignments import Form

PW = "kQ7vR2mW9xLz4Tn8"


@pytest.mark.parametrize(
    ("written", "line", "pairs"),
    [
        (Form.PROGRAM, f'{{"name": "A_KEY", "value": "{PW}"}}', [("A_KEY", f'"{PW}"')]),
        (Form.PROGRAM, f'{{"key": "A_KEY", "default": "{PW}"}}', [("A_KEY", f'"{PW}"')]),
        (Form.SETTINGS, f"Authorization: Bearer {PW}", [("authorization_token", PW)]),
        (Form.SETTINGS, f"X-Api-Key: {PW}", [("authorization_token", PW)]),
        (Form.SETTINGS, "x-secret: &secret", []),
        (Form.SETTINGS, "Headers: Authorization,X-Token", []),
        (Form.SETTINGS, f"<password>{PW}</password>", [("password", PW)]),
        (Form.SETTINGS, f"<walrus>{PW}</walrus>", []),
        (Form.SETTINGS, f"machine h login ops password {PW}", [("password", PW)]),
        # A getter with what it returns otherwise; its name, or that of what gets it.
        (Form.SETTINGS, "machine h login ops password walrus&orbit", [("password", "walrus&orbit")]),
        (Form.PROGRAM, f'x = getenv("A_KEY", "{PW}")', [("A_KEY", f'"{PW}"')]),
        (Form.PROGRAM, f'password = getenv("APP_SET", "{PW}")', [("password", f'"{PW}"')]),
        (Form.PROGRAM, f'host = getenv("APP_SET", "{PW}")', [("APP_SET", f'"{PW}"')]),
        (Form.PROGRAM, f'token = a; host = getenv("APP_SET", "{PW}")', [("APP_SET", f'"{PW}"')]),
        (Form.PROGRAM, f'host = a; token = getenv("APP_SET", "{PW}")', [("token", f'"{PW}"')]),
        (Form.PROGRAM, f'token = getenv("APP_SET", "{PW} x")', [("APP_SET", f'"{PW} x"')]),
        (Form.PROGRAM, f'token = walrus("APP_SET", "{PW}")', []),
        (Form.PROSE, f'x = getenv("A_KEY", "{PW}")', []),
        (Form.PROGRAM, f'x = cfg.A_KEY || "{PW}"', [("cfg.A_KEY", f'"{PW}"')]),
        (Form.PROGRAM, f'token = cfg.a || "{PW}"', [("token", f'"{PW}"')]),
        (Form.PROGRAM, f'login("ops", "{PW}")', [("password", f'"{PW}"')]),
        (Form.PROGRAM, f'connect("h", "ops", "{PW}")', [("password", f'"{PW}"')]),
    ],
)  # fmt: skip
def test_what_a_line_states_otherwise(written: Form, line: str, pairs: list[tuple[str, str]]) -> None:
    found = [(name, value) for name, value in stated.stated(line, written) if PW in value or "&" in value]
    assert [*dict.fromkeys(found)] == pairs


@pytest.mark.parametrize(("length", "found"), [(5_000, True), (5_001, False)])
def test_a_bundle_holds_no_commands(length: int, *, found: bool) -> None:
    """No person wrote such a line of a program; in a file of settings it is one."""
    line = f"x --token {PW} ".ljust(length, "y")
    assert bool([*stated.stated(line, Form.PROGRAM)]) is found
    assert [*stated.stated(line, Form.SETTINGS)]
    named = f'token = getenv("APP_SET", "{PW}")'.ljust(length)
    assert [name for name, _ in stated.stated(named, Form.PROGRAM)] == ["token" if found else "APP_SET"]
