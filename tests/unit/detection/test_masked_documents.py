"""Secrets are taken out of documents: what has no such type is judged by its name and its looks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dockgate.core.secret import MASK, Secret
from dockgate.detection import masking

PW = "kX7mQ2vN9pR4tW8z"


@pytest.mark.parametrize(
    "command",
    [
        ["redis-server", "--requirepass", PW],
        ["redis-server", f"--requirepass={PW}"],
        f"redis-server --requirepass {PW} --appendonly yes",
        ["sh", "-c", f"exec app --api-key '{PW}'"],
        ["CMD-SHELL", f"mysqladmin ping -u root -p{PW}"],
        ["CMD", "mysqladmin", "ping", f"-p{PW}"],
        ["curl", "-u", f"admin:{PW}", "http://x"],
        ["curl", "-H", f"Authorization: Bearer {PW}"],
    ],
)
def test_a_secret_in_a_command_is_masked(command: list[str] | str) -> None:
    """As a text and as a list, in which an option and its value are two entries."""
    shown = json.dumps(masking.document({"command": command}, ()))
    assert PW not in shown
    assert json.dumps(MASK)[1:-1] in shown


@pytest.mark.parametrize(
    "command",
    [
        ["app", "--password-file", "/run/secrets/x", "--token", "$TOKEN"],
        ["app", "--passphrase", "--verbose"],
        ["mysqld", "--port", "3306", "-p"],
        ["CMD-SHELL", "curl -f -u admin http://localhost"],
        "bypass the password",
    ],
)
def test_a_command_without_one_is_shown_as_it_is(command: list[str] | str) -> None:
    """Paths and references are none."""
    assert masking.document({"command": command}, ()) == {"command": command}


def test_a_document_is_shown_without_what_looks_like_a_secret() -> None:
    """By the variable's name, however weak the value, or by its looks; in lists, options and addresses too."""
    shown = masking.document(
        {
            "environment": {"DB_PASSWORD": "hunter22", "API_TOKEN": "a-b-c-d", "PIN": "123456", "MODE": "fast"},
            "command": ["serve", "--password=Kq7vR2mX", "--port=80"],
            "labels": {"dev.dockgate.secrets": "0123abcd", "note": "token=Kq7vR2mXpL9w"},
            "url": "postgres://u:Kq7vR2mXpL9w@db/x",
            "known": "x-known-secret-y",
            "replicas": 2,
        },
        [Secret("known-secret")],
    )
    assert shown == {
        "environment": {"DB_PASSWORD": MASK, "API_TOKEN": MASK, "PIN": MASK, "MODE": "fast"},
        "command": ["serve", f"--password={MASK}", "--port=80"],
        "labels": {"dev.dockgate.secrets": "0123abcd", "note": f"token={MASK}"},
        "url": MASK,
        "known": f"x-{MASK}-y",
        "replicas": 2,
    }


KNOWN = [Secret("walrus-orbit"), Secret("abc"), Secret("abcd"), Secret("pa$word"), Secret("walrus-orbit-copper")]


@pytest.mark.parametrize(
    ("node", "shown"),
    [
        (["a abcd", {"k": "abcd", "n": None}, 5, True], ["a #", {"k": "#", "n": None}, 5, True]),
        ("abc", "abc"),
        ({"b": "a://b:pa$$word@h"}, {"b": "a://b:#@h"}),
    ],
)
def test_a_document_of_ours(node: Any, shown: Any) -> None:
    assert str(masking.masked(node, KNOWN)) == str(shown).replace("#", MASK)


@pytest.mark.parametrize(
    ("node", "shown"),
    [
        ({"DB_PASSWORD": "x"}, {"DB_PASSWORD": "#"}),
        ({"DB_PASSWORD": ""}, {"DB_PASSWORD": ""}),
        ({"DB_PASSWORD": "12345"}, {"DB_PASSWORD": "#"}),
        ({"DB_PASSWORD": "/run/x"}, {"DB_PASSWORD": "/run/x"}),
        (
            {"DB_PASSWORD_FILE": "/run/secrets/DB", "AUTH": "true"},
            {"DB_PASSWORD_FILE": "/run/secrets/DB", "AUTH": "true"},
        ),
        ({"SIGNING_KEY": "/etc/tls/key.pem"}, {"SIGNING_KEY": "/etc/tls/key.pem"}),
        ({"DB_PASSWORD": ["x", 5]}, {"DB_PASSWORD": ["#", 5]}),
        ({"my.password": "x"}, {"my.password": "x"}),
        ({"NOTE": f"a\npassword={PW}"}, {"NOTE": "a\npassword=#"}),
        ({"DSN": f"postgres://a:{PW}@b"}, {"DSN": "#"}),
        ({"X": "is abcd"}, {"X": "is #"}),
        ({5: {"PIN": "1234"}}, {5: {"PIN": "#"}}),
        # An option and its value are two entries; paths, references and further options are no values.
        (["x", "--password", "walrus7"], ["x", "--password", "#"]),
        (["x", "--password", "/run/p", "walrus7"], ["x", "--password", "/run/p", "walrus7"]),
        (["x", "--token=abc7", "abc77", "xabc7"], ["x", "--token=#", "abc77", "xabc7"]),
        (["mysql", "-pwalrus", "walrus"], ["mysql", "-p#", "#"]),
        (["x", 5, "--password", "walrus7"], ["x", 5, "--password", "#"]),
        (["x", "DB_PASSWORD=true"], ["x", "DB_PASSWORD=true"]),
        (f"curl -u ops:{PW} http://h", "curl -u ops:# http://h"),
        ("x --secret $KEY", "x --secret $KEY"),
        (f"H 'Bearer {PW}'", "H 'Bearer #'"),
    ],
)
def test_a_document_that_declares_nothing(node: Any, shown: Any) -> None:
    """Each value by its name or its looks; in commands what their options are given."""
    assert str(masking.document(node, KNOWN)) == str(shown).replace("#", MASK)
