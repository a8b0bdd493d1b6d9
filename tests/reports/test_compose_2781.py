"""compose#2781, compose#12332: the source of a mount does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'


@pytest.mark.parametrize(
    ("service", "top"),
    [
        ('volumes: ["./config.yaml:/etc/app/config.yaml:ro"]', ""),
        ("volumes: [{type: bind, source: ./conf, target: /conf, read_only: true}]", ""),
        ("configs: [c]", "configs: {c: {file: ./nope}}"),
        ("secrets: [s]", "secrets: {s: {file: ./nope}}"),
        ("env_file: nope.env", ""),
        ("env_file: [{path: nope.env}]", ""),
        ("label_file: nope.labels", ""),
        ("extends: {file: nope.yaml, service: x}", ""),
    ],
)
def test_it_is_refused_and_nothing_appears_in_the_checkout(
    repository: Repository, image: str, service: str, top: str
) -> None:
    """Bind mounts, configs, secrets, env files and what else is named."""
    repository.write(f"services:\n  app: {{image: {image}, {IDLE}, {service}}}\n{top}\n")
    before = sorted(path.name for path in repository.folder.iterdir())
    repository.ended("up", DEV)
    assert repository.code in {2, 3}
    assert any(name in repository.said for name in ("config.yaml", "conf", "nope"))
    assert sorted(path.name for path in repository.folder.iterdir() if path.name != ".dockgate") == before
    assert repository.containers() == []


def test_a_folder_that_is_filled_in_development_is_its_users(repository: Repository, image: str) -> None:
    """Databases fill such folders: `up` makes it, before the engine would as root, and says so."""
    repository.write(f"services:\n  app: {{image: {image}, {IDLE}, volumes: ['./data:/data']}}\n")
    said = repository.dockgate("up", DEV)
    assert "made the folder data, which a service mounts" in said
    assert (repository.folder / "data").owner() == repository.folder.owner()
    assert "made the folder" not in repository.dockgate("up", DEV)
