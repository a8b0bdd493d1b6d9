"""What the edge of the guardrails collects for the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.env import layering
from dockgate.guardrails import Scope, Subject, check, collect
from dockgate.secrets import store as secret_store
from dockgate.situation import Situation
from tests import said
from tests.guardrails.scenes import PROD_PASSWORD, target
from tests.unit import projects
from tests.unit.guardrails.checks import fingerprint
from tests.unit.guardrails.repository import git, make
from tests.unit.secrets import secretproject


def test_only_what_the_store_itself_holds_counts_as_drawn(tmp_path: Path) -> None:
    """A weak value that the shell puts in the place of a generated one is looked at."""
    project = make(tmp_path)
    project = replace(project, process={**project.process, "USER": "alice"})
    secretproject.enrolled(project, "prod")
    secretproject.stored(project, "prod", TOKEN=secretproject.STRONG)
    prod = project.environment("prod")

    def weak(**process: str) -> bool:
        seen = replace(project, process={**project.process, **process})
        resolved = layering.survey(seen, prod, secret_store.layer(seen, prod))
        asked = Subject(Situation(seen), prod, frozenset({Scope.ENV}), resolved)
        context, _ = collect.collect(asked)
        assert ("TOKEN" in context.made) is not bool(process)
        return "DG209" in {finding.code for finding in check(asked).findings}

    assert not weak()
    assert weak(TOKEN="Sommer2026!")


COMPOSE = """\
services:
  api:
    build: ..
    env_file: [../.envs/dev, {path: ../.envs/broken, required: false}]
    volumes: ["../app:/app", "../gone:/gone:ro", "data:/d", "${X}:/x"]
    secrets: [given]
  job: {build: {dockerfile_inline: "FROM x\\nCOPY a /a"}}
secrets: {given: {file: ../given}}
"""
FILES = {
    "compose__base_yaml": COMPOSE,
    "compose__prod_yaml": "services: {api: {env_file: ../.envs/prod}, other: {image: x}}\n",
    "Dockerfile": "FROM x\nCOPY a app /x/\nUSER app\n",
    "a": "x", "app__main.py": "y", "app__closed.py": "z", "given": "a secret", ".env": "STRAY=1\n", "b.env": "B=2\n",
    ".envs__dev": "TOKEN=dev-value-77\n", ".envs__prod": "TOKEN=prod-value-88\n", ".envs__production": "TOKEN=laid\n",
    ".envs__broken": "A=1\0\n", "env__staging_env": "LOG_LEVEL='open\n",
}  # fmt: skip


def test_all_that_is_collected_of_an_environment(tmp_path: Path) -> None:
    """Each file with why it is looked at, what is missing, closed, stray, unread, and where it is written."""
    named = {name.replace("__", "/"): text for name, text in FILES.items() if "." in name or name in ("a", "given")}
    made = make(tmp_path, **{name: text for name, text in FILES.items() if name.replace("__", "/") not in named})
    for name, text in named.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "link").symlink_to("app/main.py")
    git(tmp_path, "add", "-f", ".")
    (tmp_path / "app" / "closed.py").chmod(0o600)
    project = replace(made, process={**made.process, "USER": "alice"})
    mounts = [
        {"type": "bind", "source": f"{tmp_path}/{name}", "target": f"/{name}"} for name in ("app", "gone", "b.env")
    ]
    api = {"build": {"context": str(tmp_path)}, "volumes": mounts, "secrets": [{"source": "given"}]}
    job = {"build": {"context": str(tmp_path), "dockerfile_inline": "FROM x\nCOPY a /a"}}
    model = {"services": {"api": api, "job": job}, "secrets": {"given": {"file": f"{tmp_path}/given"}}}
    for environment in (project.environments["dev"], project.environments["prod"]):
        situation = Situation(project)
        asked = replace(Subject(situation, environment, frozenset(Scope), situation.survey(environment)), model=model)
        found, _ = collect.collect(asked)
        lines = [f"file {each.path} {each.kind} {each.service} {each.mode:o} {len(each.text)}" for each in found.files]
        lines += [f"closed {path} {each.path} {each.mode & 0o777:o}" for path, each in found.closed.items()]
        lines += [f"volume {each.service} {each.text} {place}" for each, place in found.short_volumes]
        lines += [f"unread {each.location} {each.message} {each.fix}" for each in found.unread]
        lines += [f"skipped {each.path} {each.reason}" for each in found.skipped]
        lines += [f"taken {each}" for each in found.taken.items()] + [
            f"named {name} {at}" for name, at in found.named.items()
        ]
        lines += [f"served {name} {[layer.path for layer in each]}" for name, each in found.served.items()]
        lines += [f"{sorted(found.folders)} {sorted(found.missing)} {sorted(found.present)} {sorted(found.neighbours)}"]
        lines += [f"beside {[each.path for each in found.beside]} elsewhere {sorted(found.elsewhere() or ())}"]
        lines += [
            f"place {found.place(*path)}" for path in (("services", "api", "volumes"), ("services", "other"), ("x",))
        ]
        assert found.git is not None
        lines += [f"git {sorted(found.git.tracked)} {found.git.dirty} {sorted(found.git.ignored)} {found.git.links}"]
        lines.append(f"{len(lines)} in all")
        shown = (each.replace(str(tmp_path), "<tmp>") for each in lines)
        said.hold(Path(__file__).with_name("collected.txt"), (f"{environment.name} {each}" for each in shown))


@pytest.mark.parametrize("scope", [None, *Scope])
def test_no_more_is_collected_than_its_scopes_look_at(tmp_path: Path, scope: Scope | None) -> None:
    """What a rule of another scope would look at is empty, and is not even read."""
    project = make(tmp_path, compose__base_yaml=COMPOSE, Dockerfile="FROM x\nCOPY a /a\nUSER b\n", a="x")
    (tmp_path / "a").chmod(0o600)
    situation, prod = Situation(project), project.environments["prod"]
    (tmp_path / "env" / "base.env").write_text("LOG_LEVEL=debug\n")
    mount = {"type": "bind", "source": f"{tmp_path}/compose", "target": "/x"}
    gone = {"type": "bind", "source": f"{tmp_path}/gone", "target": "/y"}
    model = {"services": {"api": {"build": {"context": str(tmp_path)}, "volumes": [mount, gone]}}}
    scopes = frozenset({scope} if scope else ())
    given: dict[str, Any] = {
        "model": model,
        "written": {"services": {"api": {}}},
        "uses": {"api": ("X",)},
        "target": target("prod"),
        "stack_labels": ({"a": "b"},),
    }
    found, _ = collect.collect(Subject(situation, prod, scopes, situation.survey(prod), **given))
    assert {name: getattr(found, name) for name in given} == given
    env, of_model, files = scope is Scope.ENV, scope is Scope.MODEL, scope is Scope.FILES
    assert found.git is not None
    of_env = (found.neighbours, found.named, found.served)
    assert [bool(each) for each in of_env] == [env] * 3
    assert [bool(each) for each in (found.folders, found.short_volumes, found.taken)] == [of_model] * 3
    assert bool(found.git.dirty) is (scope is Scope.TARGET)
    assert {str(each.kind) for each in found.files} == {
        *({"env file"} if env else ()),
        *({"mounted file", "file of a built image"} if of_model else ()),
        *({"Dockerfile", "committed file"} if files else ()),
    }
    assert {*found.missing} == {f"{tmp_path}/gone"}
    assert {*found.closed} == ({f"{tmp_path}/a"} if files else set())


@pytest.mark.parametrize("resolved", [True, False])
def test_the_matcher_knows_what_the_schema_generates(tmp_path: Path, *, resolved: bool) -> None:
    """A drawn secret is found with something glued to it, where its length and alphabet are known."""
    text = '[TOKEN]\nsecret = true\ngenerate = "password:32"\n'
    situation = Situation(make(tmp_path, env__schema_toml=text))
    fingerprint(tmp_path)
    dev = situation.project.environments["dev"]
    asked = Subject(situation, dev, frozenset(), situation.survey(dev) if resolved else None)
    found, _ = collect.collect(asked)
    assert bool(found.matcher.matches(f"a{PROD_PASSWORD}b")) is resolved


def test_outside_of_a_repository_its_files_are_not_known(tmp_path: Path) -> None:
    """`guard --all-files` says so, and the way out."""
    with pytest.raises(ConfigError, match="this is no git repository") as caught:
        collect.tracked(projects.make(tmp_path))
    assert caught.value.fix == "git init"
