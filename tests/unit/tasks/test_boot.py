"""`inv boot` prints a unit on stdout, and how to install it on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.stack.startup.stacks import model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A unit of the user that it is for, and no word beside it."""
    world = worlds.make(tmp_path, model(service("api")), monkeypatch, "prod")
    assert world.inv("boot", "--env=prod", "--user=deploy", monkeypatch=monkeypatch) == 0
    captured = capfd.readouterr()
    assert captured.out.splitlines()[-1] == "WantedBy=multi-user.target"
    assert "User=deploy" in captured.out
    assert "systemctl enable shop-prod.service" in captured.err
