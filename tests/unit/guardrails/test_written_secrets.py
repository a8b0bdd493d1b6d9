"""Secrets that env files state, wherever a text has them."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from dockgate.core.location import Location
from dockgate.env import env_files
from dockgate.guardrails import written_secrets
from dockgate.guardrails.written_secrets import Finder, Found, Stated
from tests.guardrails import scenes

STRONG = 'q7Vw/ZkT"mXc4 LhB8nRf12W'  # which ends in X in base64
WEAK = "monkey77"
FINDER = Finder([Stated("prod", "KEY", STRONG, Location("a")), Stated("prod", "PW", WEAK, Location("b"))])


def found(text: str, path: str = "x.env") -> list[tuple[int, str]]:
    return [(each.line, each.secret.name) for each in FINDER.find(text, path)]


@pytest.mark.parametrize(
    "form",
    [
        STRONG, quote(STRONG, safe=""), json.dumps(STRONG)[1:-1], STRONG.encode().hex(),
        base64.b64encode(STRONG.encode()).decode().rstrip("="),
        base64.b64encode(f"{STRONG}\n".encode()).decode().rstrip("="),
    ],
)  # fmt: skip
def test_a_strong_one_is_found_in_every_form(form: str) -> None:
    """Once, at its first line, and not inside another word."""
    assert found(f"a: 1\nb: {form}\nc: {form}\n") == [(2, "KEY")]
    assert found(f"x{form}") == found(f"{form}x") == []


@pytest.mark.parametrize("text", ["PASSWORD={}", "\nPASSWORD={}\n", "A=1\nPASSWORD={}\nB=2", "PASSWORD={}\n"])
def test_a_weak_one_counts_where_its_line_assigns_it(text: str) -> None:
    """At the beginning of a text, at its end, and between other lines."""
    assert found(text.format(WEAK)) == [(text.partition("{")[0].count("\n") + 1, "PW")]
    assert found(text.format(WEAK).replace("PASSWORD=", "we have a ")) == []


@pytest.mark.parametrize(
    ("text", "path", "lines"),
    [
        ("PASSWORD:\n  {}\n", "x.env", []),
        ("we have {}\nPASSWORD={}\nx\n", "x.env", [2]),
        ('connect("{}")\n', "x.py", [1]),
        ('connect("{}")\n', "x.env", []),
        ("PASSWORD={}", "x.env", [1]),
    ],
)
def test_a_weak_one_is_judged_by_its_own_line_alone(text: str, path: str, lines: list[int]) -> None:
    """As the form of the file says it."""
    assert found(text.replace("{}", WEAK), path) == [(line, "PW") for line in lines]


def test_a_secret_that_holds_another_is_found_as_the_longer_one() -> None:
    short, long = (Stated("prod", name, value, Location("a")) for name, value in (("S", STRONG), ("L", f"{STRONG}-2")))
    assert [*Finder([short, long]).find(f"{STRONG}-2 {STRONG}", "x")] == [Found(1, long), Found(1, short)]


@pytest.mark.parametrize(
    ("line", "copied"),
    [
        ("DB_PASSWORD=monkey77", True),
        ("DB_PASSWORD=monkey7", False),
        ("DB_PASSWORD=changeme", False),
        ("DB_PASSWORD=/run/secrets/x", False),
        ("DB_PASSWORD=cmd:pass", False),
        ("DB_PASSWORD=monkey${OTHER}77", False),
        ("DB_PASSWORD='monkey$OTHER-77'", True),
        ("OTHER=monkey77", False),
        ("TOKEN=Kupferkanne", True),
        ("UPSTREAM=postgres://app:Zx91kQweRty@db/shop", True),
    ],
)
def test_what_of_an_env_file_may_be_a_copied_secret(line: str, *, copied: bool) -> None:
    """By its declaration, its name or its form; what points elsewhere is none."""
    [each] = env_files.parse(line, "x.env", "x").assignments
    value = str(each.value)
    assert written_secrets.may_be_copied({"TOKEN"}, each, value) is copied
    process = env_files.parse(line, "", "x").assignments[0]
    assert not written_secrets.may_be_copied({"TOKEN"}, process, value)


def test_whose_secrets_are_unwanted() -> None:
    """Those of protected environments, its own too, and of staging; not development's, nor what it states itself."""

    def layer(name: str, value: str, path: str = "") -> env_files.Layer:
        path = path or f".envs/{name}"
        return env_files.parse(f"A=1\nDB_PASSWORD={value}\n", path, path)

    context = scenes.context(
        "staging",
        "OWN_PASSWORD=monkey01\n",
        served={
            "dev": (layer("dev", "monkey02"),),
            "staging": (layer("staging", "monkey03"), layer("both", "monkey06")),
            "prod": (layer("prod", "monkey04"), layer("both", "monkey06")),
        },
        neighbours={"prod": scenes.resolved("prod", "DB_PASSWORD=monkey05\n")},
        beside=(layer("production", "monkey07"),),
    )

    def stated(environment: str, value: str, path: str, name: str = "DB_PASSWORD", line: int = 2) -> Stated:
        return Stated(environment, name, value, Location(path, line, 1))

    prod = [stated("prod", "monkey05", "env/prod.env", line=1), stated("prod", "monkey04", ".envs/prod")]
    both = stated("prod", "monkey06", ".envs/both")
    assert [*written_secrets.of(context, "prod")] == [*prod, both]
    assert [*written_secrets.of(context, "staging")] == [
        stated("staging", "monkey01", "env/staging.env", "OWN_PASSWORD", 1),
        stated("staging", "monkey03", ".envs/staging"),
        stated("staging", "monkey06", ".envs/both"),
    ]
    assert [*written_secrets.of(context, "dev")] == [stated("dev", "monkey02", ".envs/dev")]
    assert [*written_secrets.beside(context)] == [stated("production", "monkey07", ".envs/production")]
    assert written_secrets.unwanted(context) == tuple(prod)


def test_without_secrets_nothing_is_found() -> None:
    assert [*Finder([]).find("PASSWORD=\n\nx", "x.env")] == []
