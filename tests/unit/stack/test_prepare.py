"""What comes before containers: values, secrets on RAM, and what Compose is given of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.compose import resolve
from dockgate.compose.resolve import Profiles
from dockgate.core.errors import ConfigError
from dockgate.env import provider_references
from dockgate.secrets import fetch, runtime_files
from dockgate.situation import Situation, handed
from dockgate.stack import fetched_versions, prepare
from dockgate.system import ram_folder
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

SCHEMA = """
[TOKEN]
secret = true
required = true
[LEVEL]
[PASSWORD]
secret = true
[LATER]
secret = true
required = ["prod"]
"""
ROTATES = '[tool.dockgate.secrets.PASSWORD]\nrotate = "postgres"\nservice = "db"\nuser = "U"\ndatabase = "D"\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project with a reference, whose secrets would be in a folder of the test."""
    monkeypatch.setattr(ram_folder, "base", lambda _process: tmp_path / "ram")
    (tmp_path / "held").write_text("first-value\n")
    env = "TOKEN=file:held\nPASSWORD=plain-secret\nLEVEL=info\n"
    process = {"HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"}
    table = projects.PYPROJECT + ROTATES
    return projects.make(tmp_path, table, process, env__schema_toml=SCHEMA, env__base_env="", env__dev_env=env)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Return what Compose is given."""
    found: list[tuple[Any, ...]] = []

    def answer(*words: Any) -> str:
        found.append(words)
        return "composition"

    monkeypatch.setattr(resolve, "resolve", answer)
    return found


@pytest.mark.parametrize("instance", ["", "two"])
def test_compose_is_given_all_that_a_start_knows(project: Project, given: list[tuple[Any, ...]], instance: str) -> None:
    """Values that are no secrets, the images' digests, the folder on RAM, versions, and who learns a new value."""
    situation, target = Situation(project), projects.stack(project, "dev", instance)
    resolved = prepare.environment(situation, target.environment)
    assert resolved.secrets()["TOKEN"].reveal() == "first-value"
    images = {"API_IMAGE": "shop/api@sha256:1"}
    profiles = Profiles(("tools",))
    made = prepare.preview(situation, target, resolved, images, profiles=profiles)
    key = runtime_files.version_key(project, None)
    assert made == prepare.Prepared(target, resolved, images, made.composition, key)
    assert str(made.composition) == "composition"
    [(asked, stack, inputs, reading)] = given
    assert (asked, stack) == (project, target)
    folder = runtime_files.preview(project, target, resolved, key).folder
    assert inputs == resolve.Inputs(
        {"LEVEL": "info", **images, "DOCKGATE_SECRETS": str(folder)},
        runtime_files.preview(project, target, resolved, key).versions,
        profiles,
        bool(instance),
        {"PASSWORD": "db"},
        handed(resolved),
        strict=True,
        key=key,
    )
    assert not folder.exists()
    situation.reading = lambda environment: ("read", environment)  # type: ignore[method-assign,assignment,return-value]
    assert reading() == ("read", target.environment)


def test_what_only_looks_assumes_the_last_start(
    project: Project, given: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start keeps the versions of what it got; who asks no provider is given those."""
    situation, target = Situation(project), projects.stack(project)
    fetched = prepare.environment(situation, target.environment)
    seen = prepare.environment(situation, target.environment, fetched=False)
    assert provider_references.waiting(seen) == {"TOKEN"}
    prepare.preview(situation, target, seen, {})
    key = runtime_files.version_key(project, None)
    assert given[0][2].versions == runtime_files.preview(project, target, seen, key).versions
    folder = runtime_files.preview(project, target, fetched, key).folder
    rendered: list[tuple[Any, ...]] = []

    def render(*words: Any) -> runtime_files.Rendered:
        rendered.append(words)
        return runtime_files.preview(*words)

    monkeypatch.setattr(runtime_files, "render", render)
    prepare.prepare(situation, target, fetched, {}, profiles=Profiles(("a",)))
    assert rendered == [(project, target, fetched, key)]
    assert given[1][2].profiles == Profiles(("a",))
    started = given[1][2].versions
    prepare.preview(situation, target, seen, {})
    assert given[2][2].versions == started != given[0][2].versions
    prepare.preview(situation, target, fetched, {})
    assert [each[2].env["DOCKGATE_SECRETS"] for each in given] == [str(folder)] * 4
    assert given[3][2].profiles == Profiles()
    assert (project.state / "stacks/shop-dev/fetched.json").exists()


def test_a_preview_of_all_values_is_a_start_to_what_only_looks(project: Project, given: list[tuple[Any, ...]]) -> None:
    """On nodes that get secrets otherwise, nothing is rendered."""
    situation, target = Situation(project), projects.stack(project)
    prepare.preview(situation, target, prepare.environment(situation, target.environment), {})
    seen = prepare.environment(situation, target.environment, fetched=False)
    prepare.preview(situation, target, seen, {})
    assert given[1][2].versions == given[0][2].versions


@pytest.mark.parametrize(
    ("store", "made"), [(None, "the store does not exist yet"), (SimpleNamespace(), "TOKEN, LATER missing")]
)
def test_secrets_that_were_never_made_name_their_command(
    project: Project, monkeypatch: pytest.MonkeyPatch, store: Any, made: str
) -> None:
    """Only those that the environment needs; what is no secret is the guard's."""
    situation, prod = Situation(project), project.environment("prod")
    known = situation.resolved(project.environment("dev"))
    values = {"PASSWORD": known.values["PASSWORD"]}
    there: Any = SimpleNamespace(schema=known.schema, values=values)
    monkeypatch.setattr(situation, "resolved", lambda _: there)
    monkeypatch.setattr(situation, "store", lambda _: store)
    monkeypatch.setattr(fetch, "resolve", lambda *words: words[-1] if words[:2] == (project, prod) else None)
    with pytest.raises(ConfigError) as caught:
        prepare.environment(situation, prod)
    assert str(caught.value) == (
        f"env/prod.secrets.age: secrets of prod are incomplete: {made}\n"
        "  → inv secrets.init --env=prod creates the missing ones"
    )
    values |= dict.fromkeys(("TOKEN", "LATER"), known.values["PASSWORD"])
    assert prepare.environment(situation, prod) is there


def test_versions_are_kept_of_what_waits_alone(project: Project) -> None:
    """And of a stack alone; where nothing waits, nothing is written."""
    situation, target = Situation(project), projects.stack(project)
    written, key = situation.resolved(target.environment), b"k" * 32
    resolved = fetch.resolve(project, target.environment, written)
    rendered = runtime_files.preview(project, target, resolved, key)
    fetched_versions.note(project, target, resolved, rendered, key)
    assert not (project.state / "stacks").exists()
    fetched_versions.note(project, target, written, rendered, key)
    before = runtime_files.preview(project, target, written, key)
    assert fetched_versions.assumed(project, target, written, before).versions == rendered.versions
    assert fetched_versions.assumed(project, target, resolved, before) is before
    other = projects.stack(project, "dev", "two")
    assert fetched_versions.assumed(project, other, written, before) == before
