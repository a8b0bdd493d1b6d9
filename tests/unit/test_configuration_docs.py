"""docs/configuration.md names every key that `[tool.dockgate]` may have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.core import project
from dockgate.core.toml_table import Table
from dockgate.env.providers import command
from dockgate.guardrails import exemptions, markers
from dockgate.images import budgets, settings
from dockgate.release import settings as release
from dockgate.scan import scanner as scan
from dockgate.secrets import postgres_role
from dockgate.stack import hooks
from tests.unit import projects

if TYPE_CHECKING:
    import pytest

PAGE = (Path(__file__).resolve().parents[2] / "docs/configuration.md").read_text(encoding="utf-8")
TOLD = set(re.findall(r"`([\w-]+)`", PAGE)) | set(re.findall(r"`(\w+) = ", PAGE))
# One table of each kind, so that every reader asks for all of its keys.
ONE_OF_EACH = """
[tool.dockgate]
[tool.dockgate.images.api]
[tool.dockgate.budgets.api]
[tool.dockgate.environments.prod]
markers = {hosts = []}
[tool.dockgate.providers.op]
command = ["op"]
[[tool.dockgate.hooks.before-up]]
command = ["x"]
[[tool.dockgate.exemptions]]
code = "DG301"
path = "x"
reason = "y"
expires = 2027-01-31
"""


def test_every_key_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the readers ask for, and the sections themselves."""
    asked: set[str] = set()
    monkeypatch.setattr(Table, "done", lambda self: asked.update(self._asked))
    loaded = projects.make(tmp_path, ONE_OF_EACH)
    settings.load(loaded)
    budgets.rows(loaded, {}, {})
    command.program(loaded, "op")
    postgres_role.of(loaded, "PASSWORD")
    exemptions.load(loaded)
    hooks.load(loaded)
    markers.load(loaded)
    release.load(loaded)
    scan.settings(loaded)
    named = {*asked, *budgets.MEASURES, budgets.STACK, "expires", "name"} - {"api", "op", "prod"}
    assert {"inputs", "smoke", "jwt-issuers", "rotate", "endpoints", "advisories", "timeout"} <= named
    assert sorted(named - TOLD) == []


def test_every_section_is_told() -> None:
    """By its header, or as a key."""
    assert [each for each in project.SECTIONS if f"tool.dockgate.{each}" not in PAGE and f"`{each}`" not in PAGE] == []
