"""What each part of a situation is read with, and under which name it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.compose import resolve, sources
from dockgate.compose.handed import Handed
from dockgate.compose.resolve import Inputs, Profiles
from dockgate.core.endpoint import Endpoint
from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.core.target import Target
from dockgate.engine import containers as engine_containers
from dockgate.env import release_pointer, schema
from dockgate.env.release_pointer import Pointer
from dockgate.secrets import age_file
from dockgate.secrets import store as secret_store
from dockgate.situation import Situation, handed
from dockgate.system.git import Git
from tests.guardrails import scenes
from tests.unit import projects
from tests.unit.guardrails.repository import git

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

SCHEMA = "[TOKEN]\nsecret = true\n[GIVEN]\nsecret = true\n[LIVE]\nsecret = true\nenvironments = ['prod']\n[PLAIN]\n"
SETTINGS = projects.PYPROJECT.replace("name =", "project-directory = 'deploy'\nname =")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project with an image, and secrets that it declares."""
    files = {f"env__{name}_env": "" for name in ("dev", "staging", "prod")}
    files |= {"env__schema_toml": SCHEMA, "env__base_env": "PLAIN=1\n"}
    text = f"{SETTINGS}[tool.dockgate.images.api]\n"
    return projects.make(tmp_path, text, None, **files)


class Reader:
    """Stands in for what reads: notes what it is asked, and gives another answer each time."""

    def __init__(self, name: str, asked: list[tuple[Any, ...]]) -> None:
        """Take the list to note in."""
        self.__name__, self._asked = name, asked

    def __call__(self, *of: Any) -> object:
        """Answer."""
        self._asked.append((self.__name__, *of))
        return (len(self._asked),)


def test_a_part_is_read_once_for_each_that_it_is_of(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts of a second environment are its own, and those of the first one are kept beside them."""
    asked: list[tuple[Any, ...]] = []
    readers = {secret_store: "load", schema: "load", release_pointer: "read", engine_containers: "containers"}
    for module, name in readers.items():
        monkeypatch.setattr(module, name, Reader(module.__name__.rpartition(".")[2], asked))
    for name in ("tracked", "changes"):
        monkeypatch.setattr(Git, name, staticmethod(Reader(name, asked)))
    situation = Situation(project)
    engine = Endpoint("unix:///run/x.sock", "default")
    for _ in range(2):
        for each in map(project.environment, ("staging", "prod")):
            target = Target("/srv", "shop", each, "", engine)
            parts = (situation.store(each), situation.pointer(each.name), situation.containers(target))
            assert len({*map(str, (*parts, situation.schema, situation.tracked(), situation.changes()))}) == 6
    once = [("schema", project.root, project.environments), ("tracked",), ("changes",)]
    own = [
        [
            ("store", project, project.environment(name)),
            ("release_pointer", project.root, name),
            ("containers", engine, f"shop-{name}"),
        ]
        for name in ("staging", "prod")
    ]
    assert asked == [*own[0], *once, *own[1]]


def test_a_pointer_that_is_about_to_be_written_is_taken_for_the_one_that_is(project: Project) -> None:
    """The others are read."""
    pointer = Pointer("1.0.0", "sha256:1", "today", {})
    release_pointer.write(project.root, "staging", replace(pointer, version="0.9.0"))
    situation = Situation(project, {"prod": pointer})
    assert situation.pointer("prod") is pointer
    assert situation.pointer("staging") == replace(pointer, version="0.9.0")


@pytest.mark.parametrize("undefined", [False, True])
def test_compose_files_are_read_in_their_project_directory(
    project: Project, monkeypatch: pytest.MonkeyPatch, *, undefined: bool
) -> None:
    """With the plain values of the environment; without any where it does not resolve."""
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(sources, "read", Reader("sources", asked))
    if undefined:
        (project.root / "env/prod.env").unlink()
    situation = Situation(project)
    for name in ("prod", "staging", "prod"):
        situation.sources(project.environment(name))
    assert [(files, folder, sorted(values)) for _, files, folder, values in asked] == [
        (
            [project.root / "compose/base.yaml", project.root / f"compose/{name}.yaml"],
            project.root / "deploy",
            [] if undefined and name == "prod" else ["PLAIN"],
        )
        for name in ("prod", "staging")
    ]


@pytest.mark.parametrize("sealed", [None, False, True])
def test_what_compose_is_asked_for_a_model(
    project: Project, monkeypatch: pytest.MonkeyPatch, *, sealed: bool | None
) -> None:
    """Images and folders that only a start knows have stand-ins, and secrets where their store does not say them."""

    def load(_project: object, _environment: object) -> object:
        if sealed:
            raise age_file.SealedError("is closed", where=Location("env/prod.secrets.age"))
        return None if sealed is None else secret_store.Store(Secret(""))

    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(secret_store, "load", load)
    monkeypatch.setattr(resolve, "read", Reader("resolve", asked))
    situation = Situation(project)
    prod = project.environment("prod")
    assert situation.reading(prod) is situation.reading(prod)
    [(_, of, target, inputs)] = asked
    (project.root / "env/schema.toml").unlink()
    again = Situation(project)
    again.reading(project.environment("staging"))
    again.reading(prod)
    assert [(environment.environment.name, given.strict) for *_, environment, given in asked[1:]] == [
        ("staging", False),
        ("prod", False),
    ]
    assert of is project
    assert target == Target(
        str(project.root), "shop", prod, "guard", Endpoint("unix:///var/run/docker.sock", "default")
    )
    names = ("GIVEN", "LIVE", "TOKEN")
    known = sealed is not False
    assert inputs == Inputs(
        {"API_IMAGE": f"shop/api@sha256:{'0' * 64}", "DOCKGATE_SECRETS": "/run/dockgate", "PLAIN": "1"},
        {},
        Profiles(("*",)),
        secrets=Handed(
            {name: Secret(f"not-known-here-{name.lower()}") for name in names} if known else {},
            {} if known else {name: f"inv secrets.set {name} --env=prod" for name in names},
            frozenset(),
            frozenset({*names, "PLAIN"}),
        ),
    )


@pytest.mark.parametrize("closed", [False, True])
def test_what_compose_may_be_handed_of_the_secrets(*, closed: bool) -> None:
    """Those that have a value have it in both cases; one of another environment alone is foreign."""
    env = scenes.resolved("staging", "PLAIN=1\n", secrets={"GIVEN": "a-value"}, declared=SCHEMA)
    given = {"GIVEN": Secret("a-value")}
    assert handed(env, closed=closed) == Handed(
        given | ({"TOKEN": Secret("not-known-here-token")} if closed else {}),
        {} if closed else {"TOKEN": "inv secrets.set TOKEN --env=staging"},
        frozenset({"LIVE"}),
        frozenset({"TOKEN", "GIVEN", "LIVE", "PLAIN"}),
    )
    assert handed(env) == handed(env, closed=False)


def test_git_is_asked_about_env_files_that_it_does_not_track(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the environment and of its services, each once and in order; none outside the repository."""
    (project.root / "compose").mkdir()
    (project.root / "compose/base.yaml").write_text(
        "services: {api: {env_file: [../b.env, {path: ../a.env, format: raw}, ../../outside.env, ../env/prod.env]}}\n"
    )
    (project.root / "b.env").touch()
    git(project.root, "init", "-q")
    git(project.root, "add", "env/base.env")
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(Git, "ignored", lambda self, paths: asked.append((self.project, paths)))
    situation = Situation(project)
    for name in ("prod", "staging", "prod"):
        situation.ignored(project.environment(name))
    assert asked == [
        (project, ["a.env", "b.env", "env/prod.env"]),
        (project, ["a.env", "b.env", "env/prod.env", "env/staging.env"]),
    ]
