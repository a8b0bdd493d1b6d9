"""A running database that gets the value which is set now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.env import layering
from dockgate.secrets import current
from tests.unit.secrets.rotations import Engine, Readers, values
from tests.unit.secrets.secretproject import STRONG, target

if TYPE_CHECKING:
    from dockgate.core.project import Project


def test_a_running_database_gets_the_value_that_is_set_now(work: Project, engine: Engine) -> None:
    """As in development, where it stands in a file: nothing is written, readers are made ready before."""
    readers, chosen, now = Readers(work), target(work, "staging"), "written-into-a-file"
    (work.root / "env/staging.env").write_text(f"DB_USER=app\nDB_NAME=shop\nDB_PASSWORD={now}\n")
    resolved = layering.survey(work, chosen.environment, None)
    todo = current.prepare(work, chosen, "DB_PASSWORD", resolved)
    assert [step.action for step in todo.plan.steps] == ["alter-role", "recreate"]
    current.run(work, chosen, todo, resolved, readers)
    ((argv, stdin),) = engine.calls
    assert "--username=app" in argv
    assert b"SCRAM-SHA-256" in stdin
    assert values(work)["DB_PASSWORD"] == STRONG
    assert (len(readers.ready), len(readers.recreated)) == (1, 1)
    for name, what in (("TOKEN", "not configured as the password"), ("PLAIN", "not a secret")):
        with pytest.raises(ConfigError, match=what):
            current.prepare(work, chosen, name, resolved)
    engine.entries.clear()
    with pytest.raises(ToolFailedError, match="not running"):
        current.prepare(work, chosen, "DB_PASSWORD", resolved)


@pytest.mark.usefixtures("engine")
def test_without_a_value_there_is_nothing_to_give(work: Project) -> None:
    chosen = target(work, "staging")
    (work.root / "env/staging.env").write_text("DB_USER=app\nDB_NAME=shop\n")
    resolved = layering.survey(work, chosen.environment, None)
    with pytest.raises(ConfigError, match=r"^DB_PASSWORD has no value in staging"):
        current.prepare(work, chosen, "DB_PASSWORD", resolved)
