"""The halves of the release key: who can open them, where they are, what is none."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.project import Project
from dockgate.release.signing import keys
from dockgate.secrets import age_file, identities, recipients
from tests.unit import projects


def _opened(project: Project) -> None:
    with keys.private(project):
        pass


def test_the_private_halves_are_for_those_who_may_open_protected_secrets(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where none is known, for the person who makes them, who gets an identity then."""
    given: list[tuple[str, tuple[str, ...]]] = []

    def write(path: Path, data: bytes, to: tuple[str, ...]) -> None:
        assert b"PRIVATE KEY" in data
        given.append((path.name, to))

    monkeypatch.setattr(age_file, "write", write)
    keys.generate(project)
    [own] = identities.load(project.process)
    assert given == [("cosign.key.age", (own.public,)), ("signing.key.age", (own.public,))]
    for name in (keys.PUBLIC, keys.COSIGN.public):
        (project.root / name).unlink()
    people = {"dev": {"a": "age1a"}, "prod": {"b": "age1b", "c": "age1c"}, "gone": {"d": "age1d"}}
    monkeypatch.setattr(recipients, "load", lambda root: people if root == project.root else {})
    environments = projects.make(project.root).environments
    del given[:]
    keys.generate(Project(project.root, "shop", environments, {}, project.process))
    assert given == [("cosign.key.age", ("age1b", "age1c")), ("signing.key.age", ("age1b", "age1c"))]


@pytest.mark.parametrize(
    "name", ["release/signing.pub", "release/signing.key.age", "release/cosign.pub", "release/cosign.key.age"]
)
def test_key_is_never_replaced(project: Project, name: str) -> None:
    """Nor is a half of one, which belongs to another half elsewhere."""
    (project.root / "release").mkdir()
    (project.root / name).write_text("there")
    with pytest.raises(ConfigError) as caught:
        keys.generate(project)
    assert str(caught.value) == (
        f"{name}: there is a release key already\n"
        "  → a new key makes every release so far unverifiable: move the old files away if you mean that"
    )
    assert [each.name for each in (project.root / "release").iterdir()] == [Path(name).name]


def test_without_a_key_nothing_is_signed_and_the_way_out_is_said(project: Project) -> None:
    """Without a key nothing is signed and the fix is said."""
    assert not keys.available(project)
    with pytest.raises(ConfigError) as caught:
        _opened(project)
    fix = "inv releases.keygen makes one"
    assert str(caught.value) == f"release/signing.pub: there is no release key\n  → {fix}"
    assert caught.value.code == 2


def test_a_key_is_there_with_its_public_half_and_a_private_one(project: Project) -> None:
    """The committed one, or the user's own."""
    keys.generate(project)
    own = Project(project.root, "shop", MappingProxyType({}), {}, {**project.process, keys.VARIABLE: "/own"})
    assert (keys.available(project), keys.available(own)) == (True, True)
    (project.root / keys.PRIVATE).unlink()
    assert (keys.available(project), keys.available(own)) == (False, True)
    (project.root / keys.PUBLIC).unlink()
    assert (keys.available(project), keys.available(own)) == (False, False)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (None, "there is no release key"),
        ("folder", "cannot be read: [Errno 22] not a regular file: '{}'"),
        ("", "is not one SSH public key"),
        ("hello", "is not one SSH public key"),
        ("ssh-ed25519 A\nssh-ed25519 B\n", "is not one SSH public key"),
    ],
)
def test_file_that_is_no_public_key_is_refused(tmp_path: Path, text: str | None, what: str) -> None:
    """With its name, and what makes one."""
    file = tmp_path / "key"
    if text == "folder":
        file.mkdir()
    elif text is not None:
        file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        keys.read_public(file, "shown", "a fix")
    assert str(caught.value) == f"shown: {what.format(file)}\n  → a fix"


@pytest.mark.parametrize("kind", ["ssh-rsa A", "ecdsa-sha2-nistp256 A", "sk-ssh-ed25519@openssh.com A me\n"])
def test_public_keys_of_every_kind_are_taken(tmp_path: Path, kind: str) -> None:
    """As OpenSSH has them."""
    (tmp_path / "key").write_text(f" {kind}\n")
    assert keys.given(tmp_path / "key") == kind.strip()


@pytest.mark.parametrize("text", [None, "hello"])
def test_key_that_a_person_named_is_theirs_to_correct(tmp_path: Path, text: str | None) -> None:
    """A new key pair would not help."""
    if text:
        (tmp_path / "key").write_text(text)
    with pytest.raises(ConfigError) as caught:
        keys.given(tmp_path / "key")
    assert str(caught.value.where) == str(tmp_path / "key")
    assert caught.value.fix == "--key takes the file of an SSH public key, or its fingerprint: SHA256:…"


def test_a_key_that_is_named_and_not_there_is_said(project: Project, tmp_path: Path) -> None:
    """And a private half that a clone does not have."""
    keys.generate(project)
    named = Project(tmp_path, "shop", MappingProxyType({}), {}, {**project.process, keys.VARIABLE: "/nowhere/key"})
    with pytest.raises(ConfigError) as caught:
        _opened(named)
    assert caught.value.what == f"{keys.VARIABLE} names /nowhere/key, which is no file"
    assert caught.value.fix == "correct or unset it"
    (tmp_path / keys.PRIVATE).unlink()
    with pytest.raises(ConfigError, match="the private half of the release key is not here") as caught:
        _opened(project)
    assert str(caught.value.where) == keys.PRIVATE
    assert caught.value.fix == keys.KEYGEN


def test_a_copy_that_goes_while_copies_are_listed_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a sweep beside the process that had it: an empty folder would stay until the machine is started anew."""
    monkeypatch.setattr(Path, "glob", lambda *_: [tmp_path / f"{keys.COPY}1"])
    keys._sweep(tmp_path)
    assert not (tmp_path / f"{keys.COPY}1").exists()
