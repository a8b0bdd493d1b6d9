"""`dockgate init`: what it says and writes."""

from __future__ import annotations

import io
import json
import tomllib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from invoke.program import Program

from dockgate.adoption import draft, repository
from dockgate.core.errors import ConfigError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails import project_check
from dockgate.tasks import adopt, namespace, spoken
from tests.unit.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

PLAN = """\
project shop
  dev: compose.yaml; layers .env (what docker compose up takes)
  prod, protected: compose.yaml compose.prod.yaml; layers .env (compose.prod.yaml)
  in no environment: compose.gpu.yaml
"""


STATES = {
    "dev": {"services": ["web"], "blocking": [], "empty": ["TOKEN (compose.yaml:7)", "KEY (compose.yaml:9)"]},
    "prod": {"error": "compose.yaml:1: is not YAML"},
}
STATE = adopt._state
COPY = "cp docker/.env.example docker/.env"
ERRORS = {"dev": "", "prod": "is not YAML", "said": f"does not exist: {COPY}"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "shop"
    made.mkdir()
    for name in ("compose.yaml", "compose.prod.yaml", "compose.gpu.yaml"):
        (made / name).write_text("services: {web: {image: 'web:${TAG}'}}\n")
    (made / ".env").write_text("TAG=1\n")
    monkeypatch.setattr(adopt, "_state", lambda _session, name: STATES[name])
    monkeypatch.chdir(made)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return made


def dockgate(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["dockgate", *words])
    try:
        Program(namespace=namespace(None, words)).run(["dockgate", *words])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.mark.usefixtures("folder")
def test_init_says_what_works_and_what_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole text, good and bad."""
    assert dockgate(monkeypatch, "init", "--yes") == 0
    said = capsys.readouterr()
    assert said.err == PLAN
    assert said.out == (
        "wrote dockgate.toml\nwrote env/schema.toml\n"
        "dev: Compose reads 1 service; guard passes\n"
        "dev: nothing sets what looks like a secret: TOKEN (compose.yaml:7), KEY (compose.yaml:9)\n"
        "prod: compose.yaml:1: is not YAML\n"
        "next: dockgate plan --env=dev\n"
    )
    assert dockgate(monkeypatch, "init", "--yes") == 0
    assert capsys.readouterr().out == "nothing to write: the configuration and the schema exist\n"


def test_a_dry_run_shows_the_files_and_writes_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As text and as JSON; what writes them says in JSON how each environment is."""
    assert dockgate(monkeypatch, "init", "--dry-run") == 0
    assert capsys.readouterr().out.startswith("# dockgate.toml\n# Written by dockgate init")
    assert dockgate(monkeypatch, "init", "--dry-run", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {
        "files": dict(repository.look(folder).files),
        "left": ["compose.gpu.yaml"],
        "written": [],
    }
    assert not (folder / "dockgate.toml").exists()
    assert dockgate(monkeypatch, "init", "--yes", "--json") == 0
    written = {"written": ["dockgate.toml", "env/schema.toml"], "environments": STATES}
    assert json.loads(capsys.readouterr().out) == {**document, **written}


def test_without_a_terminal_it_wants_yes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written unasked."""
    assert dockgate(monkeypatch, "init") == 6
    assert "--yes" in capsys.readouterr().err
    assert not (folder / "dockgate.toml").exists()


@pytest.mark.parametrize(
    ("program", "said"),
    [("/usr/bin/inv", "inv up; inv --list; reinv x"), ("dockgate", "dockgate up; dockgate --list; reinv x")],
)
def test_messages_name_the_program_that_was_called(monkeypatch: pytest.MonkeyPatch, program: str, said: str) -> None:
    """Whole words only."""
    monkeypatch.setattr("sys.argv", [program])
    assert spoken.text("inv up; inv --list; reinv x") == said
    document = {"findings": ({"fix": "inv up; inv --list; reinv x", "message": "inv up"},), "number": 1}
    assert spoken.fixes(document) == {"findings": [{"fix": said, "message": "inv up"}], "number": 1}


PLAIN, STAGED = ("compose.infra.yml", "compose.web.yml"), ("compose.yml", "compose.staging.yml", "compose.gpu.yml")


@pytest.mark.parametrize(
    ("names", "typed", "made"),
    [
        (PLAIN, "2\ny\n", "dev: compose.web.yml"),
        (PLAIN, "\ny\n", "dev: compose.infra.yml"),
        (PLAIN, "3\n", ""),
        (STAGED, "y\ny\n", "dev: compose.yml; staging, protected: compose.yml compose.staging.yml"),
        (STAGED, "\ny\n", "dev: compose.yml; staging: compose.yml compose.staging.yml"),
        (STAGED, "\n\n", ""),
    ],
)
def test_what_names_do_not_say_is_asked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    names: tuple[str, ...],
    typed: str,
    made: str,
) -> None:
    """Which file is development's, and whether staging is protected; Enter keeps what was found."""
    for name in names:
        (tmp_path / name).write_text("services: {web: {image: 'web:1'}}\n")
    monkeypatch.setattr(adopt, "_state", lambda _session, _name: {"services": ["web"], "blocking": [], "empty": []})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    assert dockgate(monkeypatch, "init") == (0 if made else 6)
    asked = capsys.readouterr().err.partition("project ")[0]
    assert asked == (
        "no name says which file is development's:\n  1  compose.infra.yml\n  2  compose.web.yml\nwhich? 1 to 2 [1] \n"
        + ("error: '3' is none of 1 to 2; nothing was changed\n" if typed == "3\n" else "")
        if names == PLAIN
        else "protect staging (compose.staging.yml) as production is? [y/N] \n"
    )
    written = tmp_path / "dockgate.toml"
    tables = tomllib.loads(written.read_text())["environments"] if written.exists() else {}
    said = (
        f"{name}{', protected' * each.get('protected', False)}: {' '.join(each['files'])}"
        for name, each in tables.items()
    )
    assert "; ".join(said) == made
    assert draft.GUESSED not in (written.read_text() if written.exists() else "")


def test_a_task_file_is_written_on_wish(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that `inv` is the same program; one that is there stays."""
    assert dockgate(monkeypatch, "init", "--yes") == 0
    assert not (folder / "tasks.py").exists()
    assert dockgate(monkeypatch, "init", "--yes", "--tasks") == 0
    text = (folder / "tasks.py").read_text()
    names: dict[str, object] = {"__file__": str(folder / "tasks.py")}
    exec(compile(text, "tasks.py", "exec"), names)  # noqa: S102 - what was just written
    assert "init" in getattr(names["ns"], "task_names", {})
    (folder / "tasks.py").write_text("mine = 1\n")
    assert dockgate(monkeypatch, "init", "--yes", "--tasks") == 0
    assert (folder / "tasks.py").read_text() == "mine = 1\n"


def test_the_state_of_an_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Compose reads of it, by name; what blocks in it, each in one line; or why Compose does not."""
    where = Location("compose.yaml", 3)
    found = (
        Finding(where, "DG301", Severity.WARNING, "is mounted"),
        Finding(where, "DG310", Severity.ERROR, "gets the socket", fix="take it out"),
        Finding(where, "DG335", Severity.WARNING, "web would get TOKEN empty", name="TOKEN"),
        Finding(Location("compose.yaml", 9), "DG335", Severity.WARNING, "db would get TOKEN empty", name="TOKEN"),
        Finding(where, "DG335", Severity.ERROR, "web would get KEY empty", name="KEY"),
    )
    asked: list[object] = []

    def run(situation: object, environments: object, target: object) -> SimpleNamespace:
        asked.extend((situation, environments, target))
        return SimpleNamespace(findings=found)

    def reading(environment: SimpleNamespace) -> SimpleNamespace:
        if environment.error:
            raise ConfigError(environment.error, where=where)
        return SimpleNamespace(model=SimpleNamespace(services={"web": 1, "db": 2}))

    monkeypatch.setattr(project_check, "run", run)
    situation = SimpleNamespace(reading=reading)
    known = {name: SimpleNamespace(directory="docker", error=error) for name, error in ERRORS.items()}
    session: Any = SimpleNamespace(
        project=SimpleNamespace(environment=known.__getitem__, root=tmp_path), situation=situation
    )
    blocking = [
        "compose.yaml:3: error DG310: gets the socket",
        "compose.yaml:3: error DG335: web would get KEY empty",
    ]
    empty = ["TOKEN (compose.yaml:3)"]
    assert STATE(session, "dev") == {"services": ["db", "web"], "blocking": blocking, "empty": empty}
    assert asked == [situation, (known["dev"],), None]
    assert STATE(session, "prod") == {"error": "compose.yaml:3: is not YAML"}
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker/.env.example").write_text("A=1\n")
    assert STATE(session, "prod") == {"error": "compose.yaml:3: is not YAML", "sample": COPY}
    assert "sample" not in STATE(session, "said")
    (tmp_path / "docker/.env").write_text("A=1\n")
    assert "sample" not in STATE(session, "prod")


def test_what_is_missing_comes_before_the_plan() -> None:
    """With the sample that has it; where another environment is read, that one is next."""
    lacking = {"error": "A is not set", "sample": COPY}
    ready = {"services": ["a"], "blocking": [], "empty": []}
    assert [*adopt._result((), {"dev": lacking})] == [
        "dev: A is not set",
        f"  there is a sample of what it needs: {COPY}",
        "next: correct that, then dockgate plan --env=dev",
    ]
    assert [*adopt._result((), {"dev": lacking, "prod": ready})][2:] == [
        "prod: Compose reads 1 service; guard passes",
        "next: dockgate plan --env=prod",
    ]
    blocked = {"services": ["a", "b"], "blocking": ["one", "two"], "empty": ["A (x:1)", "B (x:2)"]}
    assert [*adopt._result(("a.toml", "b.toml"), {"dev": blocked, "prod": {"error": "no"}})] == [
        "wrote a.toml",
        "wrote b.toml",
        "dev: Compose reads 2 services; guard blocks 2: one",
        "dev: nothing sets what looks like a secret: A (x:1), B (x:2)",
        "prod: no",
        "next: dockgate plan --env=dev",
    ]
    assert [*adopt._result((), {})] == ["next: correct that, then dockgate plan --env=dev"]
