"""The env tasks: documents, exit codes, and no secret in what they print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dockgate import guardrails
from dockgate.env import release_pointer, schema_docs
from dockgate.env.env_files import Layer
from dockgate.env.release_pointer import Pointer
from dockgate.secrets import store
from dockgate.tasks import env
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from invoke.tasks import Task

    from dockgate.core.project import Environment, Project

SCHEMA = """
[HOST]
default = "localhost"
[URL]
type = "url"
required = true
[PASSWORD]
secret = true
required = true
"""
SECRET = "hunter2-correct-horse"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a project with a secret in development."""
    folder = tmp_path / "shop"
    folder.mkdir()
    projects.make(
        folder,
        env__schema_toml=SCHEMA,
        env__base_env="URL=http://${HOST}\n",
        env__dev_env=f"PASSWORD={SECRET}\n",
        env__staging_env="URL=https://staging.example\n",
        env__prod_env="URL=https://prod.example\n",
    )
    monkeypatch.chdir(folder)
    return folder


def run(task: Task[Any], capsys: pytest.CaptureFixture[str], **flags: Any) -> tuple[int, Any]:
    """Return exit code and document; no secret may be in anything printed."""
    code = 0
    try:
        task.body(None, json=True, **flags)
    except SystemExit as error:
        code = int(error.code or 0)
    output = capsys.readouterr()
    assert SECRET not in output.out + output.err
    return code, json.loads(output.out)


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    """Where a value comes from."""
    code, document = run(env.explain, capsys, name="URL", env="dev")
    assert (code, document["value"], document["origin"]["line"]) == (0, "http://localhost", 1)


def test_explain_of_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    """Its place, not its value."""
    code, document = run(env.explain, capsys, name="PASSWORD", env="dev")
    assert (code, document["secret"], document["origin"]["path"]) == (0, True, "env/dev.env")


@pytest.mark.parametrize("name", [None, "NOPE"])
def test_explain_needs_a_variable_that_exists(capsys: pytest.CaptureFixture[str], name: str | None) -> None:
    """Exit 2, as JSON too."""
    code, document = run(env.explain, capsys, name=name, env="dev")
    assert (code, document["error"]["code"]) == (2, 2)


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Every variable of the environment."""
    _, document = run(env.list_, capsys, env="prod")
    assert [each["name"] for each in document["variables"]] == ["HOST", "URL", "PASSWORD"]


def test_diff(capsys: pytest.CaptureFixture[str]) -> None:
    """Two environments."""
    code, document = run(env.diff, capsys, env="dev", with_="prod")
    assert (code, [each["name"] for each in document["removed"]]) == (0, ["PASSWORD"])
    assert run(env.diff, capsys, env="dev", with_="nope")[0] == 2


def test_check_of_what_is_right_warns_of_secrets_to_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0: a fresh clone has no secrets yet."""
    code, document = run(env.check, capsys)
    assert code == 0
    assert {(each["code"], each["severity"], each["environment"]) for each in document["findings"]} == {
        ("DG102", "warning", "staging"),
        ("DG102", "warning", "prod"),
    }


def test_check_tells_every_problem_of_every_environment(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    """Exit 3, and a file that cannot be read does not hide the others'."""
    (project / "env/dev.env").write_text(f"PASSWORD={SECRET}$x\nURLL=1\nURL=nope\n")
    (project / "env/prod.env").write_bytes(b"URL=\xff\n")
    code, document = run(env.check, capsys)
    assert code == 3
    errors = [each for each in document["findings"] if each["severity"] == "error"]
    assert {(each["code"], each["environment"], each["path"], each["line"]) for each in errors} == {
        ("DG110", "dev", "env/dev.env", 1),
        ("DG101", "dev", "env/dev.env", 2),
        ("DG104", "dev", "env/dev.env", 3),
        ("DG100", "prod", "env/prod.env", 1),
    }


@pytest.mark.parametrize("sealed", [True, False])
def test_check_looks_at_what_can_be_read(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, sealed: bool
) -> None:
    """A store that cannot be decrypted here is said; its names are unknown, not missing."""
    asked: list[Any] = []

    def check_schema(*given: object) -> tuple[()]:
        asked.append(given)
        return ()

    def layer(loaded: Project, environment: Environment, *, sealed: bool) -> Layer | None:
        assert (loaded.root, environment.name, sealed) == (project, "prod", True)
        return closed

    closed = Layer("secrets", "env/prod.secrets.age", sealed=True) if sealed else None
    monkeypatch.setattr(guardrails, "check_schema", check_schema)
    monkeypatch.setattr(store, "layer", layer)
    env.check.body(None, env="prod")
    [(loaded, environment, resolved, problems)] = asked
    assert (loaded.root, environment.name, resolved.environment, [*problems]) == (project, "prod", "prod", [])
    said = capsys.readouterr().err.splitlines()[1:]
    assert said == (["cannot decrypt env/prod.secrets.age: its variables are not shown"] if sealed else [])


def test_check_of_one_environment(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    """Others are not looked at."""
    (project / "env/prod.env").write_bytes(b"URL=\xff\n")
    assert run(env.check, capsys, env="dev") == (0, {"findings": []})


def test_docs(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    """Written once, then current."""
    assert run(env.docs, capsys)[1] == {"path": schema_docs.PATH, "changed": True}
    assert "| `PASSWORD` | string, secret |" in (project / schema_docs.PATH).read_text(encoding="utf-8")
    assert run(env.docs, capsys)[1]["changed"] is False


def test_what_enters_from_the_shell_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On stderr, by name."""
    monkeypatch.setenv("HOST", "shell.example")
    env.list_.body(None, json=True, env="dev")
    assert "dev: from your shell: HOST" in capsys.readouterr().err


def test_what_is_set_in_vain_beside_a_release_is_said(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not said to be taken; what the release does not decide is, and what is the same is not worth a word."""
    release_pointer.write(
        project, "prod", Pointer("1.0.0", "sha256:m", "now", {"HOST": "pinned", "URL": "http://pinned"})
    )
    (project / "env/prod.env").write_text("URL=http://prod.example\nHOST=prod\n", encoding="utf-8")
    monkeypatch.setenv("HOST", "shell.example")
    monkeypatch.setenv("PASSWORD", "x")
    env.list_.body(None, json=True, env="prod")
    said = capsys.readouterr().err
    decided = "prod: set but not used, because release 1.0.0 decides: HOST (your shell), URL (env/prod.env:1:1)"
    assert decided in said
    assert "prod: from your shell: PASSWORD\n" in said
    monkeypatch.setenv("HOST", "pinned")
    (project / "env/prod.env").write_text("URL=http://pinned\n", encoding="utf-8")
    env.list_.body(None, json=True, env="prod")
    assert "not used" not in capsys.readouterr().err


def test_check_names_every_problem_at_once(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An identity that others can read and two unreadable files, then what is wrong inside readable ones."""
    identity = project / "identity"
    identity.touch(mode=0o644)
    monkeypatch.setenv("DOCKGATE_AGE_IDENTITY", str(identity))
    (project / "env/prod.secrets.age").touch()
    (project / "env/base.env").write_bytes(b"A=\0\n")
    (project / "env/prod.env").write_bytes(b"A=\xff\n")
    code, document = run(env.check, capsys, env="prod")
    paths = {each["path"] for each in document["findings"]}
    assert (code, paths) == (3, {"env/base.env", "env/prod.env", str(identity)})
    (project / "env/base.env").write_text("URL=no url\n", encoding="utf-8")
    (project / "env/prod.env").write_text("NOPE=1\n", encoding="utf-8")
    code, document = run(env.check, capsys, env="prod")
    assert (code, {each["code"] for each in document["findings"]}) == (3, {"DG100", "DG101", "DG104"})
