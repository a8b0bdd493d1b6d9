"""A whole check: facts in, report out, from memory the second time."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.compose.model import Model
from dockgate.core import endpoint
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.core.target import Target
from dockgate.engine import containers as engine_containers
from dockgate.env import env_files, layering
from dockgate.env.env_files import PROVIDERS, Assignment, Layer
from dockgate.guardrails import (
    Scope,
    Subject,
    check,
    check_fetched,
    check_staged,
    check_tracked,
    guarded_files,
    project_check,
    runner,
)
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.digests import Cost, DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import Fingerprint, Fingerprints, Sheet
from dockgate.situation import Situation
from tests.guardrails.scenes import PROD_PASSWORD, SALT, target
from tests.unit import projects
from tests.unit.guardrails.repository import git, make
from tests.unit.stack.startup.stacks import container

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

MODEL = {"name": "shop-dev", "services": {"api": {"image": "shop/api@sha256:" + "1" * 64}}}


def fingerprint(root: Path) -> None:
    prints = (Fingerprint("prod", "TOKEN", DigestKind.FAST, digests.fast(PROD_PASSWORD, SALT)),)
    fingerprint_match.save(root, Fingerprints((Sheet("prod", SALT, Cost(), prints),)))


def subject(project: Project, env: str = "dev", **fields: Any) -> Subject:
    chosen = project.environment(env)
    resolved = layering.survey(project, chosen, None)
    usual = Subject(Situation(project), chosen, frozenset({Scope.SCHEMA, Scope.ENV, Scope.MODEL}), resolved, MODEL)
    return replace(usual, **fields)


def codes(project: Project, **fields: Any) -> set[str]:
    return {finding.code for finding in check(subject(project, **fields)).findings}


def test_a_clean_project_passes(tmp_path: Path) -> None:
    """Nothing blocks, and the rules that ran are listed."""
    report = check(subject(make(tmp_path)))
    assert not report.blocked
    assert "DG201" in report.checked[0].rules


def test_a_production_secret_in_a_file_of_dev_is_found_without_production(tmp_path: Path) -> None:
    """Only its committed fingerprint is here."""
    project = make(tmp_path, env__dev_env=f"OTHER=x-{PROD_PASSWORD}\n")
    fingerprint(tmp_path)
    report = check(subject(project))
    [finding] = [each for each in report.findings if each.code == "DG201"]
    assert (finding.location.path, finding.location.line, finding.environment) == ("env/dev.env", 1, "dev")
    assert PROD_PASSWORD not in str(report)


def test_the_second_run_comes_from_memory_until_an_input_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A layer, a fingerprint, a mounted file, the model, a variable of the shell, another environment's file."""
    mounted: dict[str, Any] = {"services": {"api": {"volumes": [{"type": "bind", "source": str(tmp_path / "conf")}]}}}
    project = make(tmp_path, conf__app_ini="a=b\n")
    runs = []
    real = runner.run

    def counted(*words: Any) -> Any:
        runs.append(1)
        return real(*words)

    monkeypatch.setattr(runner, "run", counted)

    def count(**fields: Any) -> int:
        runs.clear()
        first = check(subject(project, model=mounted, **fields))
        assert check(subject(project, model=mounted, **fields)) == first
        return len(runs)

    assert count() == 1
    assert count() == 0
    (tmp_path / "env" / "dev.env").write_text("LOG_LEVEL=warning\n")
    assert count() == 1
    (tmp_path / "env" / "prod.env").write_text("LOG_LEVEL=warning\n")
    assert count() == 1
    (tmp_path / "conf" / "app.ini").write_text("a=c\n")
    assert count() == 1
    fingerprint(tmp_path)
    assert count() == 1
    (tmp_path / ".env").write_text("A=b\n")
    assert count() == 1
    (tmp_path / "env" / "dev.env").chmod(0o600)
    assert count() == 1
    git(tmp_path, "add", ".")
    assert count() == 1
    project = replace(project, process={**project.process, "TOKEN": "from the shell"})
    assert count() == 1
    mounted["services"]["api"]["image"] = "other"
    assert count() == 1


def test_verdicts_are_kept_per_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exemption ends at midnight, without any file having changed."""
    exempt = {"code": "DG101", "path": "env/dev.env", "reason": "r", "expires": date(2026, 6, 1)}
    project = make(tmp_path, env__dev_env="UNKNOWN=x\n")
    project = replace(project, settings={**project.settings, "exemptions": [exempt]})
    monkeypatch.setattr(Subject, "today", date(2026, 6, 1))
    assert codes(project) == set()
    monkeypatch.setattr(Subject, "today", date(2026, 6, 1) + timedelta(days=1))
    assert codes(project) == {"DG001", "DG101"}


def test_what_could_not_be_looked_at_blocks_and_is_not_remembered(tmp_path: Path) -> None:
    """Another environment's damaged file hides what dev must not share with it."""
    project = make(tmp_path)
    (tmp_path / "env" / "prod.env").write_bytes(b"A=\xff\n")
    assert "DG000" in codes(project)
    (tmp_path / "env" / "prod.env").write_text("LOG_LEVEL=info\n")
    assert "DG000" not in codes(project)


def test_a_dirty_tree_blocks_production_alone(tmp_path: Path) -> None:
    """With the target's scope, which `up` has."""
    project = make(tmp_path)
    (tmp_path / "new.txt").write_text("x")
    scopes = frozenset({Scope.TARGET})
    assert "DG404" in codes(project, env="prod", scopes=scopes, target=target("prod"))
    assert codes(project, scopes=scopes, target=target("dev")) == set()


@pytest.mark.parametrize(
    ("process", "hidden"),
    [
        ({"DOCKER_HOST": "unix:///a.sock"}, "ssh://prod (context prod), active context"),
        ({"DOCKER_HOST": "unix:///a.sock", "DOCKER_CONTEXT": "prod"}, "ssh://prod (context prod), DOCKER_CONTEXT"),
        ({"DOCKER_HOST": "ssh://prod"}, ""),
        ({}, ""),
    ],
)
def test_a_shadowed_engine_is_told(tmp_path: Path, process: dict[str, str], hidden: str) -> None:
    """DOCKER_HOST over DOCKER_CONTEXT over the active context; nothing where all agree."""
    project = make(tmp_path)
    meta = tmp_path / "contexts" / "meta" / hashlib.sha256(b"prod").hexdigest() / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Endpoints": {"docker": {"Host": "ssh://prod"}}}))
    (tmp_path / "config.json").write_text('{"currentContext": "prod"}')
    project = replace(project, process={**project.process, "DOCKER_CONFIG": str(tmp_path), **process})
    chosen = Target(str(tmp_path), "shop", project.environment("dev"), "", endpoint.find(project.process))
    assert subject(project, target=chosen).shadowed_endpoint == hidden


def test_staged_files_are_looked_at_as_the_index_has_them(tmp_path: Path) -> None:
    """A fingerprinted secret, a credential, a file that must not be committed."""
    project = make(tmp_path)
    fingerprint(tmp_path)
    (tmp_path / "notes.md").write_text(f"it begins with {PROD_PASSWORD}\n")
    (tmp_path / "conf.ini").write_text("[db]\npassword = Kf93!mmQp77\n")
    (tmp_path / "dev.local.env").write_text("A=b\n")
    git(tmp_path, "add", "-f", "notes.md", "conf.ini", "dev.local.env")
    (tmp_path / "notes.md").write_text("nothing\n")
    found = {(finding.code, finding.location.path) for finding in check_staged(project).findings}
    assert found == {("DG203", "notes.md"), ("DG505", "conf.ini"), ("DG114", "dev.local.env")}


def test_tracked_files_are_looked_at_as_the_working_tree_has_them(tmp_path: Path) -> None:
    """In whatever encoding; what cannot be read is a refusal, links and files that are gone are not looked at."""
    project = make(tmp_path, gone_txt="x", huge_txt="x\n")
    fingerprint(tmp_path)
    (tmp_path / "notes.md").write_text(f"it begins with {PROD_PASSWORD}\n", encoding="utf-16")
    (tmp_path / "link.md").symlink_to("notes.md")
    git(tmp_path, "add", "-f", "notes.md", "link.md")
    assert {(each.code, each.location.path) for each in check_staged(project).findings} == {("DG203", "notes.md")}
    git(tmp_path, "commit", "-qm", "oops")
    (tmp_path / "gone.txt").unlink()
    (tmp_path / "huge.txt").write_bytes(b"x" * (guarded_files.LARGEST_BUNDLE + 1))
    (tmp_path / "untracked.md").write_text(f"{PROD_PASSWORD}\n")
    found = {(each.code, each.location.path) for each in check_tracked(project).findings}
    assert found == {("DG203", "notes.md"), ("DG000", "huge.txt")}


def test_what_an_image_is_made_of_is_looked_at(tmp_path: Path) -> None:
    """Before it is built, and again when it changed: an image would carry the secret to wherever it runs."""
    images = '[tool.dockgate.images]\nshared = ["shared"]\n[tool.dockgate.images.api]\n'
    project = make(tmp_path, pyproject=projects.PYPROJECT + images, docker__api__app_ini="[db]\n")
    asked = Subject(Situation(project), project.environment("dev"), frozenset({Scope.FILES}))
    fingerprint(tmp_path)
    assert check(asked).findings == ()
    (tmp_path / "docker/api/app.ini").write_text(f"[db]\nlogin = {PROD_PASSWORD}\n")
    assert {(each.code, each.location.path, each.location.line) for each in check(asked).findings} == {
        ("DG203", "docker/api/app.ini", 2)
    }
    (tmp_path / "docker/api/.dockerignore").write_text("*.ini\n")
    assert check(asked).findings == ()


def test_a_whole_run_is_one_report_about_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every environment, then the files, which belong to none; findings of all in one order."""
    project = make(tmp_path, env__dev_env="UNKNOWN=x\n", docker__api__Dockerfile="FROM x\nUSER root\n")
    monkeypatch.setattr(project_check, "_model", lambda *_: Model.parse(MODEL))
    report = project_check.run(Situation(project), project.environments.values(), None)
    assert [each.environment for each in report.checked] == ["dev", "staging", "prod", ""]
    assert {("DG101", "dev"), ("DG501", "")} <= {(each.code, each.environment) for each in report.findings}
    assert not any(each.code.startswith("DG4") for each in report.findings)


def test_a_file_is_parsed_once_for_all_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is looked at beside the others: with ten thousand variables, parsing them nine times was half of the run."""
    project = make(tmp_path, env__base_env="LOG_LEVEL=warning\n")
    monkeypatch.setattr(project_check, "_model", lambda *_: Model.parse(MODEL))
    read: list[str] = []
    parse = env_files.parse

    def counted(text: str, path: str, layer: str) -> Layer:
        read.append(path)
        return parse(text, path, layer)

    monkeypatch.setattr(env_files, "parse", counted)
    env_files._parsed.cache_clear()
    assert project_check.run(Situation(project), project.environments.values(), None).checked
    assert sorted(read) == ["env/base.env", "env/dev.env", "env/prod.env", "env/staging.env"]


def test_an_environment_that_cannot_be_read_blocks_and_the_others_are_still_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every problem at once."""
    project = make(tmp_path, env__dev_env="UNKNOWN=x\n")
    (tmp_path / "env" / "staging.env").unlink()
    monkeypatch.setattr(project_check, "_model", lambda *_: Model.parse(MODEL))
    found = {
        (each.code, each.environment)
        for each in project_check.run(Situation(project), project.environments.values(), None).findings
    }
    assert {("DG100", "staging"), ("DG101", "dev")} <= found


def test_a_model_that_compose_refuses_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules for variables still run."""
    project = make(tmp_path, env__dev_env="UNKNOWN=x\n")

    def refuse(*_words: object) -> None:
        raise ConfigError("Compose rejects the files of the environment")

    monkeypatch.setattr(project_check, "_model", refuse)
    report = project_check.run(Situation(project), (project.environment("dev"),), None)
    assert {"DG000", "DG101"} <= {each.code for each in report.findings}
    assert report.blocked


def test_deploy_may_work_on_a_remote_engine_and_nothing_else_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine is listed; what differs is the way."""
    project = make(tmp_path)
    prod = replace(project.environment("prod"), endpoints=("ssh://prod",))
    project = replace(project, environments={**project.environments, "prod": prod})
    monkeypatch.setattr(project_check, "_model", lambda *_: Model.parse({"name": "shop-prod", "services": {}}))
    engine = target(prod, "ssh://prod", "DOCKER_CONTEXT")
    found = {each.code for each in project_check.run(Situation(project), (prod,), engine).findings}
    assert "DG402" in found


def test_a_stack_of_another_environment_under_this_name_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the labels of its containers; one of this environment is fine."""
    project = make(tmp_path)
    monkeypatch.setattr(project_check, "_model", lambda *_: Model.parse({"name": "shop-dev", "services": {}}))

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
    """It is a configuration to be finished, and no bug."""
    empty = projects.make(tmp_path, '[tool.dockgate]\nname = "shop"\n')
    with pytest.raises(ConfigError, match="no environments are configured"):
        project_check.run(Situation(empty), empty.environments.values(), None)
