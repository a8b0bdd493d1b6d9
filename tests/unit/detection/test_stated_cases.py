"""What a line states, whole: names and values, before anything is judged."""

from __future__ import annotations

import pytest

from dockgate.detection import commands, settings_below, stated
from dockgate.detection.assignments import Form

PW = "kQ7vR2mW9xLz4Tn8"
OTHER = "Zq3xW9vKt5Lm8RbN"


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        # Options: what has a name that says so; a bracket of a usage is no part of it.
        (f"x --token {PW} --name y", [("token", PW)]),
        (f"[x --token {PW}]", [("token", PW), ("token", f"{PW}]")]),
        (f"x --token [{PW}]", [("token", f"[{PW}]")]),
        # Options of one letter, by their program.
        (f"mysql -p{PW} | x -p{OTHER}", [("password", PW)]),
        (f"grep -p {PW}", []),
        (f"curl -u ops:{PW}", [("password", PW)]),
        (f"curl -u 'ops:{PW}'", [("password", PW)]),
        ("curl -u ':'", [("password", "")]),
        ("curl -u ops", []),
        # Pipes and here-strings; of a user with a password the password.
        (f"echo {PW} | passwd --stdin", [("password", PW)]),
        (f"echo 'root:{PW}' | chpasswd", [("password", PW)]),
        (f"chpasswd <<< root:{PW}", [("password", PW)]),
        (f"x identified BY '{PW}'", [("password", f"'{PW}'")]),
        # With nothing but a blank between them.
        (f"set requirepass {PW}", [("requirepass", PW)]),
        (f"  storePassword '{PW}'  ", [("storePassword", f"'{PW}'")]),
        (f"(password {PW}", [("password", PW)]),
        (f"--db-password is {PW}", [("db-password", PW)]),
        ("requirepass walrusorbit", []),
        ("requirepass walrus-orbit-7", []),
        (f"getSecret {PW}", []),
        (f"auth {PW}", []),
        (f"İ requirepass {PW}", [("requirepass", PW)]),
    ],
)
def test_the_passwords_of_a_command(line: str, pairs: list[tuple[str, str]]) -> None:
    found = [
        (name, value)
        for name, value in commands.passwords(line, Form.SETTINGS)
        if PW in value or "[" in line or "':'" in line
    ]
    assert [*dict.fromkeys(found)] == pairs


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        (f"  storePassword '{PW}'", [("storePassword", f"'{PW}'")]),
        (f"CREATE USER x PASSWORD '{PW}'", [("PASSWORD", f"'{PW}'")]),
        (f"x storePassword '{PW}'", []),
        (f"storePassword {PW}", []),
    ],
)
def test_what_a_program_says_without_a_sign(line: str, pairs: list[tuple[str, str]]) -> None:
    """Quoted, and alone in its line or in capitals."""
    assert [*commands.passwords(line, Form.PROGRAM)] == pairs


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


SECRET = f"kind: 'Secret'\ndata:\n  aa: {PW}\n  user: {PW}\n  x.sh: {PW}\n  key_id: {PW}\n  token: {PW}\n"
BEGIN, END = "-----BEGIN " + "PRIVATE KEY-----", "-----END PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            f"a:\n  password: |\n    {PW}\n\n    xx: y\n    zz=1\n",
            [(3, "password", PW), (4, "password", ""), (5, "password", "y"), (6, "password", "1")],
        ),
        (f"password: |\n  token_uri: {PW}\n  'key': {PW}\n", [(3, "password", PW)]),
        (f"token.sh: |\n  {PW}\n", []),
        (f"walrus: |\n  {PW}\n", []),
        ("password: |\n  ssh-ed25519 AAAAx\n", []),
        (f"key: |\n  {BEGIN}\n  {PW}\n  {END}\n  {OTHER}\n", [(2, "key", BEGIN), (5, "key", OTHER)]),
        (f"- name: walrus\n  value: {PW}\n", [(2, "walrus", PW)]),
        (f"token:\n  {PW}\nwalrus:\n  {PW}\n", [(2, "token", PW)]),
        (f"? token\n: {PW}\n", [(2, "token", PW)]),
        (f"<key>Token</key>\n<string>{PW}</string>", [(2, "Token", PW), (1, "key", "Token")]),
        (f"\n<password>\n {PW}</password>", [(3, "password", PW)]),
        (SECRET, [(3, "aa_secret", PW), (7, "token_secret", PW)]),
        (
            f"kind: ConfigMap\ndata:\n  aa: {PW}\n---\n{SECRET}---\ndata:\n  cc: {PW}\n",
            [(n, name, PW) for n, name in ((7, "aa_secret"), (11, "token_secret"))],
        ),
    ],
)
def test_settings_over_several_lines(text: str, found: list[tuple[int, str, str]]) -> None:
    assert [*settings_below.stated(text)] == found


def test_the_defaults_of_terraforms_variables() -> None:
    block = 'variable "{}" {{\n  default = "x"\n}}\n'
    assert [*settings_below.declared(block.format("db_password"))] == [(2, "db_password", '"x"')]
    assert [*settings_below.declared(block.format("walrus"))] == []
