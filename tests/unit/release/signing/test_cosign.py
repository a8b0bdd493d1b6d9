"""Signatures of images: how cosign is called, and what it is given."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from dockgate.core.project import Project
from dockgate.release.signing import cosign, keys
from dockgate.system import process

if TYPE_CHECKING:
    from dockgate.core.plan import Command
    from dockgate.system.process import Result


COSIGN = """#!/bin/sh
# Stands in for cosign: it writes down how it was called.
for last; do
  case $last in --output-key-prefix=*) prefix=${last#*=} ;; esac
done
echo "$@" >>"$LOG"
case $1 in
import-key-pair) [ -n "$COSIGN_PASSWORD" ] && touch "$prefix.key" ;;
esac
"""


@pytest.fixture
def with_cosign(project: Project, tmp_path: Path) -> Project:
    keys.generate(project)
    program = tmp_path / "bin/cosign"
    program.parent.mkdir()
    program.write_text(COSIGN.replace("$LOG", str(tmp_path / "log")))
    program.chmod(0o755)
    found = {**project.process, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    return Project(project.root, "shop", MappingProxyType({}), {}, found)


def test_images_are_signed_and_their_bills_attested_by_digest(
    with_cosign: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a password for the key that is drawn anew, in the environment of those alone that need it."""
    given: list[Command] = []
    real = process.run

    def run(command: Command) -> Result:
        given.append(command)
        return real(command)

    monkeypatch.setattr(process, "run", run)
    tool = cosign.find(with_cosign)
    assert tool is not None
    tool.sign_images({"localhost:5000/a@sha256:1": {"cyclonedx": tmp_path / "bill"}, "registry.example/b@sha256:2": {}})
    log = (tmp_path / "log").read_text()
    assert (with_cosign.root / keys.COSIGN.public).read_text().startswith("-----BEGIN PUBLIC KEY-----")
    [password] = {each.env["COSIGN_PASSWORD"] for each in given if each.argv[1] != "signing-config"}
    assert re.fullmatch("[0-9a-f]{32}", password)
    assert [each.env["COSIGN_PASSWORD"] for each in given] == [password, "", password, password, password]
    assert {(each.env["COSIGN_YES"], each.cwd, each.timeout) for each in given} == {("true", with_cosign.root, 120.0)}
    imported, made, *calls = log.splitlines()
    assert imported.startswith("import-key-pair --key=")
    config = made.removeprefix("signing-config create --out=")
    key = imported.rpartition("--output-key-prefix=")[2] + ".key"
    folder = str(Path(key).parent)
    assert imported == f"import-key-pair --key={folder}/key --output-key-prefix={folder}/imported"
    assert (config, key) == (f"{folder}/signing-config.json", f"{folder}/imported.key")
    flags = f"--key={key} --signing-config={config}"
    bill = f"--type=cyclonedx --predicate={tmp_path / 'bill'}"
    assert calls == [
        f"sign {flags} --allow-http-registry localhost:5000/a@sha256:1",
        f"attest {flags} --allow-http-registry {bill} localhost:5000/a@sha256:1",
        f"sign {flags} registry.example/b@sha256:2",
    ]


def test_without_cosign_or_a_key_of_it_there_is_none(project: Project, with_cosign: Project) -> None:
    """Without cosign or a key of it there is none."""
    assert cosign.find(project) is None
    (with_cosign.root / keys.COSIGN.public).unlink()
    assert cosign.find(with_cosign) is None
