"""All that a resolved stack is, and all that the cache of it depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.compose import cli, variables
from dockgate.compose import resolve as compose_resolve
from dockgate.compose.handed import Handed
from dockgate.compose.model import Model
from dockgate.compose.resolve import Composition, Inputs, Profiles, Reading
from dockgate.core.errors import ConfigError
from dockgate.core.plan import Command
from dockgate.core.secret import Secret
from dockgate.system import docker_cli
from tests.unit import projects
from tests.unit.compose.resolving import DOCUMENT, FakeCompose, make, resolve, resolved

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

DOCKER = "/nowhere/docker-compose"
TOKEN = Handed({"TOKEN": Secret("kept apart")}, declared=frozenset({"TOKEN"}))


@pytest.fixture(autouse=True)
def docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker_cli, "compose", lambda _process: (DOCKER,))


def start(project: Project, *more: str) -> tuple[str, ...]:
    return (
        *(DOCKER, "-p", "shop-dev", "--project-directory", f"{project.root}/compose", "--env-file", "/dev/null"),
        *("-f", f"{project.root}/compose/base.yaml", "-f", f"{project.root}/compose/dev.yaml", *more),
    )


def test_a_stack_is_the_same_out_of_the_cache(
    tmp_path: Path, compose: FakeCompose, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the secrets that Compose was given, and what nothing sets."""
    services = {"api": {"image": "x", "environment": {"X": "${TOKEN}", "Y": "$COMPOSE_FILE"}}}
    monkeypatch.setitem(DOCUMENT, "services", services)
    project = make(tmp_path, "services: {a: {environment: {X: '${TOKEN}', Y: $COMPOSE_FILE}}}\n")
    monkeypatch.setattr(variables, "compare", lambda *_words: None)
    found = resolved(project, Inputs({"A": "1"}, {}, Profiles(("*",)), secrets=TOKEN))
    arguments = start(project, "--profile", "*", "-f", f"{project.state}/stacks/shop-dev/overlay.yaml")
    env = {"PATH": "/usr/bin:/bin", "A": "1", "TOKEN": "kept apart", **cli.OFFLINE}
    uses = {"api": ["COMPOSE_FILE", "TOKEN"]}
    model = Model.parse(DOCUMENT, {"api": "123"}, ("api",), uses)
    assert found == Composition(arguments, env, tmp_path, model, TOKEN.secrets, ("COMPOSE_FILE",), ())
    asked = len(compose.commands)
    again = resolved(project, Inputs({"A": "1"}, {}, Profiles(("*",)), secrets=TOKEN))
    assert (len(compose.commands), again) == (asked, found)
    up = Command((*arguments, "up"), env, tmp_path, 300.0, TOKEN.secrets)
    assert found.command("up") == up
    assert found.command("ps", timeout=5.0) == replace(up, argv=(*arguments, "ps"), timeout=5.0)


def test_a_reading_is_told_whole(tmp_path: Path, compose: FakeCompose) -> None:
    project = make(tmp_path)
    target = projects.stack(project)
    inputs = Inputs({"A": "1", "DOCKGATE_SECRETS": "/run/x"}, {})
    found = compose_resolve.read(project, target, inputs)
    assert found == Reading(DOCUMENT, DOCUMENT, "/run/x")
    assert found.model == Model.parse(DOCUMENT, uses={"api": ["A"]})
    assert {each.argv for each in compose.commands} == {
        (*start(project), "config", "--format", "json"),
        (*start(project, "--profile", "*"), "config", "--format", "json", "--no-interpolate"),
    }
    assert (project.state / "stacks/shop-dev/model.json").is_file()
    assert compose_resolve.read(project, target, inputs) == found
    assert len(compose.commands) == 2


def test_a_command_by_name_needs_no_file(tmp_path: Path) -> None:
    project = projects.make(tmp_path)
    argv = (DOCKER, "-p", "shop-dev", "--env-file", "/dev/null", "ps", "-q")
    found = compose_resolve.by_name(project, projects.stack(project), "ps", "-q")
    assert found == Command(argv, project.child_env(), tmp_path, 120.0)
    assert compose_resolve.by_name(project, projects.stack(project), "ps", timeout=5.0).timeout == 5.0


def test_profiles_are_named_once_in_their_order() -> None:
    assert Profiles(("b", "a"), ("c", "b")).names == ("b", "a", "c")


@pytest.mark.usefixtures("compose")
def test_a_profile_whose_services_compose_refuses_beside_others_is_known(tmp_path: Path) -> None:
    """It is in the files as they are written."""
    project = make(tmp_path)
    written = {"services": {"gpu": {"profiles": ["gpu"]}}}
    found = compose_resolve.resolve(
        project,
        projects.stack(project),
        Inputs({"A": "1"}, {}, Profiles(("gpu",))),
        lambda: Reading(DOCUMENT, written, ""),
    )
    assert found.model.inactive == {"gpu"}


def test_a_service_that_learns_a_secret_is_not_recreated_for_it(
    tmp_path: Path, compose: FakeCompose, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its label of secrets is left out; that of its definition, of what it shares with another one, is there."""
    (tmp_path / "given").mkdir()
    (tmp_path / "given/S").write_text("x")
    service = {"image": "x", "secrets": [{"source": "S"}], "network_mode": "service:api"}
    monkeypatch.setitem(DOCUMENT, "services", {"api": service})
    monkeypatch.setitem(DOCUMENT, "secrets", {"S": {"file": f"{tmp_path}/given/S"}})
    project = make(tmp_path, "services: {}  # \N{SNOWMAN}\n")
    (tmp_path / "compose/dev.yaml").write_bytes(b"services: {}  # \xff\n")
    overlay = project.state / "stacks/shop-dev/overlay.yaml"
    for learners, told in (({}, True), ({"S": "api"}, False)):
        inputs = Inputs({"A": "1", "DOCKGATE_SECRETS": f"{tmp_path}/given"}, {"S": "1"}, learners=learners)
        resolved(project, inputs)
        assert ("dev.dockgate.secrets" in overlay.read_text()) is told
        assert "dev.dockgate.definition" in overlay.read_text()
        assert "dev.dockgate.contents" not in overlay.read_text()
    assert compose.commands


FIRST = Inputs({"A": "1"}, {"S": "1"}, secrets=TOKEN)


@pytest.mark.parametrize(
    "changed",
    [
        {"env": {"A": "2"}},
        {"versions": {"S": "2"}},
        {"learners": {"S": "api"}},
        {"profiles": Profiles(("web",))},
        {"ephemeral": True},
        {"secrets": replace(TOKEN, values={**TOKEN.values, "OTHER": Secret("x")})},
        {"secrets": replace(TOKEN, lacking={"OTHER": "fix"})},
        {"secrets": replace(TOKEN, declared=frozenset({"OTHER"}))},
    ],
    ids=str,
)
def test_each_input_is_another_stack(tmp_path: Path, compose: FakeCompose, changed: dict[str, Any]) -> None:
    """Only another order, and a secret without a value, is none."""
    project = make(tmp_path)
    asked = [0]
    same = replace(FIRST, secrets=replace(TOKEN, values={"EMPTY": Secret(""), **TOKEN.values}))
    for inputs in (FIRST, same, replace(FIRST, **changed), FIRST):
        resolved(project, inputs)
        asked.append(len(compose.commands))
    assert asked[1] == asked[2] < asked[3] < asked[4]


@pytest.mark.parametrize("change", ["program", "checkout"])
def test_another_program_or_checkout_is_another_stack(
    tmp_path: Path, compose: FakeCompose, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    project = make(tmp_path)
    resolve(project)
    asked = len(compose.commands)
    if change == "program":
        monkeypatch.setattr(cli, "stamp", lambda program: {DOCKER: 1.0}[program])
        resolve(project)
    else:
        compose_resolve.resolve(
            project,
            replace(projects.stack(project), root="/elsewhere"),
            Inputs({"A": "1"}, {}),
            lambda: Reading(DOCUMENT, DOCUMENT, ""),
        )
    assert len(compose.commands) > asked


def test_a_missing_file_is_told_with_its_fix(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(projects.make(tmp_path))
    fix = "list the environment's Compose files in [tool.dockgate.environments]"
    assert str(caught.value) == f"compose/base.yaml: cannot be read: No such file or directory\n  → {fix}"
