"""How a task speaks and ends: data on stdout, talk on stderr, one document with `--json`, an exit code."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import endpoint
from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.env.release_pointer import Pointer
from dockgate.system import extras
from dockgate.tasks import framework, namespace
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ERROR = ConfigError("größer", where=Location("env/dev.env", 3, 1), fix="inv up mends it")
DOCUMENT = {
    "error": {
        "kind": "configuration",
        "code": 2,
        "message": "größer",
        "where": {"path": "env/dev.env", "line": 3, "column": 1},
        "fix": "dockgate up mends it",
    }
}


@pytest.fixture(autouse=True)
def called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be called as `dockgate`."""
    monkeypatch.setattr("sys.argv", ["dockgate"])


def shown(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def end(body: Any, *extra: str, **flags: Any) -> int:
    """Run a task's body; return its exit code."""
    try:
        framework.with_boundary(body, flags, extra)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.mark.parametrize(
    ("flags", "first", "out"),
    [
        ({"json": True}, False, shown(DOCUMENT)),
        ({"json": True}, True, shown({"a": 1})),
        ({"json": False}, True, "text\n"),
        ({}, False, ""),
    ],
)
def test_an_error_is_one_document_unless_there_was_one(
    capsys: pytest.CaptureFixture[str], flags: dict[str, bool], first: object, out: str
) -> None:
    """On stderr it stands each time."""

    def body(session: framework.Session, **more: object) -> None:
        assert (session.json, session.root, more) == (flags.get("json", False), None, {"env": "dev"})
        if first:
            session.show({"a": 1}, "text")
        raise ERROR

    assert end(body, **flags, env="dev") == 2
    assert capsys.readouterr() == (out, "error: env/dev.env:3:1: größer\n  → dockgate up mends it\n")


@pytest.mark.parametrize(
    ("error", "code", "kind"), [(OSError(28, "No space left"), 5, "failed"), (ZeroDivisionError("no"), 1, "bug")]
)
@pytest.mark.parametrize("first", [True, False])
def test_what_no_code_of_ours_raised_is_a_document_too(
    capsys: pytest.CaptureFixture[str], error: Exception, code: int, kind: str, *, first: bool
) -> None:
    """Unless there was one."""

    def body(session: framework.Session) -> None:
        if first:
            session.show({}, "")
        raise error

    assert end(body, json=True) == code
    shown = capsys.readouterr()
    out = json.loads(shown.out)
    assert "Traceback" not in shown.err
    assert out == {} if first else out["error"]["kind"] == kind


def test_a_document_is_read_by_programs_and_a_text_by_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to say is no line; what is not shown is not made."""
    framework.Session(json=True).show({"ä": {"fix": "inv up", "name": "inv up"}}, lambda: pytest.fail("not asked for"))
    assert capsys.readouterr().out == shown({"ä": {"fix": "dockgate up", "name": "inv up"}})
    session = framework.Session(json=False)
    assert session.shown is False
    session.show({}, "")
    session.show({}, lambda: "see inv up")
    session.say("then inv down")
    assert (capsys.readouterr(), session.shown) == (("see dockgate up\n", "then dockgate down\n"), True)


def test_data_and_talk_in_one_file_stay_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a log; none of it waits in this process."""
    plain, document = framework.Session(json=False), framework.Session(json=True)
    file = tmp_path / "log"
    with file.open("a", encoding="utf-8") as out, file.open("a", encoding="utf-8") as err:
        monkeypatch.setattr("sys.stdout", out)
        monkeypatch.setattr("sys.stderr", err)
        plain.show({}, "one")
        plain.say("two")
        document.show([], "")  # type: ignore[arg-type]
        plain.say("three")
        with pytest.raises(SystemExit):
            framework.fail(ConfigError("no"), json=True)
        plain.show({}, "last")
        lines = file.read_text(encoding="utf-8").splitlines()
    assert [lines[0], lines[1], lines[2], lines[3], lines[4], lines[-2], lines[-1]] == [
        *("one", "two", "[]", "three", "{", "error: no", "last")
    ]


def test_a_wrong_environment_is_said_before_invoke_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a document where one is asked for."""
    projects.make(tmp_path)
    for words in (["status", "--env=dve"], ["status", "--env=dve", "--json"]):
        with pytest.raises(SystemExit) as ended:
            namespace(tmp_path, words)
        assert ended.value.code == 2
        out, err = capsys.readouterr()
        assert err.startswith("error: unknown environment 'dve'")
        assert (json.loads(out)["error"]["code"] if out else None) == (2 if "--json" in words else None)


def test_the_first_line_names_the_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a note where there is one; or every environment, and the engine that is asked."""
    made = projects.make(tmp_path)
    where = Endpoint("unix:///nowhere/docker.sock", "DOCKER_HOST")
    monkeypatch.setattr(endpoint, "find", lambda process: where if process == made.process else None)
    session = framework.Session(json=False, root=tmp_path)
    vars(session)["project"] = made
    assert session.target("dev", "two", lambda chosen: f"about {chosen.project}").instance == "two"
    session.target("dev", note=lambda _: "")
    session.everywhere("env/")
    session.everywhere("pyproject.toml", where)
    line = "endpoint unix:///nowhere/docker.sock · files compose/base.yaml compose/dev.yaml"
    assert capsys.readouterr().err == (
        f"environment dev · project shop-dev-two · {line} · about shop-dev-two\n"
        f"environment dev · project shop-dev · {line}\n"
        "environment dev staging prod · project shop · endpoint none · files env/\n"
        f"environment dev staging prod · project shop · endpoint {where} · files pyproject.toml\n"
    )


def test_what_a_task_looked_at_is_read_once(tmp_path: Path) -> None:
    """Until it looks again, at pointers that it is going to write."""
    projects.make(tmp_path)
    session = framework.Session(json=False, root=tmp_path)
    before = session.situation
    assert (session.situation, before.project) == (before, session.project)
    session.look_again({"dev": Pointer("1.0", "sha256:1", "now", {})})
    pointer = session.situation.pointer("dev")
    assert pointer
    assert pointer.version == "1.0"
    session.look_again()
    assert session.situation.pointer("dev") is None


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(
    ("before", "after"),
    [(0o000, 0o022), (0o002, 0o002), (0o022, 0o022), (0o077, 0o077), (0o040, 0o062), (0o007, 0o007)],
)
def test_nothing_is_writable_by_every_user(before: int, after: int) -> None:
    """What a group may do is its own business, as long as others may not write."""
    os.umask(before)
    seen: list[int] = []

    def body(_session: framework.Session) -> None:
        seen.append(os.umask(0o077))

    assert end(body) == 0
    assert seen == [after]


def test_parts_of_the_installation_are_needed_before_a_task_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that it names; one that names none needs none."""
    asked: list[object] = []
    monkeypatch.setattr(extras, "need", asked.append)
    assert end(lambda _: asked.append("body"), "lint", "release") == 0
    assert end(lambda _: asked.append("body")) == 0
    assert asked == [("lint", "release"), "body", "body"]


def test_what_nohup_ignores_stays_ignored() -> None:
    """What it started goes on when the terminal is closed."""
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert end(lambda _: signal.raise_signal(signal.SIGHUP)) == 0
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, previous)


def test_an_interrupted_task_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Outside a project there is nothing that it could have left."""

    def body(_session: framework.Session) -> None:
        raise KeyboardInterrupt

    assert end(body, json=True) == 130
    assert capsys.readouterr() == ("", "interrupted\n")
