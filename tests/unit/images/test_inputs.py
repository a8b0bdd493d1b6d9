"""The hash of what an image is made of: it changes with the image, and with nothing else."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.project import Project
from dockgate.images import inputs
from dockgate.images.settings import Base, Image, ImageSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

API = Image("api", "API_IMAGE", "api", ("docker/api",))
SETTINGS = ImageSettings(Base(), "docker/bake.hcl", ("docker/rootfs",), (API,))
BASE = "sha256:" + "a" * 64


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, content in {
        "docker/bake.hcl": "target",
        "docker/rootfs/assemble": "script",
        "docker/api/Dockerfile": "FROM base",
        "docker/api/.dockerignore": "*\n!app\n",
        "docker/api/app/main.py": "print()",
        "docker/api/tests/test_main.py": "assert",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    return tmp_path


def project(root: Path) -> Project:
    return Project(root, "shop", MappingProxyType({}), MappingProxyType({}), MappingProxyType({}), "dockgate.toml")


def tag(root: Path, image: Image = API, base: str = BASE) -> str:
    return inputs.tag(image, base, inputs.read(project(root), SETTINGS, image))


def test_the_same_inputs_make_the_same_tag(root: Path) -> None:
    first = tag(root)
    os.utime(root / "docker/api/app/main.py", (1, 1))
    assert tag(root) == first
    assert len(first) == inputs.TAG_LENGTH


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file that is copied": lambda root: (root / "docker/api/app/main.py").write_text("print(1)", encoding="utf-8"),
    "a new file": lambda root: (root / "docker/api/app/new.py").touch(),
    "a removed file": lambda root: (root / "docker/api/app/main.py").unlink(),
    "a renamed file": lambda root: (root / "docker/api/app/main.py").rename(root / "docker/api/app/other.py"),
    "an executable bit": lambda root: (root / "docker/api/app/main.py").chmod(0o755),
    "the Dockerfile, ignored or not": lambda root: (root / "docker/api/Dockerfile").write_text("x", encoding="utf-8"),
    "a shared script": lambda root: (root / "docker/rootfs/assemble").write_text("x", encoding="utf-8"),
    "the bake file": lambda root: (root / "docker/bake.hcl").write_text("x", encoding="utf-8"),
    "a link to elsewhere": lambda root: (root / "docker/api/app/link").symlink_to("/etc"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_every_input_changes_the_tag(root: Path, change: Callable[[Path], object]) -> None:
    before = tag(root)
    change(root)
    assert tag(root) != before


def test_an_ignored_file_does_not_change_the_tag(root: Path) -> None:
    before = tag(root)
    (root / "docker/api/tests/test_main.py").write_text("assert 1", encoding="utf-8")
    assert tag(root) == before


def test_the_base_and_the_image_itself_change_the_tag(root: Path) -> None:
    dev = Image("api-dev", "API_IMAGE", "api-dev", ("docker/api",))
    assert len({tag(root), tag(root, base="sha256:" + "b" * 64), tag(root, dev)}) == 3


def test_an_input_that_does_not_exist_is_named(root: Path) -> None:
    with pytest.raises(ConfigError, match="docker/nothing, an input of image x, does not exist") as caught:
        tag(root, Image("x", "X_IMAGE", "x", ("docker/nothing",)))
    assert str(caught.value.where) == "dockgate.toml"


def test_folders_are_left_out_unless_something_below_comes_back(tmp_path: Path) -> None:
    for name in ("a/b/keep", "a/b/drop", "c/x", "keep"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".dockerignore").write_text("*\n!a/b/keep\n", encoding="utf-8")
    assert list(inputs.context(tmp_path)) == ["a/b/keep"]
