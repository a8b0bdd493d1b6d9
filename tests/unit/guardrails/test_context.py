"""What rules are given, in the ways in which they ask for it."""

from __future__ import annotations

import pytest

from dockgate.core.findings import Severity
from dockgate.env import env_files
from dockgate.guardrails.context import Context
from dockgate.guardrails.evidence import Kind
from tests.guardrails import scenes

MODEL = {"services": {"api": {"command": ["x", 5, "y"], "environment": {"A": "b", "C": None}}}, "name": "shop"}
WRITTEN = {"services": {"api": {"command": ["${X}"]}}}


def test_the_strings_of_a_model_with_their_paths() -> None:
    """Of lists the numbers; what is no text is left out."""
    seen = scenes.context(model=MODEL, written=WRITTEN)
    assert [*seen.services()] == [("api", MODEL["services"]["api"])]  # type: ignore[index]  # of the table above
    assert [*seen.strings()] == [
        (("services", "api", "command", "0"), "x"),
        (("services", "api", "command", "2"), "y"),
        (("services", "api", "environment", "A"), "b"),
        (("name",), "shop"),
    ]
    assert [*seen.written_strings("api")] == [(("command", "0"), "${X}")]
    assert [*seen.written_strings("web")] == [*scenes.context().written_strings("api")] == []
    assert [*scenes.context().services()] == []


def test_the_statements_of_layers_and_of_services() -> None:
    """In clear, those of other environments' services not; a bare name states nothing."""
    served = {name: (env_files.parse(f"B={name}\nC\n", f".envs/{name}", name),) for name in ("dev", "prod")}
    env = scenes.resolved("dev", "A=1\n", secrets={"TOKEN": "secret-77"}, declared="[A]\n[TOKEN]\nsecret = true\n")
    seen = scenes.context(resolved=env, served=served)
    assert [(each.name, value) for each, value in seen.assignments()] == [
        ("A", "1"),
        ("TOKEN", "secret-77"),
        ("B", "dev"),
    ]
    assert [(each.name, value) for each, value in seen.stated()] == [("B", "dev")]
    assert seen.secret_names() == {"TOKEN"}


@pytest.mark.parametrize(
    ("environment", "production", "development", "severity"),
    [
        ("prod", True, False, Severity.ERROR),
        ("staging", False, False, Severity.WARNING),
        ("dev", False, True, Severity.WARNING),
    ],
)
def test_the_environment_decides_what_weighs(
    environment: str, severity: Severity, *, production: bool, development: bool
) -> None:
    seen = scenes.context(environment)
    assert (seen.production, seen.development, seen.severity) == (production, development, severity)


def test_files_by_the_reason_for_looking_at_them() -> None:
    files = tuple(scenes.file(str(kind), "x", kind) for kind in Kind)
    seen = scenes.context(files=files)
    assert [each.kind for each in seen.of_kind(Kind.LAYER, Kind.SENT)] == [Kind.LAYER, Kind.SENT]
    bare = Context(seen.project, seen.environment, seen.today)
    assert (str(bare.place("services", "x")), bare.elsewhere(), [*bare.of_kind(*Kind)]) == (
        "your shell",
        frozenset(),
        [],
    )
