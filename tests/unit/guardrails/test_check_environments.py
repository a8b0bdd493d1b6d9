"""A check of environments that cannot be read, run elsewhere, or get their secrets from a provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.compose.resolve import Reading
from dockgate.core import project as core_project
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.engine import containers as engine_containers
from dockgate.env import layering
from dockgate.env.env_files import PROVIDERS, Assignment, Layer
from dockgate.guardrails import Scope, check, check_fetched, project_check
from dockgate.situation import Situation
from tests.guardrails.scenes import PROD_PASSWORD, target
from tests.unit import projects
from tests.unit.guardrails.checks import MODEL, codes, fingerprint, subject
from tests.unit.guardrails.repository import git, make
from tests.unit.stack.startup.stacks import container

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core import endpoint


def test_an_environment_that_cannot_be_read_blocks_and_the_others_are_still_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every problem at once."""
    project = make(tmp_path, env__dev_env="UNKNOWN=x\n")
    (tmp_path / "env" / "staging.env").unlink()
    monkeypatch.setattr(Situation, "reading", lambda *_: Reading(MODEL, {}, ""))
    found = {
        (each.code, each.environment)
        for each in project_check.run(Situation(project), project.environments.values(), None).findings
    }
    assert {("DG100", "staging"), ("DG101", "dev")} <= found


def test_what_a_compose_file_says_of_an_empty_value_is_part_of_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model alone does not have it."""
    project = make(tmp_path)
    prod = project.environment("prod")

    def found(text: str) -> set[str]:
        seen: list[Reading] = [Reading(MODEL, {"services": {"api": {"environment": {"KEY": text}}}}, "")]
        monkeypatch.setattr(Situation, "reading", lambda *_: seen[0])
        return {each.code for each in project_check.run(Situation(project), (prod,), None).findings}

    assert "DG335" in found("${APP_SECRET}")
    assert "DG335" not in found("${APP_SECRET:-}")
    assert "DG335" in found("${APP_SECRET}")


@pytest.mark.parametrize("runtime", ["compose", "swarm"])
def test_deploy_may_work_on_a_remote_engine_and_nothing_else_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime: str
) -> None:
    """The engine is listed; what differs is the way."""
    project = make(tmp_path)
    prod = replace(project.environment("prod"), endpoints=("ssh://prod",), runtime=runtime)
    project = replace(project, environments={**project.environments, "prod": prod})
    monkeypatch.setattr(Situation, "reading", lambda *_: Reading({"name": "shop-prod", "services": {}}, {}, ""))
    engine = target(prod, "ssh://prod", "DOCKER_CONTEXT")
    found = {each.code for each in project_check.run(Situation(project), (prod,), engine).findings}
    assert ("DG402" in found) == (runtime == "compose")


def test_a_stack_of_another_environment_under_this_name_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the labels of its containers; one of this environment is fine."""
    project = make(tmp_path)
    monkeypatch.setattr(Situation, "reading", lambda *_: Reading({"name": "shop-dev", "services": {}}, {}, ""))

    def found(*owners: str) -> set[str]:
        standing = [container("api", labels={"dev.dockgate.environment": owner}) for owner in owners]
        report = project_check.run(Situation(project), (project.environment("dev"),), target("dev"), lambda: standing)
        return {each.code for each in report.findings}

    assert "DG403" not in found("dev", "dev")
    assert "DG403" in found("dev", "prod")


def test_an_engine_that_is_not_listed_is_not_even_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused by its address: looking at its containers would be working on it."""
    seen = Situation(make(tmp_path))
    asked: list[tuple[str, str]] = []

    def containers(engine: endpoint.Endpoint, name: str) -> tuple[()]:
        asked.append((engine.host, name))
        return ()

    monkeypatch.setattr(engine_containers, "containers", containers)
    assert project_check.containers(seen, target("dev", "tcp://prod.example:2376", "DOCKER_HOST")) == ()
    remote = replace(target("prod", "ssh://prod"), environment=replace(target("prod").environment, endpoints=("*",)))
    assert project_check.containers(seen, remote) == ()
    assert asked == []
    project_check.containers(seen, target("dev"))
    assert asked == [("unix:///var/run/docker.sock", "shop-dev")]


def test_the_index_of_a_second_working_tree_counts(tmp_path: Path) -> None:
    """Its `.git` is a file that names the folder: what is added there must not meet an old verdict."""
    (tmp_path / "first").mkdir()
    first = make(tmp_path / "first")
    git(tmp_path / "first", "worktree", "add", "-q", str(tmp_path / "second"))
    project = replace(first, root=tmp_path / "second")
    scopes = frozenset({Scope.FILES})
    assert codes(project, scopes=scopes) == set()
    (tmp_path / "second" / "dev.local.env").write_text("A=b\n")
    git(tmp_path / "second", "add", "-f", "dev.local.env")
    assert codes(project, scopes=scopes) == {"DG114"}


@pytest.mark.parametrize("name", ["prod", "staging"])
def test_an_environment_may_leave_its_secrets_to_providers(tmp_path: Path, name: str) -> None:
    """Before they are asked there is nothing to hold to a type, to strength or to other values; afterwards there is."""
    schema = "[LOG_LEVEL]\n[TOKEN]\nsecret = true\ntype = 'url'\n[PW]\nsecret = true\n[DSN]\nsecret = true\n"
    lines = "TOKEN=file:/run/credentials/token\nPW=cmd:op:PW\nDSN=postgres://app:${PW}@db/shop\n"
    both = {"env__prod_env": lines, "env__staging_env": lines.replace("op:PW", f"op:{name}")}
    provider = '[tool.dockgate.providers.op]\ncommand = ["op", "read", "{}"]\n'
    project = make(tmp_path, pyproject=projects.PYPROJECT + provider, env__schema_toml=schema, **both)
    seen = subject(project, name, scopes=frozenset({Scope.SCHEMA, Scope.ENV}))
    assert check(seen).findings == ()
    assert seen.resolved is not None
    values = {"TOKEN": "walrus-9-copper", "PW": "hunter2"}
    given = (
        Assignment(key, Secret(value), Location("x", 1), PROVIDERS, interpolate=False) for key, value in values.items()
    )
    layers = (*seen.resolved.layers, Layer(PROVIDERS, "", tuple(given)))
    fetched = layering.merge(seen.environment, layers, seen.resolved.schema)
    weak = {("DG209", "x")} if name == "prod" else set()
    found = {(each.code, each.location.path) for each in check_fetched(replace(seen, resolved=fetched)).findings}
    assert found == {("DG104", "x"), *weak}


def test_what_a_provider_gave_is_held_to_the_rules_of_crossing(tmp_path: Path) -> None:
    """In the file there is only a reference; what it stands for is production's."""
    project = make(tmp_path)
    fingerprint(tmp_path)
    seen = subject(project, scopes=frozenset({Scope.SCHEMA, Scope.ENV}))
    assert not check(seen).blocked
    assert seen.resolved is not None
    given = Assignment("TOKEN", Secret(PROD_PASSWORD), Location("env/dev.env", 1), "providers", interpolate=False)
    layers = (*seen.resolved.layers, Layer("providers", "", (given,)))
    fetched = layering.merge(seen.environment, layers, seen.resolved.schema)
    [finding] = [each for each in check_fetched(replace(seen, resolved=fetched)).findings if each.code == "DG201"]
    assert (finding.location.path, finding.location.line) == ("env/dev.env", 1)
    assert {each.code[:3] for each in check_fetched(replace(seen, resolved=fetched)).findings} == {"DG2"}


def test_a_project_without_environments_is_told_so(tmp_path: Path) -> None:
    """It is a configuration to be finished, and no bug; the file is named that it stands in."""
    (tmp_path / "dockgate.toml").write_text('name = "shop"\n')
    empty = core_project.load(tmp_path, {"PATH": "/usr/bin:/bin"})
    with pytest.raises(ConfigError, match="no environments are configured") as raised:
        project_check.run(Situation(empty), empty.environments.values(), None)
    assert raised.value.fix == "write the table of one into dockgate.toml; or try files: inv guard -f compose.yaml"
