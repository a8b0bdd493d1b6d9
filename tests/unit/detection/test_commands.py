"""What commands and directives are given, whole: names and values, before anything is judged."""

from __future__ import annotations

import pytest

from dockgate.detection import commands
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
        (f"requirepass walrusorbit; requirepass {PW}", [("requirepass", PW)]),
        ("requirepass kQvRmWxLzTn [", []),
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
        (f"storePassword X{PW}", []),
    ],
)
def test_what_a_program_says_without_a_sign(line: str, pairs: list[tuple[str, str]]) -> None:
    """Quoted, and alone in its line or in capitals."""
    assert [*commands.passwords(line, Form.PROGRAM)] == pairs
