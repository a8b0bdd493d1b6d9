"""Databases that were initialised with other settings than those of now."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.compose import readers
from dockgate.core.errors import ConfigError, SeveralError
from dockgate.engine import containers as engine_containers
from dockgate.env import layering
from dockgate.secrets import store, volume_record
from dockgate.secrets.volume_record import Record
from dockgate.stack import database_volumes
from tests.unit import projects
from tests.unit.stack.startup.stacks import container

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

MADE = "2026-05-04T10:00:00Z"
SCHEMA = '[DB_PASSWORD]\nsecret = true\nreaders = ["db", "api"]\n'
ROTATES = '[tool.dockgate.secrets.DB_PASSWORD]\nrotate = "postgres"\nservice = "db"\nuser = "U"\ndatabase = "D"\n'
DATA = {"type": "volume", "source": "data", "target": "/var/lib/postgresql/data"}
ENVIRONMENT = {"POSTGRES_PASSWORD_FILE": "/run/secrets/DB_PASSWORD", "POSTGRES_USER": "dock"}


class Stack:
    """A database and what uses it, in development; its volume is there since `made`."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, *, rotates: bool = True) -> None:
        self.folder, self.made = folder, MADE
        monkeypatch.setattr(volume_record, "created", lambda _wire, _volume: self.made)
        monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: None)
        table = projects.PYPROJECT + (ROTATES if rotates else "")
        process = {"HOME": str(folder / "home"), "PATH": "/usr/bin:/bin"}
        files = {"env__schema_toml": SCHEMA, "env__base_env": "", "env__dev_env": "DB_PASSWORD=dev-only-first\n"}
        self.project: Project = projects.make(folder, table, process, **files)
        self.service: dict[str, Any] = {
            "environment": ENVIRONMENT,
            "secrets": [{"source": "DB_PASSWORD"}],
            "volumes": [DATA],
        }

    @property
    def prepared(self) -> Any:
        """Return the stack as it would be started with the files of now."""
        secrets = {"DB_PASSWORD": {"file": "/ram/DB_PASSWORD"}}
        raw = {
            "services": {"db": self.service, "api": {"image": "api"}},
            "volumes": {"data": {"name": "shop-dev_data"}},
            "secrets": secrets,
        }
        wanted = {"db": {"db"}, "api": {"api", "db"}, "": {"api", "db"}}
        model = SimpleNamespace(raw=raw, closure=lambda names: set().union(*(wanted[each] for each in names or ("",))))
        environment = self.project.environment("dev")
        resolved = layering.survey(self.project, environment, store.stated(environment, None))
        composition = SimpleNamespace(model=model, env={readers.FOLDER: "/ram"})
        return SimpleNamespace(composition=composition, target=projects.stack(self.project), resolved=resolved)

    def look(self, *services: str) -> tuple[database_volumes.Look, ...]:
        """Look at the databases."""
        return database_volumes.look(self.project, self.prepared, services)

    def start(self, *failed: str) -> None:
        """Start the stack; these services do not become healthy."""
        outcome: Any = SimpleNamespace(failed=failed)
        database_volumes.keep(self.project, self.prepared, self.look(), outcome)

    def refused(self, *running: str) -> ConfigError:
        """Return why the stack is not started."""
        found = tuple(container(each, "running") for each in running)
        with pytest.raises(ConfigError) as caught:
            database_volumes.refuse(self.project, self.prepared, self.look(), found)
        return caught.value

    def password(self, value: str) -> None:
        """Write another password into development's file."""
        (self.folder / "env/dev.env").write_text(f"DB_PASSWORD={value}\n")


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    return Stack(tmp_path, monkeypatch)


def test_a_changed_password_is_refused_with_the_ways_to_set_it_right(stack: Stack) -> None:
    """By the file and line of the new one; nothing of either value is in it."""
    stack.start()
    assert [each.differing for each in stack.look()] == [()]
    database_volumes.refuse(stack.project, stack.prepared, stack.look(), ())
    stack.password("dev-only-second")
    error = stack.refused("db")
    assert str(error.where) == "env/dev.env:1:1"
    today = datetime.now(UTC).date().isoformat()
    assert error.what == (
        f"db: POSTGRES_PASSWORD_FILE is not the password that its volume shop-dev_data has since {today}; only the "
        "first start of a volume reads it, so every service that uses the new one would fail."
    )
    assert error.fix == (
        "put the old value back; or give the database the new one: inv secrets.rotate DB_PASSWORD --env=dev --current; "
        "or begin without its data: inv down --env=dev --volumes"
    )
    up = "give the database the new one: inv up --env=dev --service=db, then inv secrets.rotate DB_PASSWORD"
    assert f"; or {up} --env=dev --current; or " in stack.refused().fix
    assert f"; or {up} --env=dev --current; or " in stack.refused("api").fix


def test_another_user_is_told_without_a_rotation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords come first; what no rotation knows is changed in the database."""
    stack = Stack(tmp_path, monkeypatch, rotates=False)
    stack.start()
    stack.service = {**stack.service, "environment": {**ENVIRONMENT, "POSTGRES_USER": "other"}}
    error = stack.refused("db")
    assert "POSTGRES_USER is not the user" in error.what
    assert error.where is None
    assert error.fix == (
        "put the old value back; or change it in the database: inv shell --env=dev --service=db, then "
        "inv up --env=dev --trust-volume=db; or begin without its data: inv down --env=dev --volumes"
    )
    assert "change it in the database: inv up --env=dev --service=db, then inv shell --env=dev" in stack.refused().fix
    stack.password("dev-only-second")
    assert stack.look()[0].differing == ("password", "user")
    assert str(stack.refused().where) == "env/dev.env:1:1"


@pytest.mark.parametrize("rotates", [True, False])
def test_a_setting_is_where_its_variable_or_its_file_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, rotates: bool
) -> None:
    """A user that a rotation knows is changed by hand all the same."""
    stack = Stack(tmp_path, monkeypatch, rotates=rotates)
    (tmp_path / "env/dev.env").write_text("DB_PASSWORD=dev-only-first\nPOSTGRES_USER=dock\n")
    stack.start()
    stack.service = {**stack.service, "environment": {**ENVIRONMENT, "POSTGRES_USER": "other"}}
    error = stack.refused("db")
    assert str(error.where) == "env/dev.env:2:1"
    assert "change it in the database: inv shell" in error.fix


def test_what_a_volume_has_is_known_of_all_its_settings(stack: Stack) -> None:
    """A setting that is new adds to what is recorded; what only differs for a moment is not forgotten."""
    stack.start()
    before = stack.look()[0].record
    assert before is not None
    assert before.created == MADE
    assert before.settings == {
        role: volume_record.digest(stack.project, role, value)
        for role, value in (("password", "dev-only-first"), ("user", "dock"))
    }
    stack.service = {**stack.service, "environment": {**ENVIRONMENT, "POSTGRES_DB": "shop"}}
    stack.start()
    after = stack.look()[0].record
    assert after is not None
    digest = volume_record.digest(stack.project, "database", "shop")
    assert after.settings == {**before.settings, "database": digest}
    stack.service = {**stack.service, "environment": {"POSTGRES_PASSWORD_FILE": "/run/secrets/DB_PASSWORD"}}
    stack.start()
    assert stack.look()[0].record == after


def test_a_reference_is_not_taken_for_its_value(stack: Stack) -> None:
    """A plan asks no provider; a value that is not there is no setting."""
    (stack.folder / "env/dev.env").write_text("DB_PASSWORD=file:held\n")
    assert stack.look()[0].settings.keys() == {"user"}
    (stack.folder / "env/dev.env").write_text("")
    assert stack.look()[0].settings.keys() == {"user"}


def test_a_volume_that_is_new_or_another_one_is_not_judged(stack: Stack) -> None:
    """One of the same name, made later, knows nothing of what the first one had."""
    stack.start()
    stack.password("dev-only-second")
    stack.made = "2026-06-01T00:00:00Z"
    assert [each.differing for each in stack.look()] == [()]
    stack.made = ""
    assert [(each.differing, each.created) for each in stack.look()] == [((), "")]
    stack.start()
    assert stack.look()[0].record is None


def test_an_older_volume_is_known_once_all_is_well(stack: Stack) -> None:
    """A start that failed says nothing of what it has; one whose database failed, never."""
    stack.start("api")
    assert stack.look()[0].record is None
    stack.start("db")
    assert stack.look()[0].record is None
    stack.start()
    known = stack.look()[0].record
    assert known is not None
    stack.start()
    assert stack.look()[0].record == known


def test_each_database_is_recorded_by_itself(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that failed, or is as it was, keeps no other from it."""
    looks = stack.look()
    names = ("failed", "same", "new")
    each = [
        replace(looks[0], database=replace(looks[0].database, service=name, volume=name), created="", record=record)
        for name, record in zip(names, (None, Record(MADE, "2026", looks[0].settings), None), strict=True)
    ]
    written: list[str] = []
    monkeypatch.setattr(volume_record, "write", lambda _project, _host, volume, _record: written.append(volume))
    outcome: Any = SimpleNamespace(failed=("failed",))
    database_volumes.keep(stack.project, stack.prepared, each, outcome)
    assert written == ["new"]


def test_a_start_of_a_database_alone_shows_none(stack: Stack) -> None:
    """Its password may be changed in it then."""
    assert stack.look("db") == ()
    assert len(stack.look("api")) == 1


def test_several_databases_are_all_told(stack: Stack) -> None:
    """One error, with how many more there are."""
    looks = stack.look()
    record = volume_record.Record(MADE, "2026-05-04", {"password": "another"})
    one = database_volumes.Look(looks[0].database, looks[0].settings, MADE, record)
    with pytest.raises(SeveralError, match="1 more problem"):
        database_volumes.refuse(stack.project, stack.prepared, (one, one), ())
    with pytest.raises(ConfigError, match="shop-dev_data has since 2026-05-04;"):
        database_volumes.refuse(stack.project, stack.prepared, (looks[0], one), ())
    database_volumes.refuse(stack.project, stack.prepared, looks, ())


def test_a_password_in_a_file_is_read(stack: Stack) -> None:
    """One that is not there is the guard's to say."""
    (stack.folder / "pw.txt").write_text("first\n")
    stack.service = {**stack.service, "secrets": [{"source": "own", "target": "DB_PASSWORD"}]}
    prepared = stack.prepared
    prepared.composition.model.raw["secrets"] = {"own": {"file": str(stack.folder / "pw.txt")}}
    (found,) = database_volumes.look(stack.project, prepared)
    assert found.settings["password"] == volume_record.digest(stack.project, "password", "first")
    (stack.folder / "pw.txt").unlink()
    assert "password" not in database_volumes.look(stack.project, prepared)[0].settings
