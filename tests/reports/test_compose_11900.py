"""compose#11900, compose#13045: the content or the file of a config changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'
READS = "init: true, stop_grace_period: 0s, command: [sh, -c, 'read -r it < /c || :; echo it is $$it.; sleep 1000']"


@pytest.mark.parametrize("kind", ["configs", "secrets"])
def test_a_changed_file_recreates_its_readers(repository: Repository, image: str, kind: str) -> None:
    """Compose alone says that nothing changed; a service that does not read it is left alone."""
    reads = f"{kind}: [{{source: c, target: /c}}]"
    other = f"other: {{image: {image}, {IDLE}}}"
    compose = f"services:\n  app: {{image: {image}, {READS}, {reads}}}\n  {other}\n{kind}: {{c: {{file: ./c.txt}}}}\n"
    repository.write(compose, c_txt="one\n")
    repository.dockgate("up", DEV)
    repository.write(compose, c_txt="two\n")
    planned = repository.dockgate("plan", DEV)
    assert "recreate" in planned
    assert "other" not in planned
    repository.dockgate("up", DEV)
    assert "it is two." in repository.dockgate("logs", DEV, "--service=app")


def test_a_changed_content_is_the_same(repository: Repository, image: str) -> None:
    """Written in the Compose file itself."""
    service = f"app: {{image: {image}, {READS}, configs: [{{source: c, target: /c}}]}}"
    compose = f"services:\n  {service}\nconfigs: {{c: {{content: one}}}}\n"
    repository.write(compose)
    repository.dockgate("up", DEV)
    repository.write(compose.replace("content: one", "content: two"))
    repository.dockgate("up", DEV)
    assert "it is two." in repository.dockgate("logs", DEV)
