"""watermarks-remover#131: "No module named …" after a clone that its user alone can read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
MOUNTS = """
services:
  api:
    image: {image}
    user: "10001:10001"
    init: true
    stop_grace_period: 0s
    command: [sh, -c, "while read -r line; do :; done < /app/package/module.py && sleep 1000"]
    volumes: ["./app:/app:ro"]
"""
COPIES = """
services:
  api: {build: docker}
"""


@pytest.mark.parametrize("closed", ["app", "app/package", "app/package/module.py"])
def test_a_clone_under_umask_077_says_what_the_container_cannot_read(
    repository: Repository, image: str, closed: str
) -> None:
    """Mode and owner, before anything starts; the command that is advised helps."""
    repository.write(MOUNTS.format(image=image), app__package__module_py="x = 1\n")
    repository.git("add", "-A")
    path = repository.folder / closed
    path.chmod(0o700 if path.is_dir() else 0o600)
    said = repository.dockgate("up", DEV, code=3)
    assert "DG333 [dev]: api runs as user 10001:10001, which cannot read app" in said
    assert f"mode 0{'700' if path.is_dir() else '600'}, uid {os.getuid()}" in said
    assert "chmod -R go+rX app" in said
    repository.run("chmod", "-R", "go+rX", "app")
    repository.dockgate("up", DEV)


def test_what_an_image_copies_is_the_same(repository: Repository) -> None:
    """`COPY` keeps the modes."""
    dockerfile = 'FROM scratch\nCOPY app /app\nUSER 10001\nCMD ["/app/x"]\n'
    repository.write(COPIES, docker__Dockerfile=dockerfile, docker__app__main_py="x = 1\n")
    repository.git("add", "-A")
    (repository.folder / "docker/app").chmod(0o700)
    said = repository.dockgate("guard", DEV, code=3)
    assert "docker/Dockerfile:2: error DG506" in said
    assert "USER 10001 cannot read docker/app, copied as it is: mode 0700" in said
    repository.run("chmod", "-R", "go+rX", "docker/app")
    assert "DG506" not in repository.dockgate("guard", DEV)
