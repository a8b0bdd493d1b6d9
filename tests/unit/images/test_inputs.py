"""The hash of what an image is made of: it changes with the image, and with nothing else."""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.project import Project
from dockgate.images import inputs
from dockgate.images.settings import Base, Image, ImageSettings
from tests.unit import projects

if TYPE_CHECKING:
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


def test_every_file_is_a_line_with_its_mode_and_hash(root: Path) -> None:
    (root / "docker/api/app/main.py").chmod(0o744)
    (root / "docker/api/app/link").symlink_to("elsewhere")
    (root / "docker/rootfs/folder").symlink_to("..")
    (root / "docker/rootfs/assemble").chmod(0o655)
    image = Image("api", "API_IMAGE", "api", ("docker/api", "docker/api/Dockerfile"))
    lines = [
        ("docker/api/Dockerfile", "file", "FROM base"),
        ("docker/api/app/link", "link", "elsewhere"),
        ("docker/api/app/main.py", "executable", "print()"),
        ("docker/api/Dockerfile", "file", "FROM base"),
        ("docker/bake.hcl", "file", "target"),
        ("docker/rootfs/assemble", "file", "script"),
        ("docker/rootfs/folder", "link", ".."),
    ]
    read = inputs.read(project(root), SETTINGS, image)
    assert read.decode().splitlines() == [
        f"{path} {mode} {hashlib.sha256(content.encode()).hexdigest()}" for path, mode, content in lines
    ]
    assert inputs.tag(API, "sha256:b", read) == hashlib.sha256(b"api sha256:b\n" + read).hexdigest()[:12]


def test_an_input_that_does_not_exist_is_named(root: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        tag(root, Image("x", "X_IMAGE", "x", ("docker/nothing",)))
    what = "dockgate.toml: docker/nothing, an input of image x, does not exist"
    assert str(caught.value) == f"{what}\n  → correct `inputs` of [tool.dockgate.images.x], or remove the table"
    (root / "docker/bake.hcl").unlink()
    with pytest.raises(ConfigError) as caught:
        tag(root)
    what = "dockgate.toml: docker/bake.hcl, an input of image api, does not exist"
    assert str(caught.value) == f"{what}\n  → correct `bake` or `shared` of [tool.dockgate.images]"


def test_folders_are_left_out_unless_something_below_comes_back(tmp_path: Path) -> None:
    for name in ("a/b/keep", "a/b/drop", "c/x", "keep"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "c/folder").symlink_to("..")
    (tmp_path / ".dockerignore").write_text("*\n!a/b/keep\n", encoding="utf-8")
    assert list(inputs.context(tmp_path)) == ["a/b/keep"]
    (tmp_path / ".dockerignore").write_text("a\n.dockerignore\nDockerfile\n", encoding="utf-8")
    (tmp_path / "c/Dockerfile").touch()
    (tmp_path / "Dockerfile").touch()
    assert list(inputs.context(tmp_path)) == ["Dockerfile", "keep", "c/Dockerfile", "c/folder", "c/x"]


def test_a_pattern_that_is_refused_is_named_below_the_input(root: Path) -> None:
    (root / "docker/api/.dockerignore").write_text("[a\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        tag(root)
    assert str(caught.value.where) == "docker/api/.dockerignore:1"


def test_the_files_of_all_images_are_told_once(tmp_path: Path) -> None:
    """Regular ones: neither links, nor inputs that do not exist."""
    text = '[tool.dockgate.images]\nshared = ["all", "none"]\n'
    for name in ("one", "two"):
        text += f'[tool.dockgate.images.{name}]\ninputs = ["all", "{name}", "{name}.txt"]\n'
    made = projects.make(tmp_path, f"[tool.dockgate]\n{text}")
    for name in ("all/a", "one/b", "one/Dockerfile", "two/c", "two.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "one/link").symlink_to("b")
    (tmp_path / "one/gone").symlink_to("nothing")
    paths = [path.relative_to(tmp_path).as_posix() for path in inputs.sources(made)]
    assert paths == ["all/a", "one/Dockerfile", "one/b", "two/c", "two.txt"]
    (tmp_path / "two/.dockerignore").write_text("[a\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        list(inputs.sources(made))
    assert str(caught.value.where) == "two/.dockerignore:1"
