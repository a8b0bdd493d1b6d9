"""Runtime copies of secrets: written once, for one stack, and removed with it."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pytest

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.secret import Secret
from dockgate.secrets import runtime_files
from dockgate.secrets import store as secret_store
from dockgate.system import ram_folder, user_files
from tests.unit.secrets.secretproject import STRONG, enrolled, project, stored, target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.secrets.runtime_files import Rendered


@pytest.fixture
def work(tmp_path: Path, ram: Path) -> Project:
    """Return a project whose copies go to the test's own folder."""
    return project(tmp_path, **{ram_folder.VARIABLE: str(ram)})


@dataclass
class Environment:
    """A resolved environment, as far as copies need one."""

    values: Mapping[str, str]

    def secrets(self) -> dict[str, Secret]:
        """Return the secret values."""
        return {name: Secret(value) for name, value in self.values.items()}


def resolved(**values: str) -> ResolvedEnv:
    """Return an environment with these secrets."""
    return cast("ResolvedEnv", Environment(values))


def rendered(work: Project, stack: Target, env: ResolvedEnv) -> Rendered:
    """Write the copies as `up` does, with the version key that the environment has."""
    key = runtime_files.version_key(work, secret_store.load(work, stack.environment))
    return runtime_files.render(work, stack, env, key)


def inodes(folder: Path) -> dict[str, int]:
    """Return the files of a folder by name, with what changes when one is written anew."""
    return {path.name: path.stat().st_ino for path in folder.iterdir()}


def test_one_file_a_secret(work: Project, ram: Path) -> None:
    """The exact value, readable for any user of a container, in a folder that only its owner enters."""
    done = rendered(work, target(work), resolved(A=STRONG, PEM="line\nline\n"))
    checkout = hashlib.sha256(str(work.root).encode()).hexdigest()[:8]
    assert done.folder == ram / f"dockgate-{os.geteuid()}" / f"shop-prod-{checkout}"
    key = user_files.machine_key(work.process)
    texts = {"A": f"A\0{STRONG}", "PEM": "PEM\0line\nline\n"}
    assert done.versions == {
        name: hashlib.blake2b(text.encode(), key=key, digest_size=8, person=b"dockgate-version").hexdigest()
        for name, text in texts.items()
    }
    assert done == runtime_files.preview(work, target(work), resolved(A=STRONG, PEM="line\nline\n"), key)
    assert {name: path.read_text() for name, path in done.files.items()} == {"A": STRONG, "PEM": "line\nline\n"}
    assert done.folder.parent.parent == ram
    assert {stat.S_IMODE(path.stat().st_mode) for path in done.files.values()} == {0o444}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (done.folder, done.folder.parent)} == {0o700}


def test_the_copy_of_a_running_container_can_be_changed(work: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it has mounted is another file than the one that `render` has put there since; the mode stays."""
    stack, modes, real = target(work), list[int](), os.fchmod

    def noted(file: int, mode: int) -> None:
        modes.append(mode)
        real(file, mode)

    first = rendered(work, stack, resolved(A="the old one", B="b")).files
    with runtime_files.mounted(work, [stack.project], stack.root, "A") as update, first["A"].open() as in_container:
        second = rendered(work, stack, resolved(A="new", B="b")).files
        assert in_container.read() == "the old one"
        monkeypatch.setattr(os, "fchmod", noted)
        update(Secret("new"))
        assert modes == [0o644, 0o444]  # root could write it without, another user not
        in_container.seek(0)
        assert in_container.read() == "new"
        assert stat.S_IMODE(os.fstat(in_container.fileno()).st_mode) == 0o444
    assert {name: path.read_text() for name, path in second.items()} == {"A": "new", "B": "b"}


def test_stacks_without_copies_have_none_to_change(work: Project, ram: Path) -> None:
    """Nor is a folder made for them."""
    stack = target(work)
    with runtime_files.mounted(work, ["shop-other", stack.project], stack.root, "A") as update:
        update(Secret("new"))
    assert list(ram.iterdir()) == []


def test_what_did_not_change_is_not_written(work: Project) -> None:
    """A second run touches nothing; a changed value changes its file alone; what is gone goes."""
    first = rendered(work, target(work), resolved(A="a", B="b", C="c"))
    before = inodes(first.folder)
    assert rendered(work, target(work), resolved(A="a", B="b", C="c")) == first
    assert inodes(first.folder) == before
    second = rendered(work, target(work), resolved(A="a", B="new"))
    assert {name: path.read_text() for name, path in second.files.items()} == {"A": "a", "B": "new"}
    after = inodes(first.folder)
    assert set(after) == {"A", "B"}
    assert after["A"] == before["A"]
    assert after["B"] != before["B"]


def test_versions_of_a_store_are_the_same_for_everybody_who_opens_it(work: Project, tmp_path: Path) -> None:
    """Two operators of one environment do not recreate each other's containers."""
    bobs = project(tmp_path, "bob", **{ram_folder.VARIABLE: work.process[ram_folder.VARIABLE]})
    enrolled(work, "prod")
    enrolled(bobs, "prod")
    stored(work, "prod", A=STRONG)
    versions = [rendered(each, target(each), resolved(A=STRONG)).versions for each in (work, bobs)]
    assert versions[0] == versions[1]


def test_remove_takes_this_stack_alone(work: Project, ram: Path) -> None:
    """Another stack's copies stay; the last one takes the folder along; then there is nothing to remove."""
    prod = rendered(work, target(work), resolved(A="a"))
    staging = rendered(work, target(work, "staging"), resolved(A="b"))
    assert runtime_files.remove(work, target(work))
    assert not prod.folder.exists()
    assert staging.files["A"].read_text() == "b"
    assert not runtime_files.remove(work, target(work))
    assert runtime_files.remove(work, target(work, "staging"))
    assert list(ram.iterdir()) == []


def test_a_folder_in_place_of_a_file_is_replaced(work: Project) -> None:
    """The engine makes one when a container starts whose copies are gone, after a reboot."""
    done = rendered(work, target(work), resolved(A="a"))
    done.files["A"].unlink()
    done.files["A"].mkdir()
    rendered(work, target(work), resolved(A="a"))
    assert done.files["A"].read_text() == "a"


def test_a_link_or_an_odd_mode_in_place_of_a_file_is_replaced(work: Project, tmp_path: Path) -> None:
    """What a link points to is neither read nor written."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("a")
    done = rendered(work, target(work), resolved(A="a", B="b"))
    done.files["A"].unlink()
    done.files["A"].symlink_to(elsewhere)
    done.files["B"].chmod(0o400)
    rendered(work, target(work), resolved(A="a", B="b"))
    assert not done.files["A"].is_symlink()
    assert stat.S_IMODE(done.files["B"].stat().st_mode) == 0o444
    assert elsewhere.read_text() == "a"


def test_a_folder_prepared_by_somebody_else_is_refused(work: Project, ram: Path) -> None:
    """Nothing is written into a folder that was there with another mode."""
    theirs = ram / f"dockgate-{os.geteuid()}"
    theirs.mkdir()
    theirs.chmod(0o777)
    with pytest.raises(ConfigError):
        rendered(work, target(work), resolved(A=STRONG))
    assert list(theirs.iterdir()) == []


def test_a_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No value in clear reaches a disk."""
    disk = tmp_path / "disk"
    disk.mkdir()
    monkeypatch.setattr(ram_folder, "is_ram", lambda _path: False)
    work = project(tmp_path, **{ram_folder.VARIABLE: str(disk)})
    with pytest.raises(ConfigError):
        rendered(work, target(work), resolved(A=STRONG))
    assert list(disk.iterdir()) == []


def test_another_machine_is_refused(work: Project) -> None:
    """Files here are no files there."""
    far = target(work, host="ssh://deploy@example.com")
    with pytest.raises(ConfigError) as caught:
        rendered(work, far, resolved(A="a"))
    what = f"secrets are files on this machine, but {far.endpoint} is another machine"
    assert str(caught.value) == f"{what}\n  → run it on that machine: inv up --env=prod there"


@pytest.mark.parametrize("name", ["../A", "A/B", ".", "", "A B"])
def test_a_name_is_no_path(work: Project, name: str) -> None:
    """What is no variable's name becomes no file's name."""
    with pytest.raises(ConfigError) as caught:
        rendered(work, target(work), resolved(**{name: "a"}))
    assert str(caught.value) == f"{name!r} is not a variable name, so it cannot be a file name"


def test_ram_that_is_full_is_told(work: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a traceback, and without a value."""

    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(ToolFailedError) as caught:
        rendered(work, target(work), resolved(A=STRONG))
    folder = runtime_files.preview(work, target(work), resolved(), b"").folder
    assert str(caught.value) == f"the secrets cannot be written to {folder}: No space left on device"
