"""A full or a read-only disk under every task that keeps a file: exit 5, the cause, the place and what helps."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project as projects
from dockgate.secrets import identities
from dockgate.system import ram_folder
from tests.unit.stack.startup.stacks import model, service
from tests.unit.tasks import full_disk
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tasks.world import World

DISKS = {"No space left": full_disk.full, "Read-only": full_disk.read_only}
TASKS = (
    "up --env=dev",
    "restart --env=dev",
    "down --env=dev",
    "env.docs",
    "guard --baseline",
    "guard --sarif=found.sarif",
    "secrets.init --env=staging",
    "secrets.set TOKEN --env=prod",
    "secrets.recipients-remove --name=bob --env=prod",
)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return a project with a stack and a store."""
    made = worlds.make(tmp_path, model(service("db"), service("api")), monkeypatch)
    (tmp_path / "ram").mkdir()
    monkeypatch.setenv(ram_folder.VARIABLE, str(tmp_path / "ram"))
    monkeypatch.setattr(ram_folder, "is_ram", lambda _path: True)
    other = identities.create({"HOME": str(tmp_path / "bob")})
    before = ("secrets.init --env=prod", f"secrets.recipients-add --name=bob --key={other.public} --env=prod")
    for words in (*before, "up --env=dev"):
        assert given(made, words, monkeypatch) == 0
    return made


def given(world: World, words: str, patch: pytest.MonkeyPatch) -> int:
    """Run a command line."""
    projects._parsed.cache_clear()
    patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"kX7mQ2vN9pR4tW8zB3cF6hJ5\n")))
    return world.inv(*words.split(), monkeypatch=patch)


@pytest.mark.parametrize("cause", DISKS)
@pytest.mark.parametrize("words", TASKS)
def test_it_is_said(
    words: str, cause: str, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same command works as soon as there is room."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        DISKS[cause](patch)
        code = given(world, words, monkeypatch)
    said = capsys.readouterr().err
    assert code == 5, said
    assert cause in said
    assert "make room, or make it writable" in said
