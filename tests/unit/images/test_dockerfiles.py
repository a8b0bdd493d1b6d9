"""Which files are Dockerfiles: the same for `lint` and for `guard`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.guardrails import guarded_files
from dockgate.guardrails.guarded_files import Files
from dockgate.images import dockerfiles

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [
    *("Dockerfile", "docker/Containerfile", "docker/Dockerfile-test", "docker/Dockerfile.dev", "docker/api.dockerfile"),
    *("docker/api/dockerfile", "docker/job.Dockerfile", "docker/x.Containerfile"),
]
OTHERS = ["docker/api/Dockerfile.dockerignore", "docker/Dockerfiles.md", "docker/dockerfile.py", "a/.dockerfile.swp"]
TOOLS = ["vendor/x/Dockerfile", "venv/Dockerfile", ".venv/Dockerfile", ".tox/py/Dockerfile", "node_modules/Dockerfile"]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_builders_look_for(name: str) -> None:
    """As Docker and Podman, and those who have several, call them."""
    assert dockerfiles.is_dockerfile(name.rpartition("/")[2])


@pytest.mark.parametrize("name", OTHERS)
def test_names_of_other_files(name: str) -> None:
    """An ignore file, a document, a program."""
    assert not dockerfiles.is_dockerfile(name.rpartition("/")[2])


def test_the_guardrails_look_at_what_the_linter_looks_at(tmp_path: Path) -> None:
    """Neither looks into folders of tools."""
    for name in (*NAMES, *OTHERS, *TOOLS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("FROM scratch\n", encoding="utf-8")
    found = dockerfiles.names(tmp_path)
    guarded = Files(tmp_path)
    guarded_files.committed(guarded, ())
    assert sorted(found) == sorted(NAMES)
    assert tuple(file.path for file in guarded.texts) == found
