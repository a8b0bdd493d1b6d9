"""Other scanners that are installed, and secrets in images."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ToolFailedError
from dockgate.core.location import Location
from dockgate.core.project import Environment, Project
from dockgate.core.secret import Secret
from dockgate.env.env_files import Assignment, Layer
from dockgate.scan import advisories, external, known_secrets
from dockgate.scan.inventory import PythonPackage
from dockgate.secrets import store as secret_store
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.digests import DigestKind
from dockgate.system import process as processes
from dockgate.system.process import Result

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from dockgate.core.plan import Command


def test_pip_audit_that_cannot_start_is_unknown(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pip audit that cannot start is unknown."""

    def fail(*_: Any, **__: Any) -> Result:
        raise ToolFailedError("timed out after 120 s")

    monkeypatch.setattr(processes, "run", fail)
    assert advisories.ask(project, []) == {}
    (answer,) = advisories.ask(project, [PythonPackage("a", "1", "", "")]).values()
    assert answer.unknown == "timed out after 120 s"


def test_pip_audit_gets_the_machines_authorities(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pip audit gets the machines authorities."""
    seen: list[Command] = []

    def answer(command: Command, **_: Any) -> Result:
        seen.append(command)
        return Result(1, b"", b"Traceback\nConnectionError: nobody answers", 0.1)

    monkeypatch.setattr(processes, "run", answer)
    own = Project(project.root, "shop", {}, {}, {"SSL_CERT_FILE": "/etc/ca.pem"})
    (found,) = advisories.ask(own, [PythonPackage("a", "1", "", "")]).values()
    assert seen[0].env["REQUESTS_CA_BUNDLE"] == "/etc/ca.pem"
    assert found.unknown == "ConnectionError: nobody answers"


def test_installed_scanners_are_run_without_fetching_a_database(project: Project, tmp_path: Path) -> None:
    """Installed scanners are run without fetching a database."""
    program = tmp_path / "bin" / "grype"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\n[ "$GRYPE_DB_AUTO_UPDATE" = false ] && echo \'{"matches": []}\'\n')
    program.chmod(0o755)
    own = Project(project.root, "shop", {}, {}, {"PATH": f"{program.parent}:/bin:/usr/bin"})
    found = external.installed(own)
    assert found == {"grype": str(program)}
    assert external.run(own, found, tmp_path / "image.tar") == (external.ScannerReport("grype"),)
    program.write_text("#!/bin/sh\necho '{\"matches\": []}'; echo 'database is broken' >&2; exit 1\n")
    assert external.run(own, found, tmp_path / "image.tar")[0].problem == "database is broken"


def environment(name: str) -> Environment:
    return Environment(
        name, (), (), "", f"env/{name}.secrets.age", protected=True, endpoints=(), profiles=(), images={}
    )


def test_secrets_that_can_be_opened_are_sought_and_the_key_changes_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secrets that can be opened are sought and the key changes with them."""
    project = Project(tmp_path, "shop", {"prod": environment("prod")}, {}, {})
    secret = Assignment(
        name="PW", value=Secret("hunter2hunter2"), origin=Location("x"), layer="secrets", raw="", interpolate=False
    )
    monkeypatch.setattr(secret_store, "layer", lambda *_, **__: Layer("secrets", "x", (secret,)))
    before = known_secrets.sought(project)
    found = [what for detect in before.detectors for what in detect(b"pw=hunter2hunter2")]
    assert found == ["the value of PW of prod"]
    (tmp_path / "env").mkdir()
    (tmp_path / "env/prod.secrets.age").write_text("rotated")
    assert known_secrets.sought(project).key != before.key


def test_fingerprints_find_a_secret_that_nobody_here_can_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fingerprints find a secret that cannot be opened here."""
    value, salt = "kX7mQ2vN9pR4tW8zB3cF6hJ5", b"s" * 16
    sheet = SimpleNamespace(
        salt=salt, of=lambda kind: {digests.fast(value, salt): "x"} if kind is DigestKind.FAST else {}
    )
    monkeypatch.setattr(fingerprint_match, "load", lambda _: SimpleNamespace(sheets=(sheet,)))
    sought = known_secrets.sought(Project(tmp_path, "shop", {}, {}, {}))
    hits = [what for detect in sought.detectors for what in detect(f'{{"password": "{value}"}}'.encode())]
    assert hits == ["a secret that env/fingerprints.toml knows"]
    assert [what for detect in sought.detectors for what in detect(b"\0" + value.encode())] == []
