"""The release key and its signatures, with the real ssh-keygen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import pytest

from dockgate.core.errors import FindingsError
from dockgate.core.project import Project
from dockgate.release.signing import keys, ssh
from dockgate.secrets import age_file, identities

DATA = b'{"version": "1.2.3"}'


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
    assert public.startswith("ssh-ed25519 AAAA")
    assert public.endswith(" shop releases")
    assert (project.root / keys.PUBLIC).read_text() == f"{public}\n"
    assert {(project.root / name).stat().st_mode & 0o777 for name in (keys.PUBLIC, keys.COSIGN.public)} == {0o644}


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


def test_fingerprint_is_openssh_s(project: Project) -> None:
    """What people compare is what `ssh-keygen` shows them."""
    public = keys.generate(project)
    shown = subprocess.run(["ssh-keygen", "-l", "-f", "-"], input=public.encode(), capture_output=True, check=True)
    assert ssh.fingerprint(public) == shown.stdout.decode().split()[1]
