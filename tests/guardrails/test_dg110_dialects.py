"""DG110: what it catches, and what it does not."""

from __future__ import annotations

import pytest

from dockgate.guardrails.rules import dg110_dialects
from tests.guardrails.environments import found_by, places, resolved, store

SECRET = "[PASSWORD]\nsecret = true\nrequired = true\n"


@pytest.mark.parametrize(
    ("line", "severity", "fix"),
    [
        ("A=pa$word", "error", "write A='pa$word'"),
        ("A= #ss", "error", "write A=''"),
        ("A=x\t#y", "error", "write A='x'"),
        ("A=pa$$word", "warning", "write A='pa$word'"),
        ("A=${B:?x}", "warning", 'write A="${B}"'),
        ("A=${NOPE-d}", "warning", 'write A="${NOPE:-d}"'),
        ("A='x${B}'", "warning", "no spelling makes all agree"),
        ("A", "error", "write A= for an empty value"),
        ("A: b", "error", "write NAME='value'"),
        ("A-B=x", None, ""),
        ("A/B=x", "error", "use letters, digits and _ in the name"),
    ],
)
def test_catches_what_differs_with_the_spelling_that_agrees(line: str, severity: str | None, fix: str) -> None:
    """What differs is found with the spelling that makes it agree."""
    found = list(found_by(dg110_dialects, resolved("[A]\n[B]\n", f"B=v\n{line}\n")))
    assert places(found) == ([("env/base.env", 2, severity)] if severity else [])
    assert all(each.fix.startswith(fix) for each in found)
    assert all(each.name == "A" for each in found if line.startswith("A="))


@pytest.mark.parametrize(
    ("line", "how"),
    [("TOKEN=pa$word", "in single quotes"), ("TOKEN=x${NOPE-d}", "in double quotes"), ("TOKEN=${NOPE:?x}", "")],
)
def test_how_to_quote_is_told_without_the_value(line: str, how: str) -> None:
    """Of what is not declared; a reference to nothing is to be corrected."""
    (found,) = found_by(dg110_dialects, resolved("", f"{line}\n"))
    wrong = "correct the reference: ${NAME}, ${NAME:-default}, ${NAME:?message} or ${NAME:+other}"
    assert found.fix == (f"write the value of TOKEN {how}" if how else wrong)


@pytest.mark.parametrize("declared", [SECRET, ""])
def test_catches_without_showing_what_may_be_a_secret(declared: str) -> None:
    """Declared secret or not declared at all: only how to quote is told."""
    (found,) = found_by(dg110_dialects, resolved(declared, "PASSWORD=hunter2$word\n"))
    assert found.fix == "write the value of PASSWORD in single quotes"


def test_catches_not_the_encrypted_store() -> None:
    """Its values are literal, and Compose does not read it."""
    assert list(found_by(dg110_dialects, resolved(SECRET, name="prod", secrets=store(PASSWORD="pa$word")))) == []


@pytest.mark.parametrize("part", ["q7Vw2ZkT9mXc4LhB8nRf1YpD6sGj3KaE", "walrus-Orbit7-copperMeadow"])
def test_catches_without_showing_a_secret_that_a_plain_value_holds(part: str) -> None:
    """The variable is declared and no secret; a value that was put into it may be."""
    (found,) = found_by(dg110_dialects, resolved("[A]\n", f"A=https://h/?token={part}&x=pa$word\n"))
    assert part not in str(found)
    assert found.fix.startswith("write the value of A")
