"""Env files that services name are layers of those services: every crossing rule looks at them, with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.location import Location
from dockgate.guardrails import Scope, Subject, check, served
from dockgate.guardrails.hit import Hit
from dockgate.situation import Situation
from tests.guardrails.scenes import PROD_HEX, PROD_PASSWORD
from tests.unit import projects
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


NAMING = """\
services:
  api:
    env_file:
      - ../a.env
      - {path: ../raw.env, format: raw}
      - ../env/base.env
      - ../env/dev.local.env
      - ../broken.env
      - ../latin.env
      - {path: ../gone.env, required: false}
  web:
    env_file: ../a.env
    label_file: ../labels
"""
FILES = {"a_env": "TOKEN=${X}\n", "raw_env": "TOKEN=${X}\n", "broken_env": "A=1\0\n", "labels": "a=b\n"}


@pytest.fixture
def situation(tmp_path: Path) -> Situation:
    """Return a project whose services name env files of every kind."""
    layers = {f"env__{name}_env": "" for name in ("base", "dev", "staging", "prod")}
    files = {**layers, **FILES, "compose__base_yaml": NAMING, "env__schema_toml": "[TOKEN]\nsecret = true\n"}
    made = projects.make(tmp_path, projects.PYPROJECT, None, **files)
    (tmp_path / "env" / "dev.local.env").touch()
    (tmp_path / "latin.env").write_bytes(b"A=\xe9\n")
    return Situation(made)


def test_what_is_read_and_what_cannot_be(situation: Situation) -> None:
    """Layers of the environment are none of them; a raw one has no references; a secret that is declared is one."""
    dev = situation.project.environments["dev"]
    layers, unread = served.read(situation, dev, situation.schema)
    assert [(each.path, each.name, [one.interpolate for one in each.assignments]) for each in layers] == [
        ("a.env", "a.env", [True]),
        ("raw.env", "raw.env", [False]),
    ]
    assert {str(one.value) for each in layers for one in each.assignments} == {"••••••"}
    assert unread == (
        Hit(
            "could not look into this env file: contains a NUL byte: not a text file",
            "make it a UTF-8 text",
            Location("broken.env"),
        ),
        Hit(
            "could not look into this env file: "
            "'utf-8' codec can't decode byte 0xe9 in position 2: invalid continuation byte",
            "make it a UTF-8 text",
            Location("latin.env"),
        ),
    )


def test_where_each_is_named_first(situation: Situation) -> None:
    named = served.named(situation, situation.project.environments["dev"])
    assert {path: str(place) for path, place in named.items() if path in ("a.env", "raw.env", "gone.env")} == {
        "a.env": "compose/base.yaml:4",
        "raw.env": "compose/base.yaml:5",
        "gone.env": "compose/base.yaml:10",
    }


def test_what_lies_beside_them_and_says_production(situation: Situation, tmp_path: Path) -> None:
    """In the folders of those that are read, in the project's own, and in production's folder beside them."""
    write = ("prod.env", "env/live.env", "env/test.env", "production/.env", ".envs/prod", "env/prod.txt", "x/prod.env")
    for name in write:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("TOKEN=${X}\n")
    (tmp_path / "env" / "link.prod.env").symlink_to("prod.env")
    (tmp_path / "env" / "folder.prod.env").mkdir()
    dev, prod = (situation.project.environments[name] for name in ("dev", "prod"))
    paths = served.beside(situation, dev)
    assert [str(each.relative_to(tmp_path)) for each in paths] == [
        "env/live.env", "env/prod.txt", "prod.env", "production/.env",
    ]  # fmt: skip
    assert served.beside(situation, prod) == ()
    (tmp_path / "env/live.env").write_bytes(b"A=\xff\n")
    (tmp_path / "prod.env").write_bytes(b"A=\0\n")
    layers = served.laid(tmp_path, (tmp_path / "gone", *paths))
    assert [(each.path, [one.interpolate for one in each.assignments]) for each in layers] == [
        ("env/prod.txt", [False]), ("production/.env", [False]),
    ]  # fmt: skip
