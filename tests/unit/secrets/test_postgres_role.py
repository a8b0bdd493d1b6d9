"""Which service learns a password while it runs, and what is recorded of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from dockgate.secrets import postgres_role, volume_record
from dockgate.secrets import store as secret_store
from dockgate.secrets.metadata import Source
from dockgate.secrets.volume_record import Record
from tests.unit.secrets.rotations import GIVEN_VALUE, Engine, _store, rotate, values
from tests.unit.secrets.secretproject import GIVEN, STRONG, target

if TYPE_CHECKING:
    from dockgate.core.project import Project


def test_learners(work: Project) -> None:
    """Which service is told while it runs: a mere `set` leaves it behind, and no label recreates it."""
    assert postgres_role.learners(work) == {"DB_PASSWORD": "db"}


@pytest.mark.parametrize(
    "table",
    [{"rotate": "mysql"}, {"rotate": "postgres"}, {"rotate": "postgres", "service": "db"}, {"rotat": "postgres"}],
)
def test_a_wrong_configuration_is_told(work: Project, engine: Engine, table: dict[str, str]) -> None:
    """A kind that is not known, names that are missing, a typo."""
    wrong = replace(work, settings={"secrets": {"TOKEN": table}})
    with pytest.raises(ConfigError):
        rotate(wrong, "TOKEN", given=Secret(GIVEN_VALUE))
    assert engine.calls == []


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
