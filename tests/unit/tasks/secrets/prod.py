"""Production with secrets, and what a person types."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

from dockgate.core import project
from dockgate.secrets import store as secret_store

if TYPE_CHECKING:
    import pytest

    from tests.unit.tasks.world import World


GIVEN = "kX7mQ2vN9pR4tW8zB3cF6hJ5"


PROD = "--env=prod"


class Prod:
    """Production of the made-up project, as its tasks leave it."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.world, self.monkeypatch, self.capfd = world, monkeypatch, capfd
        self.said = ""

    def inv(self, *words: str, stdin: str = "") -> int:
        """Run a task with something on its stdin."""
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = self.world.inv(*words, monkeypatch=self.monkeypatch)
        captured = self.capfd.readouterr()
        self.said += captured.out + captured.err
        self.out = captured.out
        return code

    def json(self, *words: str, stdin: str = "") -> dict[str, Any]:
        """Run a task with --json, and return its document."""
        assert self.inv(*words, "--json", stdin=stdin) == 0, self.said
        document = json.loads(self.out)
        assert isinstance(document, dict)
        return document

    @property
    def token(self) -> str:
        """Return the value of TOKEN in the encrypted store."""
        loaded = project.load(self.world.folder)
        store = secret_store.load(loaded, loaded.environment("prod"))
        assert store is not None
        return store.entries["TOKEN"].value.reveal()


def configure(prod: Prod) -> None:
    """Make TOKEN the password of a database role."""
    path = prod.world.folder / "pyproject.toml"
    table = '[tool.dockgate.secrets.TOKEN]\nrotate = "postgres"\nservice = "db"\nuser = "U"\ndatabase = "D"\n'
    path.write_text(f"{path.read_text()}\n{table}")
