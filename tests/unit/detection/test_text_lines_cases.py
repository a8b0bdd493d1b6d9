"""Which lines of which files hold credentials: programs, prose, comments, pages, locks, long lines."""

from __future__ import annotations

import pytest

from dockgate.detection import text_lines, windows
from dockgate.detection.assignments import Form

PW = "kQ7vR2mW9xLz4Tn8"
WORD = "walrusorbit"
DRAWN = "Zq3xW9vKt5Lm8RbN2yHs7Jd4"
ESCAPED = f'x="{{\\"db_password\\":\\"{PW}\\"}}"'
ADDRESS = "password in an address"
NAMED = "secret by its name"


@pytest.mark.parametrize(
    ("written", "line", "found"),
    [
        (Form.LOCK, f"password={PW}", []),
        (Form.SETTINGS, f"password={PW}", ["password"]),
        # A remark states what has a digit; a sentence in prose, too.
        (Form.SETTINGS, f"password={WORD}", ["password"]),
        (Form.SETTINGS, f"# password={WORD}", []),
        (Form.SETTINGS, f"# password={PW}", ["password"]),
        (Form.PROSE, f"password={WORD}", []),
        (Form.PROSE, f"the password is {PW}", ["password"]),
        (Form.PROSE, f"uplink={DRAWN}", []),
        (Form.SETTINGS, f"uplink={DRAWN}", ["uplink"]),
        # An address with its password, anywhere in a line; in a remark one with a digit.
        (Form.SETTINGS, f"- amqp://a:{WORD}@h", [""]),
        (Form.SETTINGS, f"# - amqp://a:{WORD}@h", []),
        (Form.SETTINGS, f"# - amqp://a:{PW}@h", [""]),
        (Form.SETTINGS, f"# x=amqp://a:{WORD}@h", []),
        (Form.SETTINGS, f"# x=amqp://a:{PW}@h", ["x"]),
        (Form.SETTINGS, f"# x=amqp://a:{WORD}@host7", []),
        (Form.SETTINGS, f"x=amqp://a:{WORD}@host7", ["x"]),
        (Form.SETTINGS, f"# x=a7;password={WORD}", []),
        (Form.PROSE, f"see amqp://a:{WORD}@h", []),
        (Form.PROSE, f"see amqp://a:{PW}@h", [""]),
        (Form.SETTINGS, "- amqp://walrus:walrus@h", []),
        (Form.SETTINGS, f"x: a;password={WORD}", ["x"]),
        (Form.SETTINGS, f"# x: a;password={WORD}", []),
        # A program: what is quoted; an expression is none, nor what a comment says without a digit.
        (Form.PROGRAM, f'password = "{PW}"', ["password"]),
        (Form.PROGRAM, f"x('--password', {PW})", []),
        (Form.PROGRAM, f"x('--password {PW}')", []),
        (Form.PROGRAM, "x(--password config.AccessKey7)", []),
        (Form.PROGRAM, f"x(--password a?{PW})", []),
        (Form.PROGRAM, f"x --password {PW} y", ["password"]),
        (Form.PROGRAM, f'x --password "{WORD}"', ["password"]),
        (Form.PROGRAM, f"// x --password '{WORD}'", []),
        (Form.PROGRAM, f"// x --password '{PW}'", ["password"]),
        (Form.PROGRAM, f'connect("amqp://a:{PW}@h")', [""]),
        (Form.PROGRAM, f'connect("a;password={PW}")', [""]),
        (Form.PROGRAM, f'connect("a;password={WORD}")', []),
        (Form.PROGRAM, f'connect("x {PW}")', []),
        (Form.PROGRAM, f'"${{db.password:{PW}}}"', ["db.password"]),
        (Form.PROGRAM, f'"${{db.password:{WORD}}}"', []),
        (Form.PROGRAM, f'"${{db.walrus:{PW}}}"', []),
        # JSON that is the value of a variable, and JSON in JSON; what a page says of itself.
        (Form.SETTINGS, f'X={{"db":{{"password":"{PW}"}}}}', ["password"]),
        (Form.PROGRAM, ESCAPED, ["db_password"]),
        (Form.PROGRAM, f'a.token="{PW}";{ESCAPED}', ["a.token"]),
        (Form.PROGRAM, f"{';' * windows.LONG}{ESCAPED}", ["db_password"]),
        (Form.SETTINGS, f'<meta name="token" content="{DRAWN}"> password={PW}', ["password"]),
        (Form.SETTINGS, f'<meta name="token" content="{DRAWN}">', []),
        (Form.SETTINGS, f'<beta name="token" content="{DRAWN}">', ["content"]),
        (Form.SETTINGS, "  U2FsdGVkX1" + f"8password={PW}  ", []),
        # A key of a provider, wherever it stands.
        (Form.PROSE, "see ghp_" + "yQbWDPxQgaZ4eTSuVFJrmVGloUfENbFqzLHS", [""]),
        (Form.LOCK, "see ghp_" + "yQbWDPxQgaZ4eTSuVFJrmVGloUfENbFqzLHS", [""]),
    ],
)
def test_the_names_of_the_credentials_of_a_line(written: Form, line: str, found: list[str]) -> None:
    assert [name for name, _ in text_lines.in_line(line, written)] == found


@pytest.mark.parametrize(
    ("written", "line", "reported", "values"),
    [
        (Form.SETTINGS, f"password='{PW}'", [PW], [PW]),
        (Form.SETTINGS, f"password=`{PW}`", [PW], [PW]),
        (Form.SETTINGS, "password=write7x", ["write7x"], ["write7x"]),
        (Form.SETTINGS, "password=write", [], ["write"]),
        (Form.SETTINGS, f"- amqp://a:{PW}@h", [], []),
        (Form.PROGRAM, f'f("{PW}", "a sentence of 4", "/run/x", "{WORD}")', [], [PW]),
        (Form.PROGRAM, f'password="{PW}"', [PW], [PW, PW]),
    ],
)
def test_the_values_of_a_line(written: Form, line: str, reported: list[str], values: list[str]) -> None:
    """Those that a message would be about, and those that are compared with fingerprints."""
    assert [*text_lines.reported(line, written)] == reported
    assert [*text_lines.values(line, written)] == values


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        # Each once, in the line of the value; under both of its names where a line gives it two.
        ("a.yml", f"x-api-key: {PW}\nx-api-key: {PW}\n", [
            (1, "x-api-key"), (1, "authorization_token"), (2, "x-api-key"), (2, "authorization_token"),
        ]),
        ("a.yml", f"password: |\n  {PW}\n", [(2, "password")]),
        ("a.yml", f"password: |\n  password={PW}\n", [(2, "password")]),
        ("a.yml", f"password: |\n  {DRAWN}\n  {PW}\n", [(2, "password"), (3, "password")]),
        ("a.yml", f"- name: walrus\n  value: {DRAWN}\n", [(2, "value")]),
        ("a.yml", f"- name: walrus_otter\n  value: {PW}\n", []),
        ("a.tf", f'variable "db_password" {{\n  default = "{PW}"\n}}\n', [(2, "db_password")]),
        ("a.md", f"password: |\n  {WORD}\n", []),
        ("a.tf", f"password: |\n  {WORD}\n", []),
        ("a.yml", "-----BEGIN " + "PRIVATE KEY-----\n", [(1, "")]),
        ("a.py", "-----BEGIN " + "PRIVATE KEY-----\n", []),
        ("a.yml", f"\n\npassword: {PW}", [(3, "password")]),
        ("a.yml", "".join(f"origin: {DRAWN[each:]}{DRAWN[:each]}\n" for each in range(4)), []),
        ("a.yml", "".join(f"key:\n  {DRAWN[each:]}{DRAWN[:each]}\n" for each in range(6)), []),
    ],
)  # fmt: skip
def test_the_credentials_of_a_file(path: str, text: str, found: list[tuple[int, str]]) -> None:
    assert [(number, name) for number, name, _ in text_lines.credentials(text, path)] == found


def test_what_is_said_of_one_has_its_kind() -> None:
    text = f"password={PW}\nx: amqp://a:{PW}@h\npassword: |\n  {PW}\n"
    found = [(number, each.kind, each.certain) for number, _, each in text_lines.credentials(text, "a.yml")]
    assert found == [(1, NAMED, False), (2, ADDRESS, False), (4, NAMED, False)]
