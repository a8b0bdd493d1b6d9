"""What OpenSSH's own program is given, and what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError, FindingsError
from dockgate.release.signing import ssh
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Command

PUBLIC = "ssh-ed25519 AAAA a comment"


def answering(monkeypatch: pytest.MonkeyPatch, result: Result) -> list[Command]:
    """Let ssh-keygen answer with this; return what it is given, its files by their content."""
    given: list[Command] = []

    def run(command: Command, *, stdin: bytes, check: bool = True) -> Result:
        assert (stdin, check) == (b"data", "sign" in command.argv)
        given.append(command)
        return result

    monkeypatch.setattr(process, "run", run)
    return given


def test_a_signature_is_made_with_the_key_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, signature = projects.make(tmp_path), f"{ssh.ARMOUR}\nx\n"
    given = answering(monkeypatch, Result(0, signature.encode(), b"", 0.0))
    assert ssh.sign(project, tmp_path / "key", b"data") == signature
    [command] = given
    assert command.argv == ("ssh-keygen", "-Y", "sign", "-q", "-f", f"{tmp_path}/key", "-n", ssh.NAMESPACE)
    assert (command.env, command.timeout) == (project.child_env(), 60.0)
    answering(monkeypatch, Result(0, b"no signature", b"", 0.0))
    with pytest.raises(ConfigError, match=r"^ssh-keygen made no signature\n  → is the key one that can sign\?$"):
        ssh.sign(project, tmp_path / "key", b"data")


@pytest.mark.parametrize(
    ("out", "error", "said"),
    [(b"", b"", "ssh-keygen refused it"), (b"one\n", b"Could not verify signature.\n", "Could not verify signature.")],
)
def test_a_signature_that_does_not_hold_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: bytes, error: bytes, said: str
) -> None:
    project = projects.make(tmp_path)
    given = answering(monkeypatch, Result(0, b"", b"", 0.0))
    ssh.verify(project, PUBLIC, b"data", "signature")
    [command] = given
    assert [re.sub(r"^/\S*/", "", word) for word in command.argv] == [
        *("ssh-keygen", "-Y", "verify", "-q", "-f", "allowed_signers"),
        *("-I", ssh.IDENTITY, "-n", ssh.NAMESPACE, "-s", "signature"),
    ]
    assert (command.env, command.timeout) == (project.child_env(), 60.0)
    answering(monkeypatch, Result(255, out, error, 0.0))
    fix = "another key made it, or the signed data changed: do not use it; get it again from its source"
    with pytest.raises(FindingsError) as caught:
        ssh.verify(project, PUBLIC, b"data", "signature")
    assert (caught.value.what, caught.value.fix) == (f"the signature does not hold: {said}", fix)
