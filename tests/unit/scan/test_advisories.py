"""What sources of advisories are asked, and what their documents cover."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError, MissingToolError
from dockgate.scan import advisories
from dockgate.scan.inventory import PythonPackage
from dockgate.scan.python_packages import Answer
from dockgate.system import process
from dockgate.system.process import Result
from tests import said
from tests.unit import projects

if TYPE_CHECKING:
    from dockgate.core.plan import Command

ZERO: dict[str, str] = {"introduced": "0"}
PACKAGES = [PythonPackage(name, "1.0", "", "") for name in ("b", "a", "b")]
A, B = ("a", "1.0"), ("b", "1.0")


@pytest.mark.parametrize(
    ("events", "inside"),
    [
        ([], []),
        ([ZERO], ["1.0", "1.1", "2.0"]),
        ([{"introduced": "1.1"}], ["1.1", "2.0"]),
        ([ZERO, {"fixed": "1.1"}], ["1.0"]),
        ([ZERO, {"last_affected": "1.1"}], ["1.0", "1.1"]),
        ([ZERO, {"fixed": "1.1"}, {"introduced": "2.0"}], ["1.0", "2.0"]),
        ([ZERO, {"introduced": "3.0"}, {"limit": "1.0"}], ["1.0", "1.1", "2.0"]),
        ([{"fixed": "1.1"}], []),
    ],
)
def test_a_range(events: list[dict[str, str]], inside: list[str]) -> None:
    """The events count in their order; other kinds of range are of commits."""
    covered = {"ranges": [{"type": "GIT", "events": [ZERO]}, {"type": "ECOSYSTEM", "events": events}]}
    assert [each for each in ("1.0", "1.1", "2.0") if advisories.covers(covered, each)] == inside
    assert advisories.covers({"versions": ["1.1"], **covered}, "1.1")
    assert not advisories.covers({"ranges": [{"type": "ECOSYSTEM"}, {}]}, "1.0")
    assert not advisories.covers({}, "1.0")
    assert advisories.covers({"ranges": [{"type": "ECOSYSTEM", "events": [ZERO]}]}, "0a1")


def test_a_folder_of_documents(tmp_path: Path) -> None:
    """Of this index, of what was not withdrawn; the name of an advisory is its CVE's."""
    entries: list[dict[str, Any]] = [
        {"package": {"name": "other", "ecosystem": "PyPI"}, "versions": ["1.0"]},
        {"package": {"name": "a", "ecosystem": "npm"}, "versions": ["1.0"]},
        {"package": {"name": "B", "ecosystem": "PyPI"}, "versions": ["1.0"]},
        {"versions": ["1.0"]},
        {"package": {"ecosystem": "PyPI"}, "versions": ["1.0"]},
    ]
    documents: dict[str, Any] = {
        "1.json": {"id": "X-1", "affected": entries, "aliases": ["GHSA-1", "CVE-1", "CVE-2"]},
        "2.yaml": {"id": "X-2", "affected": entries},
        "3.json": {"id": "X-3", "affected": entries, "withdrawn": "2024"},
        "4.json": [{"affected": entries}],
        "5.json": {"id": "X-5"},
        "notes.txt": "no document",
    }
    for name, document in documents.items():
        (tmp_path / name).write_text(json.dumps(document))
    (tmp_path / "deep").mkdir()
    affected = "[{package: {name: b, ecosystem: PyPI}, versions: ['1.0']}]"
    (tmp_path / "deep/6.yml").write_text(f"{{id: X-6, affected: {affected}}}")
    assert advisories.read_folder(tmp_path, PACKAGES) == {
        A: Answer("OSV folder", advisories=True),
        B: Answer("OSV folder", ids=("CVE-1", "X-2", "X-6"), advisories=True),
    }
    nameless = PythonPackage("none", "1.0", "", "")
    assert advisories.read_folder(tmp_path, [nameless])["none", "1.0"].ids == ()
    with pytest.raises(ConfigError) as caught:
        advisories.read_folder(tmp_path / "none", PACKAGES)
    assert str(caught.value) == f"{tmp_path}/none: the folder of advisories has no OSV document"
    (tmp_path / "7.json").write_text("{")
    with pytest.raises(ConfigError) as caught:
        advisories.read_folder(tmp_path, PACKAGES)
    start = f"{tmp_path}/7.json: not an OSV document: "
    assert str(caught.value) == f"{start}{caught.value.__cause__}"


@pytest.mark.parametrize(
    ("given", "trusted"),
    [
        ({}, None),
        ({"SSL_CERT_FILE": "/ca"}, "/ca"),
        ({"SSL_CERT_FILE": "/ca", "REQUESTS_CA_BUNDLE": "/own"}, "/own"),
    ],
)
def test_pip_audit_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], trusted: str | None
) -> None:
    """Each package once; with the authorities of the machine."""
    asked: list[Command] = []

    def run(command: Command, *, check: bool = True) -> Result:
        assert not check
        said.command(command)
        asked.append(command)
        assert (command.cwd, command.timeout) == (tmp_path, 120.0)
        file = next(word.partition("=")[2] for word in command.argv if word.startswith("--requirement="))
        assert Path(file).read_text() == "a==1.0\nb==1.0\n"
        return Result(1, b'{"dependencies": [{"name": "A", "version": "1.0"}]}', b"", 0.0)

    monkeypatch.setattr(process, "run", run)
    project = projects.make(tmp_path, process={"PATH": "/usr/bin:/bin", **given})
    found = advisories.ask(project, PACKAGES)
    assert found == {
        A: Answer("pip-audit", advisories=True),
        B: Answer("pip-audit", unknown="not in its response"),
    }
    assert [each.env.get("REQUESTS_CA_BUNDLE") for each in asked] == [trusted]
    assert advisories.ask(project, []) == {}
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("stderr", "unknown"), [(b"", "no answer"), (b"WARNING: x\nERROR: the index is away\n", "ERROR: the index is away")]
)
def test_without_an_answer_every_package_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stderr: bytes, unknown: str
) -> None:
    """With its last word, or with why it did not start."""
    monkeypatch.setattr(process, "run", lambda *_words, **_options: Result(1, b"", stderr, 0.0))
    project = projects.make(tmp_path)
    assert advisories.ask(project, PACKAGES) == dict.fromkeys((A, B), Answer("pip-audit", unknown=unknown))

    def missing(*_words: object, **_options: object) -> Result:
        raise MissingToolError("no python")

    monkeypatch.setattr(process, "run", missing)
    assert advisories.ask(project, PACKAGES) == dict.fromkeys((A, B), Answer("pip-audit", unknown="no python"))
