"""DG102: what it catches, and what it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.guardrails.rules import dg102_missing
from tests.guardrails.environments import found_by, places, resolved, store

if TYPE_CHECKING:
    from dockgate.env.env_files import Layer

SECRET = "[PASSWORD]\nsecret = true\nrequired = true\n"


def test_catches_a_required_variable_without_a_value() -> None:
    """A required variable without a value, at its place in the schema."""
    assert places(found_by(dg102_missing, resolved("[A]\n\n[B]\nrequired = true\n", "A=1\n"))) == [
        ("env/schema.toml", 3, "error")
    ]


@pytest.mark.parametrize(
    "body", ['required = ["prod"]', "required = false", 'required = true\nenvironments = ["prod"]']
)
def test_catches_not_what_this_environment_does_not_need(body: str) -> None:
    """Required elsewhere, or nowhere."""
    assert list(found_by(dg102_missing, resolved(f"[A]\n{body}\n"))) == []


def test_catches_secrets_that_were_never_made_as_warnings() -> None:
    """A fresh clone has none, and its checks must pass."""
    (found,) = found_by(dg102_missing, resolved(SECRET, name="prod"))
    assert (str(found.severity), found.fix) == ("warning", "inv secrets.init --env=prod")


def test_secrets_that_were_never_made_are_one_finding() -> None:
    """One command makes them all; what no command makes has a finding of its own."""
    declared = f"{SECRET}{SECRET.replace('PASSWORD', 'TOKEN')}[PORT]\nrequired = true\n"
    found = [*found_by(dg102_missing, resolved(declared, name="prod"))]
    assert [(each.message, str(each.severity), each.fix) for each in found] == [
        ("PASSWORD, TOKEN are required and have no value", "warning", "inv secrets.init --env=prod"),
        ("PORT is required and has no value", "error", "set PORT in env/prod.env"),
    ]


def test_catches_not_what_a_sealed_store_may_hold() -> None:
    """Who cannot open it cannot tell; who can, can."""
    assert list(found_by(dg102_missing, resolved(SECRET, name="prod", secrets=store(sealed=True)))) == []
    assert places(found_by(dg102_missing, resolved(SECRET, name="prod", secrets=store()))) == [
        ("env/schema.toml", 1, "error")
    ]


@pytest.mark.parametrize(
    ("declared", "name", "secrets", "fix"),
    [
        ("[A]\nrequired = true\n", "prod", None, "set A in env/prod.env"),
        (SECRET, "dev", None, "set PASSWORD in env/dev.env"),
        (SECRET, "prod", store(), "inv secrets.set PASSWORD --env=prod"),
        (SECRET + 'generate = "hex:64"\n', "prod", store(), "inv secrets.init --env=prod"),
    ],
)
def test_the_way_out_is_one_that_this_environment_takes(
    declared: str, name: str, secrets: Layer | None, fix: str
) -> None:
    """Development has its secrets in a file, every other environment in the store; what can be generated is."""
    (found,) = found_by(dg102_missing, resolved(declared, name=name, secrets=secrets))
    assert found.fix == fix
