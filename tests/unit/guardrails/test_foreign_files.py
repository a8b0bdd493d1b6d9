"""An env file that is production's as a whole is told where another environment is given it, and the other way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.adoption import trial
from dockgate.core import project
from dockgate.core.findings import Severity
from dockgate.guardrails import Scope, Subject, check
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rules import dg206_shared_secret as rule
from dockgate.situation import Situation
from tests.guardrails import scenes
from tests.guardrails.scenes import PROD_HEX, PROD_PASSWORD
from tests.unit.guardrails import repository

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dockgate.core.findings import Finding
    from dockgate.core.project import Project
    from dockgate.guardrails.hit import Hit

SECRET = f"# of the shop\nLOG_LEVEL=info\nDB_PASSWORD={PROD_PASSWORD}\n"
ONE = "services:\n  api:\n    image: x@sha256:1\n    env_file:\n      - {}\n"
NONE = "services: {api: {image: x}}\n"
PATHS = [".envs/prod", ".env.production", ".envs/.production/.postgres", "env/prod.env", "prod/.env"]


def configured(dev: str = '"compose.yaml"', prod: str = '"compose.yaml"', layers: str = "") -> str:
    """Return the configuration of two environments, one of them protected."""
    return (
        f"[environments.dev]\nfiles = [{dev}]\nlayers = [{layers}]\n"
        f"[environments.prod]\nfiles = [{prod}]\nlayers = []\nprotected = true\n"
    )


def written(folder: Path, files: Mapping[str, str], ignored: str = "") -> None:
    """Commit files to a new repository, but for what git is to ignore."""
    for name, text in {**files, ".gitignore": ignored}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    repository.git(folder, "init", "-q")
    repository.git(folder, "add", ".")


def loaded(folder: Path) -> Project:
    """Return a project whose user's home is beside it: no verdict of another run is there."""
    return project.load(folder, {**repository.PROCESS, "HOME": f"{folder}-home"})


def judged(made: Project, environment: str = "dev") -> list[Finding]:
    """Return the findings of DG206 in an environment."""
    situation, chosen = Situation(made), made.environments[environment]
    subject = Subject(situation, chosen, frozenset({Scope.ENV}), situation.survey(chosen))
    return [each for each in check(subject).findings if each.code == "DG206"]


def found(
    folder: Path, files: Mapping[str, str], config: str = "", environment: str = "dev", ignored: str = ""
) -> list[Finding]:
    """Return the findings of DG206 in a repository with these files."""
    written(folder, {"dockgate.toml": config or configured(), **files}, ignored)
    return judged(loaded(folder), environment)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("prod", ["compose.yaml", "compose.prod.yaml"])
def test_what_a_name_says_is_refused_in_development(tmp_path: Path, path: str, prod: str) -> None:
    """Whether production's own files name it or not: at the first secret, with the line that names the file."""
    files = {"compose.yaml": ONE.format(path), "compose.prod.yaml": NONE, path: SECRET}
    [hit] = found(tmp_path, files, configured(prod=f'"{prod}"'))
    assert (str(hit.location), hit.severity) == (f"{path}:3:1", Severity.ERROR)
    assert "DB_PASSWORD of production" in hit.message
    assert "compose.yaml:5 names it" in hit.message
    assert "an env file of its own" in hit.fix
    assert PROD_PASSWORD not in str(hit)


@pytest.mark.parametrize(
    "files",
    [
        {"compose.yaml": ONE.format("{path: .env.production, required: false}")},
        {"compose.yaml": ONE.format("{path: .env.production, format: raw}")},
        {"compose.yaml": ONE.format("./${NOWHERE:-.env.production}")},
        {"compose.yaml": "services: {api: {extends: {file: x.yaml, service: api}}}\n", "x.yaml": ONE.format(PATHS[1])},
        {"compose.yaml": "include: [x.yaml]\n", "x.yaml": ONE.format(PATHS[1])},
        {"compose.yaml": "include: [{path: x.yaml, env_file: .env.production}]\n", "x.yaml": NONE},
        {"compose.yaml": "include: [{path: x.yaml, env_file: [a.env, .env.production]}]\n", "x.yaml": NONE},
    ],
)
def test_in_whichever_way_it_is_taken(tmp_path: Path, files: dict[str, str]) -> None:
    """With options, through `extends` and `include`, and for the variables of an included project."""
    [hit] = found(tmp_path, {**files, "a.env": "A=1\n", ".env.production": SECRET})
    assert (hit.location.path, hit.severity) == (".env.production", Severity.ERROR)
    assert ".yaml:" in hit.message


def test_each_secret_is_a_finding_and_an_exemption_of_its_own(tmp_path: Path) -> None:
    """Crossing rules are exempted one by one."""
    files = {"compose.yaml": ONE.format(".env.prod"), ".env.prod": f"{SECRET}API_TOKEN={PROD_HEX}\n"}
    assert [each.name for each in found(tmp_path, files)] == ["DB_PASSWORD", "API_TOKEN"]


def test_a_layer_and_a_link_are_no_way_around(tmp_path: Path) -> None:
    """`layers`, and a `.env` that leads to production's."""
    files = {"compose.yaml": NONE, ".env.production": SECRET}
    [hit] = found(tmp_path, files, configured(layers='".env.production"'))
    assert "it is one of its layers" in hit.message
    (tmp_path / ".env").symlink_to(".env.production")
    (tmp_path / "dockgate.toml").write_text(configured(layers='".env"'))
    linked = judged(loaded(tmp_path))
    assert [(str(each.location), each.severity) for each in linked] == [(".env:3:1", Severity.ERROR)]


def test_an_env_file_of_the_command_line_is_judged(tmp_path: Path) -> None:
    """`guard -f compose.yaml --env-file .env.production`; of a file for production it is its own."""
    written(tmp_path, {"compose.yaml": NONE, "compose.prod.yaml": NONE, ".env.production": SECRET})
    [hit] = judged(trial.project(tmp_path, ["compose.yaml"], [".env.production"], tmp_path / "x"))
    assert hit.location.path == ".env.production"
    assert not judged(trial.project(tmp_path, ["compose.prod.yaml"], [".env.production"], tmp_path / "x"), "prod")


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(("source", "copy"), [(".env.production", ".env"), (".envs/.prod/.db", ".envs/.local/.db")])
def test_a_copy_over_development_s_is_refused(tmp_path: Path, source: str, copy: str, *, named: bool) -> None:
    """Also where no environment names production's file."""
    files = {"compose.yaml": ONE.format(copy), "p.yaml": ONE.format(source) if named else NONE}
    hits = found(tmp_path, {**files, source: SECRET, copy: SECRET}, configured(prod='"p.yaml"'), ignored=".env*")
    assert [(str(each.location), each.severity) for each in hits] == [(f"{copy}:3:1", Severity.ERROR)]
    assert f"{source}:3" in hits[0].message


def test_what_lies_outside_the_project_is_not_looked_for(tmp_path: Path) -> None:
    """An env file from above brings no neighbours of its own: what is read is the checkout's."""
    (tmp_path / ".env.production").write_text(SECRET)
    (tmp_path / "shared.env").write_text("A=1\n")
    shop = tmp_path / "shop"
    files = {"compose.yaml": ONE.format("../shared.env\n      - .env")}
    assert not found(shop, {**files, ".env": SECRET}, configured(prod='"p.yaml"'))


@pytest.mark.parametrize(
    ("path", "text", "ignored", "severity"),
    [
        ("app.env", SECRET, "", Severity.ERROR),
        ("app.env", SECRET, "*.env", Severity.WARNING),
        ("app.env", "DB_PASSWORD=Sommer26\n", "", Severity.WARNING),
        (".envs/prod", "LOG_LEVEL=info\n", "", Severity.WARNING),
        (".envs/prod", "DB_PASSWORD=hunter2\n", ".envs", Severity.ERROR),
        (".envs/prod", "DB_PASSWORD=hunter2\n", "", Severity.WARNING),
    ],
)
def test_what_both_read_is_told(tmp_path: Path, path: str, text: str, ignored: str, severity: Severity) -> None:
    """An error where git has one strong secret for both; another file may differ by machine."""
    [hit] = found(tmp_path, {"compose.yaml": ONE.format(path), path: text}, ignored=ignored)
    assert hit.severity is severity


@pytest.mark.parametrize("path", [".env", "api/.env", ".env.local"])
def test_a_plain_env_differs_by_machine(tmp_path: Path, path: str) -> None:
    """For services, and as a layer of both, declared a secret or not."""
    assert not found(tmp_path, {"compose.yaml": ONE.format(path), path: SECRET})
    both = configured(layers=f'"{path}"').replace("layers = []", f'layers = ["{path}"]')
    (tmp_path / "dockgate.toml").write_text(both)
    assert not judged(loaded(tmp_path))
    (tmp_path / "env").mkdir()
    (tmp_path / "env/schema.toml").write_text("[DB_PASSWORD]\nsecret = true\n[LOG_LEVEL]\n")
    assert not judged(loaded(tmp_path))


def test_a_file_of_each_is_none(tmp_path: Path) -> None:
    """Its own in each, a sample, an empty one, settings that both read, a list in place of the one before."""
    files = {"compose.yaml": ONE.format(".env.dev"), ".env.dev": f"DB_PASSWORD={PROD_HEX[::-1]}\n", ".env.prod": SECRET}
    files["compose.prod.yaml"] = "services: {api: {env_file: !override [.env.prod]}}\n"
    listed = "[.env.prod.example, .prod.env, common.env]"
    files["x.yaml"] = f"services: {{api: {{env_file: {listed}}}}}\n"
    files |= {
        ".env.prod.example": "DB_PASSWORD=changeme\n",
        ".prod.env": "# nothing\n",
        "common.env": "LOG_LEVEL=info\n",
    }
    config = configured(dev='"compose.yaml", "x.yaml"', prod='"compose.yaml", "x.yaml", "compose.prod.yaml"')
    assert not found(tmp_path, files, config)
    assert not judged(loaded(tmp_path), "prod")


def test_what_is_development_s_is_told_in_production(tmp_path: Path) -> None:
    """An override adds to the list of its base."""
    files = {"compose.yaml": ONE.format(".env.dev"), ".env.dev": SECRET, ".env.prod": "DB_PASSWORD=\n"}
    files["compose.prod.yaml"] = "services: {api: {env_file: [.env.prod]}}\n"
    [hit] = found(tmp_path, files, configured(prod='"compose.yaml", "compose.prod.yaml"'), "prod")
    assert (str(hit.location), hit.severity) == (".env.dev:3:1", Severity.ERROR)
    assert "of development" in hit.message


def test_an_unprotected_environment_of_that_name_has_its_own(tmp_path: Path) -> None:
    """Nobody protects it, and it is production all the same."""
    config = '[environments.prod]\nfiles = ["compose.yaml"]\nlayers = []\n'
    assert not found(tmp_path, {"compose.yaml": ONE.format(".envs/prod"), ".envs/prod": SECRET}, config, "prod")


def mounted(path: str, env: str = "dev", **fields: Any) -> list[Hit]:
    """Return what DG206 finds where a service mounts a file."""
    files = (scenes.file(path, SECRET, Kind.MOUNTED, "api"),)
    return list(rule.check(scenes.context(env, files=files, **fields)))


def test_a_mounted_env_file_is_given_as_well() -> None:
    """`./.env.production:/app/.env`; not what lies in a mounted folder, and nothing that says no stage."""
    [hit] = mounted(".env.production")
    assert (str(hit.location), hit.severity) == (".env.production:3:1", Severity.ERROR)
    assert "api mounts it" in hit.message
    assert mounted("env/dev.env", "prod")
    assert not mounted("env/prod.env", "prod")
    assert not mounted(".env.production", folders=frozenset({str(scenes.ROOT)}))
    assert not [each for path in (".env", "prod.yaml", "app.env") for each in mounted(path)]
