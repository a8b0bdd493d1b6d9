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
    assert str(todo.plan).splitlines() == [
        "alter-role db (DB_PASSWORD is the password of its role, now as in env/staging.env:3:1)",
        "recreate db, api (read DB_PASSWORD, where they have an older value)",
    ]
    current.run(work, chosen, todo, resolved, readers)
    ((argv, stdin),) = engine.calls
    assert "--username=app" in argv
    assert b"SCRAM-SHA-256" in stdin
    assert values(work)["DB_PASSWORD"] == STRONG
    assert (len(readers.ready), len(readers.recreated)) == (1, 1)
    with pytest.raises(ConfigError) as caught:
        current.prepare(work, chosen, "TOKEN", resolved)
    assert caught.value.what == "TOKEN is not configured as the password of a database's role"
    for name, near in (("PLAIN", ""), ("TOKE", " Did you mean TOKEN?")):
        with pytest.raises(ConfigError) as caught:
            current.prepare(work, chosen, name, resolved)
        assert str(caught.value) == f"{name} is not a secret of the schema.{near}"
    schema = work.root / "env/schema.toml"
    schema.write_text(schema.read_text().replace('readers = ["db", "api"]\n', ""))
    unread = current.prepare(work, chosen, "DB_PASSWORD", resolved).plan
    assert str(unread).splitlines()[1] == "recreate its readers (read DB_PASSWORD, where they have an older value)"
    engine.entries.clear()
    with pytest.raises(ToolFailedError) as failed:
        current.prepare(work, chosen, "DB_PASSWORD", resolved)
    assert failed.value.what == "db of shop-staging is not running, so its password cannot be changed"


@pytest.mark.usefixtures("engine")
def test_without_a_value_there_is_nothing_to_give(work: Project) -> None:
    chosen = target(work, "staging")
    (work.root / "env/staging.env").write_text("DB_USER=app\nDB_NAME=shop\n")
    resolved = layering.survey(work, chosen.environment, None)
    with pytest.raises(ConfigError) as caught:
        current.prepare(work, chosen, "DB_PASSWORD", resolved)
    assert str(caught.value) == "DB_PASSWORD has no value in staging"
