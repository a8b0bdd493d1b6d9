"""Env files that services name are layers of those services: every crossing rule looks at them, with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.guardrails import Scope, Subject, check
from dockgate.situation import Situation
from tests.guardrails.scenes import PROD_HEX, PROD_PASSWORD
from tests.unit.guardrails import repository

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE = "services:\n  api:\n    image: api@sha256:1\n    env_file: {env_file}\n"
SCOPES = frozenset({Scope.SCHEMA, Scope.ENV})


def findings(folder: Path, environment: str, **files: str) -> list[str]:
    """Return what is found in an environment of a project whose services have env files of their own."""
    made = repository.make(folder, **files)
    situation, chosen = Situation(made), made.environments[environment]
    subject = Subject(situation, chosen, SCOPES, situation.survey(chosen))
    return [f"{each.location} {each.code} {each.message}" for each in check(subject).findings]


def compose(**env_files: str) -> dict[str, str]:
    """Return the overlays of the environments, each with its own env file."""
    return {f"compose__{name}_yaml": COMPOSE.format(env_file=path) for name, path in env_files.items()}


@pytest.mark.parametrize(("environment", "line"), [("dev", ".envs/dev:2:1"), ("prod", ".envs/prod:2:1")])
def test_a_production_env_file_over_the_development_one_is_refused(tmp_path: Path, environment: str, line: str) -> None:
    """In both directions, without a schema that declares it, by file and line; the copy of a copy too."""
    text = f"# copied\nDB_PASSWORD={PROD_PASSWORD}\nLOG_LEVEL=information\n"
    files = {".envs__dev": text, ".envs__prod": text}
    found = findings(tmp_path, environment, **compose(dev="[../.envs/dev]", prod="../.envs/prod"), **files)
    assert [each for each in found if "DG206" in each and each.startswith(line)]
    assert not [each for each in found if "LOG_LEVEL" in each and "DG206" in each]


def test_other_values_and_placeholders_are_no_copy(tmp_path: Path) -> None:
    """Each has its own; what says that it is to be replaced is nobody's."""
    files = {".envs__dev": f"DB_PASSWORD={PROD_HEX}\nAPI_TOKEN=changeme\n"}
    files[".envs__prod"] = f"DB_PASSWORD={PROD_PASSWORD}\nAPI_TOKEN=changeme\n"
    found = findings(tmp_path, "dev", **compose(dev="../.envs/dev", prod="{path: ../.envs/prod}"), **files)
    assert not [each for each in found if "DG206" in each]


def test_in_one_file_that_both_environments_name_nothing_is_a_copy(tmp_path: Path) -> None:
    """Two of its services share a password there, as a database and its client do: that both read it is told."""
    entry = "[../.envs/app, ../.envs/db]"
    files = {".envs__app": f"DB_PASSWORD={PROD_PASSWORD}\n", ".envs__db": f"POSTGRES_PASSWORD={PROD_PASSWORD}\n"}
    found = findings(tmp_path, "dev", **compose(dev=entry, prod=entry), **files)
    told = [each for each in found if "DG206" in each]
    assert [each.partition(" ")[0] for each in told] == [".envs/app:1:1", ".envs/db:1:1"]
    assert all("both read this file" in each for each in told)


@pytest.mark.parametrize(
    ("environment", "line", "code"),
    [
        ("dev", "STRIPE=" + "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dcKx", "DG205"),
        ("prod", "STRIPE=" + "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dcKx", "DG207"),
        ("prod", "API_PASSWORD=changeme", "DG208"),
        ("prod", "HOOK=http://hooks.example.com/x", "DG212"),
        ("prod", "TOKEN=Kupferkanne-tanzt-77", "DG111"),
        ("dev", "B=${NOWHERE}", "DG109"),
        ("dev", "B=${", "DG109"),
        ("dev", "B=$NOWHERE", "DG110"),
        ("dev", "B='x' y", "DG110"),
    ],
)
def test_each_rule_of_layers_looks_at_them(tmp_path: Path, environment: str, line: str, code: str) -> None:
    """At the line in the env file."""
    found = findings(tmp_path, environment, **compose(**{environment: "../.envs/x"}), **{".envs__x": f"\n{line}\n"})
    assert [each for each in found if each.startswith(f".envs/x:2:1 {code}")], found


@pytest.mark.parametrize(
    "text", ["A=1\nB=${A}\n", "B=${LOG_LEVEL}\n", "B=${X:-y}\n", "B='$NOWHERE'\n", "TOKEN\n", "B=${TOKEN}\n"]
)
def test_what_compose_finds_is_no_finding(tmp_path: Path, text: str) -> None:
    """A line above, a layer, a default, single quotes, a name that is passed through, a secret."""
    found = findings(tmp_path, "dev", **compose(dev="../.envs/x"), **{".envs__x": text})
    assert not [each for each in found if each.startswith(".envs/x") and ("DG109" in each or "DG110" in each)]


def test_a_raw_env_file_has_no_references(tmp_path: Path) -> None:
    """`format: raw` takes each line as it is."""
    entry = "[{path: ../.envs/x, format: raw}]"
    found = findings(tmp_path, "dev", **compose(dev=entry), **{".envs__x": "B=${NOWHERE}\n"})
    assert not [each for each in found if each.startswith(".envs/x") and "DG109" in each]


def test_one_that_is_no_text_is_said(tmp_path: Path) -> None:
    """What could not be looked at is an error."""
    made = {".envs__x": "A=1\0\n"}
    found = findings(tmp_path, "dev", **compose(dev="../.envs/x"), **made)
    assert [each for each in found if "DG000" in each and ".envs/x" in each]
