"""A release key is trusted as it was seen first; a commit that replaces it does not change that."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project as projects
from dockgate.core.errors import FindingsError
from dockgate.release.promotion import promote
from dockgate.release.signing import keys, ssh, trust
from tests.unit.release import releasing
from tests.unit.release.pipeline.shop import Shop

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return releasing.shop(tmp_path / "a/shop", tmp_path / "a/home")


def replaced(project: Project) -> str:
    """Replace the committed key, as a person who may push could."""
    for file in (project.root / "release").iterdir():
        file.unlink()
    return keys.generate(project)


def test_the_first_key_is_remembered_for_this_user_alone(project: Project) -> None:
    """Outside of the repository, and private."""
    assert trust.key(project) == keys.public(project)
    [file] = (project.root.parent / "home/.config/dockgate/release-keys").iterdir()
    kept = f"{ssh.fingerprint(keys.public(project))}\n"
    assert (file.name, file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("shop", kept, 0o600)
    xdg = {name: value for name, value in project.process.items() if name != "HOME"}
    folder = project.root.parent / "xdg"
    trust.key(projects.load(project.root, {**xdg, "XDG_CONFIG_HOME": str(folder)}))
    assert (folder / "dockgate/release-keys/shop").read_text() == kept
    file.write_text(f" {kept} ")
    assert trust.key(project) == keys.public(project)


def test_another_key_is_refused_with_both_fingerprints(project: Project) -> None:
    """The reader can ask the owner which one is right."""
    before = ssh.fingerprint(trust.key(project))
    now = ssh.fingerprint(replaced(project))
    with pytest.raises(FindingsError) as caught:
        trust.key(project)
    assert str(caught.value) == (
        f"release/signing.pub: the release key is {now}, and {before} was trusted before\n"
        f"  → ask its owner; if {now} is right: inv releases.verify VERSION --key={now}"
    )


def test_a_fingerprint_that_the_user_gives_is_trusted_from_then_on(project: Project) -> None:
    """And a wrong one changes nothing."""
    trust.key(project)
    public = replaced(project)
    with pytest.raises(FindingsError) as caught:
        trust.given(project, "SHA256:wrong")
    assert str(caught.value) == (f"release/signing.pub: the release key is {ssh.fingerprint(public)}, not SHA256:wrong")
    with pytest.raises(FindingsError):
        trust.key(project)
    assert trust.given(project, ssh.fingerprint(public)) == public
    assert trust.key(project) == public


def test_a_machine_that_cannot_remember_still_verifies(project: Project) -> None:
    """A service without a home, or a home that cannot be written to."""
    process = {name: value for name, value in project.process.items() if name != "HOME"}
    assert trust.key(projects.load(project.root, process)) == keys.public(project)
    (project.root.parent / "home/.config/dockgate").mkdir(parents=True, exist_ok=True)
    (project.root.parent / "home/.config/dockgate/release-keys").touch()
    assert trust.key(project) == keys.public(project)


def test_a_promoted_release_under_a_replaced_key_does_not_run(tmp_path: Path) -> None:
    """The attack: a new key, the release signed anew with it, both in one commit."""
    shop = Shop(tmp_path / "a/shop", tmp_path / "a/home")
    shop.release()
    before = trust.key(shop.project)
    replaced(shop.project)
    data = (shop.root / "releases/0.1.1/manifest.json").read_bytes()
    with keys.private(shop.project) as key:
        (shop.root / "releases/0.1.1/manifest.json.sig").write_text(ssh.sign(shop.project, key, data))
    assert keys.public(shop.project) != before
    with pytest.raises(FindingsError, match="was trusted before"):
        promote.promote(shop.project, "staging", "0.1.1", shop.store, reason="")
