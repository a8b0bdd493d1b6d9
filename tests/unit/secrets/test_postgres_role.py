"""Which service learns a password while it runs, and what is recorded of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.secret import Secret
from dockgate.engine import containers as engine_containers
from dockgate.secrets import postgres_role, volume_record
from dockgate.secrets import store as secret_store
from dockgate.secrets.metadata import Source
from dockgate.secrets.postgres_role import Role
from dockgate.secrets.volume_record import Record
from tests.unit.secrets.rotations import GIVEN_VALUE, RESOLVED, Engine, _store, rotate, values
from tests.unit.secrets.secretproject import GIVEN, STRONG, target

if TYPE_CHECKING:
    from dockgate.core.project import Project


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"rotate": "mysql"}, "rotate must be 'postgres', or be left out"),
        *(
            ({"rotate": "postgres", **names}, "rotate needs service, user and database")
            for names in (
                {},
                {"service": "db", "user": "U"},
                {"service": "db", "database": "D"},
                {"user": "U", "database": "D"},
            )
        ),
    ],
)
def test_a_wrong_configuration_is_told(work: Project, engine: Engine, table: dict[str, str], said: str) -> None:
    """A kind that is not known, names that are missing."""
    wrong = replace(work, settings={"secrets": {"TOKEN": table}})
    with pytest.raises(ConfigError) as caught:
        rotate(wrong, "TOKEN", given=Secret(GIVEN_VALUE))
    assert caught.value.what == f"[tool.dockgate.secrets.TOKEN] {said}"
    assert caught.value.fix == "docs/secrets.md describes it"
    assert engine.calls == []


def test_a_typo_in_the_configuration_is_told(work: Project) -> None:
    wrong = replace(work, settings={"secrets": {"TOKEN": {"rotat": "postgres"}}})
    with pytest.raises(ConfigError, match="rotat is not a key"):
        postgres_role.of(wrong, "TOKEN")


def test_a_role_is_read_whole(work: Project) -> None:
    """With who changes it: the administrator, else the owner, else itself; a refusal may be looked past."""
    turns = {"roles": ["a", "b"], "owner": "O", "admin": "A"}
    table = {
        "rotate": "postgres",
        "service": "db",
        "user": "U",
        "database": "D",
        "kept-by": "x",
        "refuse": "no",
        **turns,
    }
    made = replace(work, settings={"secrets": {"TOKEN": table, "KEPT": {"kept-by": "cache"}}})
    role = Role("db", "U", "D", ("a", "b"), "O", "A")
    assert postgres_role.of(made, "TOKEN", refuse=False) == role
    assert [each.login for each in (role, replace(role, admin=""), replace(role, admin="", owner=""))] == [
        "A",
        "O",
        "U",
    ]
    with pytest.raises(ConfigError, match="TOKEN cannot be rotated: no"):
        postgres_role.of(made, "TOKEN")
    assert postgres_role.of(made, "OTHER") is None
    assert postgres_role.keepers(made) == {"x": "TOKEN", "cache": "KEPT"}
    assert postgres_role.learners(made) == {"TOKEN": "db"}


def test_a_password_is_noted_for_a_record_without_a_user(work: Project, engine: Engine) -> None:
    """Every mounted volume that is recorded, and no other."""
    host = target(work, "staging").endpoint.host
    settings = {"password": "old", "database": "kept"}
    volume_record.write(work, host, "abc-data", Record("2026-05-04", "2026-05-04", settings))
    rotate(work, "DB_PASSWORD")
    known = volume_record.digest(work, "password", values(work)["DB_PASSWORD"])
    assert volume_record.read(work, host, "abc-data", "2026-05-04") == Record(
        "2026-05-04", "2026-05-04", {"password": known, "database": "kept"}
    )
    assert len(engine.calls) == 1


def test_an_old_role_that_is_not_retired_is_told(work: Project, engine: Engine) -> None:
    engine.refusing, engine.stderr = frozenset({"abc"}), b"ERROR:  no"
    container = engine_containers.container(engine.entries[0])
    role = Role("db", "DB_USER", "DB_NAME", ("a", "b"))
    with pytest.raises(ToolFailedError) as caught:
        postgres_role.retire(work, role, container, "a", RESOLVED)
    what = "abc did not take the old password from a: ERROR:  no"
    fix = "everything else is done; the same command again completes it"
    assert str(caught.value) == f"{what}\n  → {fix}"


@pytest.mark.usefixtures("engine")
def test_the_record_of_a_rotated_value(work: Project) -> None:
    """Generated, with its bits, whatever the old one was."""
    store = _store(work).with_value("DB_PASSWORD", Secret(GIVEN_VALUE), GIVEN)
    secret_store.save(work, work.environment("staging"), store)
    rotate(work, "DB_PASSWORD")
    made = _store(work).entries["DB_PASSWORD"].metadata
    assert made is not None
    assert (made.source, made.bits) == (Source.GENERATED, 190)


def test_a_rotated_password_is_noted_for_the_volume_of_its_database(work: Project, engine: Engine) -> None:
    """So that the next `up` does not take it for a change that the database has not seen; not for another user's."""
    host, known = target(work, "staging").endpoint.host, partial(volume_record.digest, work, "password")
    for user, noted in (('ap"p', True), ("postgres", False)):
        settings = {"user": volume_record.digest(work, "user", user), "password": known(STRONG)}
        volume_record.write(work, host, "abc-data", Record("2026-05-04", "2026-05-04", settings))
        rotate(work, "DB_PASSWORD")
        found = volume_record.read(work, host, "abc-data", "2026-05-04")
        assert found
        assert (found.settings["password"] == known(values(work)["DB_PASSWORD"])) is noted
    assert engine.calls
