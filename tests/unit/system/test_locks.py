"""The stack lock, between real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ConfigError
from dockgate.core.project import Project
from dockgate.core.target import stack_lock
from dockgate.system import locks
from dockgate.system.locks import HeldError, Holder, State

if TYPE_CHECKING:
    from collections.abc import Iterator

REPO = Path(__file__).parents[3]
ALICE = Holder("alice", "elsewhere", 1, "2026-01-01T00:00:00+00:00", "up", "/srv/a")

HOLD = """
import sys, time
from pathlib import Path
from dockgate.system import locks
from dockgate.core.project import Project
project = Project(Path(sys.argv[1]), "shop", {}, {}, {"USER": "bob"})
with locks.held(project, "shop-prod", "release 1.2.3", folder=Path(sys.argv[2])):
    print("held", flush=True)
    time.sleep(float(sys.argv[3]))
"""


def project(root: Path) -> Project:
    """Return a project of ours."""
    return Project(root, "shop", MappingProxyType({}), {}, {"USER": "alice"})


def lock_file(folder: Path) -> Path:
    """Return the file of the lock `shop-prod` in a folder."""
    with locks.held(project(folder), "shop-prod", "up", folder=folder) as lock:
        path = lock.path
    path.unlink()
    return path


def hold(folder: Path, seconds: float = 60) -> subprocess.Popen[str]:
    """Start a process of another checkout that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder / "other"), str(folder), str(seconds)],
        cwd=REPO,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold the lock for a whole test."""
    process = hold(tmp_path)
    yield process
    process.kill()
    process.communicate()


def test_second_process_from_another_checkout_is_refused_and_told_by_whom(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    """Another stack is not locked."""
    with (
        pytest.raises(HeldError) as caught,
        locks.held(project(tmp_path / "mine"), "shop-prod", "up", folder=tmp_path),
    ):
        pass
    found = caught.value.holder
    assert found is not None
    assert (found.owner, found.pid, found.message) == ("bob", holder.pid, "release 1.2.3")
    assert found.checkout == str(tmp_path / "other")
    assert caught.value.code == 7
    assert str(caught.value) == f"shop-prod is locked by {found}\n  → wait for it with --lock-wait=SECONDS"
    assert caught.value.as_json()["holder"] is not None
    assert locks.inspect(project(tmp_path), "shop-prod", tmp_path) == (State.HELD, found)
    with locks.held(project(tmp_path), "shop-dev", "up", folder=tmp_path) as lock:
        assert lock.stale is None


def test_killed_holder_leaves_a_stale_lock_that_the_next_one_takes_over(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    """Killed holder leaves a stale lock that the next one takes over."""
    holder.kill()
    holder.wait()
    state, left = locks.inspect(project(tmp_path), "shop-prod", tmp_path)
    assert state is State.STALE
    with locks.held(project(tmp_path), "shop-prod", "up", folder=tmp_path) as lock:
        assert lock.stale == left
        assert lock.stale is not None
        assert lock.stale.message == "release 1.2.3"
    assert locks.inspect(project(tmp_path), "shop-prod", tmp_path) == (State.FREE, None)


def test_waiting_gets_the_lock_when_the_holder_ends(tmp_path: Path) -> None:
    """Waiting gets the lock when the holder ends."""
    process = hold(tmp_path, 0.3)
    with locks.held(project(tmp_path), "shop-prod", "up", wait=60, folder=tmp_path) as lock:
        assert lock.stale is None
    process.communicate()


def test_same_process_may_hold_it_again_and_keeps_it_until_the_outer_end(tmp_path: Path) -> None:
    """Same process may hold it again and keeps it until the outer end."""
    ours = project(tmp_path)
    with locks.held(ours, "shop-prod", "rollback", folder=tmp_path):
        with locks.held(ours, "shop-prod", "up", folder=tmp_path):
            pass
        state, found = locks.inspect(project(tmp_path), "shop-prod", tmp_path)
        assert state is State.HELD
        assert found is not None
        assert found.message == "rollback"
    assert locks.inspect(project(tmp_path), "shop-prod", tmp_path)[0] is State.FREE


def test_error_inside_releases(tmp_path: Path) -> None:
    """Error inside releases."""
    with pytest.raises(RuntimeError), locks.held(project(tmp_path), "shop-prod", "up", folder=tmp_path):
        raise RuntimeError
    assert locks.inspect(project(tmp_path), "shop-prod", tmp_path)[0] is State.FREE


def test_child_that_outlives_the_holder_does_not_keep_the_lock(tmp_path: Path) -> None:
    """Child that outlives the holder does not keep the lock."""
    with locks.held(project(tmp_path), "shop-prod", "up", folder=tmp_path):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    assert locks.inspect(project(tmp_path), "shop-prod", tmp_path)[0] is State.FREE
    child.kill()
    child.wait()


def test_link_in_the_place_of_the_lock_is_refused(tmp_path: Path) -> None:
    """Link in the place of the lock is refused."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    lock_file(tmp_path).symlink_to(victim)
    with pytest.raises(ConfigError), locks.held(project(tmp_path), "shop-prod", "up", folder=tmp_path):
        pass
    assert victim.read_text() == "precious"


def test_file_cut_off_by_a_full_disk_is_nobodys_name(tmp_path: Path) -> None:
    """File cut off by a full disk is nobodys name."""
    lock_file(tmp_path).write_text('{"owner": "al')
    assert locks.inspect(project(tmp_path), "shop-prod", tmp_path) == (State.FREE, None)


def test_lock_is_its_users_alone_whatever_the_umask(tmp_path: Path) -> None:
    """Lock is its users alone whatever the umask."""
    previous = os.umask(0)
    try:
        with locks.held(project(tmp_path), "shop-prod", "up", folder=tmp_path) as lock:
            assert lock.path.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(previous)


def test_stacks_of_two_engines_do_not_share_a_lock(tmp_path: Path) -> None:
    """The same name on another endpoint is another stack; a link to the same socket is not."""
    (tmp_path / "run").mkdir()
    (tmp_path / "var").symlink_to(tmp_path / "run")
    near, same, far = (
        stack_lock("shop-prod", Endpoint(host, "DOCKER_HOST"))
        for host in (f"unix://{tmp_path}/run/d.sock", f"unix://{tmp_path}/var/d.sock", "ssh://far")
    )
    assert near == same
    with locks.held(project(tmp_path), near, "up", folder=tmp_path) as one:
        with locks.held(project(tmp_path), far, "up", folder=tmp_path) as other:
            assert one.path != other.path
        assert locks.inspect(project(tmp_path), far, tmp_path)[0] is State.FREE
        assert locks.inspect(project(tmp_path), near, tmp_path)[0] is State.HELD


@pytest.mark.parametrize(
    ("holder", "locked", "alive", "state"),
    [
        (None, False, False, State.FREE),
        (ALICE, False, False, State.STALE),
        (ALICE, False, True, State.STALE),  # its process id was used again: the kernel's lock is what counts
        (ALICE, True, True, State.HELD),
        (None, True, False, State.HELD),
        (ALICE, True, False, State.INHERITED),
    ],
)
def test_judging_a_lock(holder: Holder | None, locked: bool, alive: bool, state: State) -> None:  # noqa: FBT001 - a table
    """Judging a lock."""
    assert locks.judge(holder, locked=locked, alive=alive) is state


@pytest.mark.parametrize(
    ("process", "name"), [({"USER": "root", "SUDO_USER": "carol"}, "carol"), ({"USER": "dave"}, "dave")]
)
def test_owner_is_who_types_behind_sudo_too(process: dict[str, str], name: str) -> None:
    """Owner is who types behind sudo too."""
    assert locks.owner(Project(Path("/"), "shop", MappingProxyType({}), {}, process)) == name
