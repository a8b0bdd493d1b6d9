"""Production, with a store of secrets."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import pytest

from dockgate.system import ram_folder
from tests.unit.stack.startup.stacks import model, service
from tests.unit.tasks import world as worlds
from tests.unit.tasks.secrets.prod import GIVEN, PROD, Prod

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def prod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Prod]:
    """Return production with generated secrets, and hold in the end that none was printed."""
    made = worlds.make(tmp_path, model(service("api")), monkeypatch, "prod")
    with tempfile.TemporaryDirectory(dir=ram_folder.base({}), prefix="dockgate-test-") as ram:
        monkeypatch.setenv(ram_folder.VARIABLE, ram)
        environment = Prod(made, monkeypatch, capfd)
        assert environment.inv("secrets.init", PROD) == 0, environment.said
        values = {environment.token}
        yield environment
        values |= {environment.token, GIVEN}
        assert [value for value in values if value in environment.said] == []
