"""The env files of services, whole: what is read, where it is named, and what lies beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.location import Location
from dockgate.guardrails import served
from dockgate.guardrails.hit import Hit
from dockgate.situation import Situation
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE = """\
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
    files = {**layers, **FILES, "compose__base_yaml": COMPOSE, "env__schema_toml": "[TOKEN]\nsecret = true\n"}
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
    layers = served.laid(tmp_path, paths)
    assert [(each.path, [one.interpolate for one in each.assignments]) for each in layers] == [
        ("env/prod.txt", [False]), ("prod.env", [False]), ("production/.env", [False]),
    ]  # fmt: skip
