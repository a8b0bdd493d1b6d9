"""compose#9648, compose#12362: `uid` and `mode` of a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'


@pytest.mark.parametrize("kind", ["secrets", "configs"])
@pytest.mark.parametrize("key", ['uid: "1000"', 'gid: "1000"', "mode: 0400"])
def test_what_compose_ignores_is_refused(repository: Repository, image: str, kind: str, key: str) -> None:
    """The file keeps its own owner and mode."""
    service = f"app: {{image: {image}, {IDLE}, {kind}: [{{source: s, {key}}}]}}"
    compose = f"services:\n  {service}\n{kind}: {{s: {{file: ./s.txt}}}}\n"
    repository.write(compose, s_txt="x\n")
    assert "DG330" in repository.dockgate("up", DEV, code=3)
