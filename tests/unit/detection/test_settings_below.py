"""Settings over several lines, whole: lines, names and values."""

from __future__ import annotations

import pytest

from dockgate.detection import settings_below

PW = "kQ7vR2mW9xLz4Tn8"
OTHER = "Zq3xW9vKt5Lm8RbN"
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
