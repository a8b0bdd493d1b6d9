"""The release key and its signatures, with the real ssh-keygen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import pytest

from dockgate.core.errors import ConfigError, FindingsError
from dockgate.core.project import Project
from dockgate.release.signing import cosign, keys, ssh
from dockgate.secrets import age_file, identities

DATA = b'{"version": "1.2.3"}'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    process = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home")}
    return Project(tmp_path, "shop", MappingProxyType({}), {}, process)


def signed(project: Project) -> str:
    with keys.private(project) as file:
        return ssh.sign(project, file, DATA)


def test_what_was_signed_verifies_with_the_public_half_alone(project: Project) -> None:
    """What was signed verifies with the public half alone."""
    public = keys.generate(project)
    signature = signed(project)
    (project.root / keys.PRIVATE).unlink()
    ssh.verify(project, keys.public(project), DATA, signature)
    assert keys.public(project) == public


def test_changed_data_signature_or_key_is_refused(project: Project, tmp_path: Path) -> None:
    """Changed data signature or key is refused."""
    public = keys.generate(project)
    signature = signed(project)
    body = signature.splitlines()
    body[2] = body[2][::-1]
    other = Project(tmp_path / "other", "shop", MappingProxyType({}), {}, project.process)
    for key, data, text in (
        (public, DATA + b" ", signature),
        (public, DATA, "\n".join(body)),
        (public, DATA, ""),
        (keys.generate(other), DATA, signature),
    ):
        with pytest.raises(FindingsError):
            ssh.verify(project, key, data, text)


def test_same_data_has_the_same_signature(project: Project) -> None:
    """Same data has the same signature."""
    keys.generate(project)
    assert signed(project) == signed(project)


def test_private_half_is_encrypted_and_its_copy_in_clear_is_private_and_goes(project: Project) -> None:
    """Private half is encrypted and its copy in clear is private and goes."""
    keys.generate(project)
    assert b"PRIVATE KEY" not in (project.root / keys.PRIVATE).read_bytes()
    with keys.private(project) as file:
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
        kept = file
    assert not kept.parent.exists()
    opened = age_file.read(project.root / keys.PRIVATE, "key", identities.load(project.process))
    assert opened.startswith(b"-----BEGIN OPENSSH PRIVATE KEY-----")


HOLDER = """\
import json, sys, time
from pathlib import Path
from dockgate.core.project import Project
from dockgate.release.signing import keys
with keys.private(Project(Path(sys.argv[1]), "shop", {}, {}, json.loads(sys.argv[2]))) as file:
    print(file, flush=True)
    time.sleep(60)
"""


def test_copy_in_clear_that_a_killed_process_left_goes_and_a_living_ones_stays(project: Project) -> None:
    """A release killed while it signs does not leave its key on RAM for good."""
    keys.generate(project)
    argv = [sys.executable, "-c", HOLDER, str(project.root), json.dumps(dict(project.process))]
    with subprocess.Popen(argv, cwd=Path(__file__).parents[4], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        file = Path(holder.stdout.readline().strip())
        try:
            signed(project)
            assert file.is_file()
        finally:
            holder.kill()
    assert file.is_file()
    signed(project)
    assert not file.parent.exists()


def test_key_of_the_users_own_is_used_where_it_stands(project: Project, tmp_path: Path) -> None:
    """Key of the users own is used where it stands."""
    keys.generate(project)
    own = tmp_path / "own"
    with keys.private(project) as file:
        own.write_bytes(file.read_bytes())
    own.chmod(0o600)
    (project.root / keys.PRIVATE).unlink()
    elsewhere = Project(project.root, "shop", MappingProxyType({}), {}, {**project.process, keys.VARIABLE: str(own)})
    ssh.verify(project, keys.public(project), DATA, signed(elsewhere))
    assert own.exists()


def test_key_is_never_replaced(project: Project) -> None:
    """Key is never replaced."""
    before = keys.generate(project)
    with pytest.raises(ConfigError, match="already"):
        keys.generate(project)
    assert keys.public(project) == before


def test_without_a_key_nothing_is_signed_and_the_way_out_is_said(project: Project) -> None:
    """Without a key nothing is signed and the fix is said."""
    assert not keys.available(project)
    with pytest.raises(ConfigError) as caught:
        signed(project)
    assert "releases.keygen" in caught.value.fix
    assert caught.value.code == 2


@pytest.mark.parametrize("text", ["", "hello", "ssh-ed25519 A\nssh-ed25519 B\n"])
def test_file_that_is_no_public_key_is_refused(tmp_path: Path, text: str) -> None:
    """File that is no public key is refused."""
    (tmp_path / "key").write_text(text)
    with pytest.raises(ConfigError):
        keys.read_public(tmp_path / "key", "key", keys.KEYGEN)


@pytest.mark.parametrize("text", [None, "hello"])
def test_key_that_a_person_named_is_theirs_to_correct(tmp_path: Path, text: str | None) -> None:
    """A new key pair would not help."""
    if text:
        (tmp_path / "key").write_text(text)
    with pytest.raises(ConfigError) as caught:
        keys.given(tmp_path / "key")
    assert str(caught.value.where) == str(tmp_path / "key")
    assert caught.value.fix == "--key takes the file of an SSH public key, or its fingerprint: SHA256:…"


def test_fingerprint_is_openssh_s(project: Project) -> None:
    """What people compare is what `ssh-keygen` shows them."""
    public = keys.generate(project)
    shown = subprocess.run(["ssh-keygen", "-l", "-f", "-"], input=public.encode(), capture_output=True, check=True)
    assert ssh.fingerprint(public) == shown.stdout.decode().split()[1]


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
    process = {**project.process, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    return Project(project.root, "shop", MappingProxyType({}), {}, process)


def test_images_are_signed_and_their_bills_attested_by_digest(with_cosign: Project, tmp_path: Path) -> None:
    """Images are signed and their bills attested by digest."""
    tool = cosign.find(with_cosign)
    assert tool is not None
    tool.sign_images({"localhost:5000/a@sha256:1": {"cyclonedx": tmp_path / "bill"}, "registry.example/b@sha256:2": {}})
    log = (tmp_path / "log").read_text()
    assert (with_cosign.root / keys.COSIGN.public).read_text().startswith("-----BEGIN PUBLIC KEY-----")
    assert "--signing-config=" in log
    assert "tlog-upload" not in log
    imported, made, *calls = log.splitlines()
    assert imported.startswith("import-key-pair --key=")
    config = made.removeprefix("signing-config create --out=")
    key = imported.rpartition("--output-key-prefix=")[2] + ".key"
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


def test_a_key_that_is_named_and_not_there_is_said(project: Project, tmp_path: Path) -> None:
    """And a private half that a clone does not have."""
    keys.generate(project)
    named = Project(tmp_path, "shop", MappingProxyType({}), {}, {**project.process, keys.VARIABLE: "/nowhere/key"})
    with pytest.raises(ConfigError) as caught:
        signed(named)
    assert caught.value.what == f"{keys.VARIABLE} names /nowhere/key, which is no file"
    assert caught.value.fix == "correct or unset it"
    (tmp_path / keys.PRIVATE).unlink()
    with pytest.raises(ConfigError, match="the private half of the release key is not here") as caught:
        signed(project)
    assert str(caught.value.where) == keys.PRIVATE
    assert caught.value.fix == keys.KEYGEN
