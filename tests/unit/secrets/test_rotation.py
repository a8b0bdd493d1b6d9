"""Rotation: in an order that a second try completes, with the database in it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.secret import Secret
from dockgate.secrets import rotation, runtime_files, volume_record
from dockgate.secrets.fingerprints import policy as fingerprint_policy
from dockgate.secrets.recovery import RotateIntent
from dockgate.secrets.volume_record import Record
from dockgate.system import audit, marks, process
from tests.unit.secrets.rotations import GIVEN_VALUE, RESOLVED, Engine, Readers, _store, database, rotate, there, values
from tests.unit.secrets.secretproject import STRONG, target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dockgate.core.project import Project


def test_a_rotation_that_was_broken_off_is_known_by_its_secret(work: Project, engine: Engine) -> None:
    """Once the store has the new value; until the readers are there, what it changes is marked."""
    chosen, readers = target(work, "staging"), Readers(work)
    assert rotation.interrupted(work, chosen) is None

    def killed() -> None:
        found = [rotation.interrupted(work, chosen, *names) for names in ((), ("TOKEN",), ("KEPT",))]
        left = {name: rotation.prepare(work, chosen, (), name).resumed for name in ("TOKEN", "DB_PASSWORD")}
        assert left == {"TOKEN": True, "DB_PASSWORD": False}
        [mark] = marks.left(work)
        assert found == [mark.facts and RotateIntent(**{**mark.facts, "names": ("TOKEN",)})] * 2 + [None]
        assert (mark.action, mark.subject, mark.by.message) == (
            "rotate",
            chosen.lock,
            "secrets.rotate TOKEN --env=staging",
        )
        raise ToolFailedError("gone")

    readers.recreate = killed  # type: ignore[method-assign]
    done = rotation.prepare(work, chosen, there(chosen), "TOKEN", Secret(GIVEN_VALUE))
    with pytest.raises(ToolFailedError, match="gone"):
        rotation.run(work, chosen, done, RESOLVED, readers)
    assert marks.left(work) == ()
    assert list(audit.lines(work)) == []
    rotate(work, "TOKEN", given=Secret(STRONG))
    [line] = audit.lines(work)
    facts = {name: line[name] for name in ("action", "result", "environment", "names")}
    assert facts == {"action": "secrets.rotate", "result": "done", "environment": "staging", "names": "TOKEN"}
    assert engine.calls == []


def test_what_the_readers_lack_stops_it_before_the_database_hears(work: Project, engine: Engine) -> None:
    """A guardrail that blocks, an image that is gone: everything is as it was, the copies on RAM included."""
    readers, chosen = Readers(work, problem=ConfigError("no image")), target(work, "staging")
    done = rotation.prepare(work, chosen, there(chosen), "DB_PASSWORD")
    with pytest.raises(ConfigError, match="no image"):
        rotation.run(work, chosen, done, RESOLVED, readers)
    assert marks.left(work) == ()
    assert values(work)["DB_PASSWORD"] == STRONG
    assert engine.calls == []
    assert [each["DB_PASSWORD"] == STRONG for each in readers.ready] == [False, True]
    assert readers.recreated == []


def test_a_database_password(work: Project, engine: Engine) -> None:
    """Stored, told to the database as a verifier on stdin, then read by its readers; never in an argument."""
    seen = rotate(work, "DB_PASSWORD")
    new = values(work)["DB_PASSWORD"]
    assert new != STRONG
    assert [each["DB_PASSWORD"] for each in seen] == [new]
    ((argv, stdin),) = engine.calls
    psql = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", '--username=ap"p', "--dbname=shop")
    assert argv == ("docker", "exec", "--interactive", "abc", *psql)
    assert stdin.startswith(b'ALTER ROLE "ap""p" PASSWORD \'SCRAM-SHA-256$')
    assert new.encode() not in stdin
    assert all(new not in word for word in argv)
    assert fingerprint_policy.stale(work.root, work.environment("staging"), _store(work).entries.values()) == ()


def test_running_containers_get_the_new_password_when_every_database_knows_it(
    work: Project, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of all instances; before that, they could not open a connection with it."""
    engine.entries += [database(work, "blue", instance="blue")]
    seen: list[tuple[set[str], str, int]] = []

    @contextmanager
    def mounted(_project: Project, stacks: Iterable[str], _checkout: str, name: str) -> Iterator[Any]:
        yield lambda value: seen.append(({*stacks, name}, value.reveal(), len(engine.calls)))

    monkeypatch.setattr(runtime_files, "mounted", mounted)
    rotate(work, "DB_PASSWORD")
    assert seen == [({"shop-staging", "shop-staging-blue", "DB_PASSWORD"}, values(work)["DB_PASSWORD"], 2)]
    engine.refusing = frozenset({"blue"})
    with pytest.raises(ToolFailedError):
        rotate(work, "DB_PASSWORD")
    engine.refusing = frozenset()
    rotate(work, "TOKEN", given=Secret(GIVEN_VALUE))
    assert len(seen) == 1


def test_the_plan_says_everything_first(work: Project, engine: Engine) -> None:
    """Preparing changes nothing; the text names steps, targets and causes; of readers, those that are there."""
    engine.entries.append(database(work, "web", service="api"))
    path = work.root / "env/staging.secrets.age"
    before = path.read_bytes()
    chosen = target(work, "staging")
    plan = rotation.prepare(work, chosen, there(chosen), "DB_PASSWORD").plan
    assert str(plan).splitlines() == [
        "encrypt env/staging.secrets.age (new value of DB_PASSWORD)",
        "write env/fingerprints.toml (fingerprints)",
        "alter-role db (DB_PASSWORD is the password of its role)",
        "recreate api (read DB_PASSWORD)",
    ]
    token = rotation.prepare(work, chosen, {"web", "api"}, "TOKEN", Secret(GIVEN_VALUE))
    assert str(token.plan).splitlines()[2:] == ["recreate api, web (read TOKEN)"]
    none = rotation.prepare(work, chosen, (), "DB_PASSWORD")
    assert str(none.plan).splitlines()[2:] == ["alter-role db (DB_PASSWORD is the password of its role)"]
    assert not none.recreates
    assert (path.read_bytes(), engine.calls) == (before, [])


def test_a_database_that_refuses_leaves_the_old_password(work: Project, engine: Engine) -> None:
    """In the store as in the database; its readers stay, and the error repeats no statement."""
    engine.refusing = frozenset({"abc"})
    fix = "nothing was changed; see inv logs --service=db"
    for stderr, said in (
        (
            b"NOTICE: x\nERROR:  role is busy\nLINE 1: ALTER ROLE app PASSWORD 'SCRAM-SHA-256$...'\n",
            "ERROR:  role is busy",
        ),
        (b"psql: no server\nmore\n", "psql: no server"),
        (b"", "exit code 1"),
    ):
        engine.stderr = stderr
        with pytest.raises(ToolFailedError) as caught:
            rotate(work, "DB_PASSWORD")
        assert values(work)["DB_PASSWORD"] == STRONG
        assert str(caught.value) == f"abc rejected the new password: {said}\n  → {fix}"
    assert fingerprint_policy.stale(work.root, work.environment("staging"), _store(work).entries.values()) == ()


def test_every_instance_of_the_environment_is_told(work: Project, engine: Engine, tmp_path: Path) -> None:
    """They share the secret; another environment's, a stopped one and another checkout's are left alone."""
    engine.entries += [
        database(work, "blue", instance="blue"),
        database(work, "stopped", "exited", instance="green"),
        database(replace(work, root=tmp_path / "elsewhere"), "theirs", instance="red"),
    ]
    rotate(work, "DB_PASSWORD")
    assert [argv[3] for argv, _ in engine.calls] == ["abc", "blue"]


def test_when_one_of_several_refuses_the_others_get_the_old_password_back(work: Project, engine: Engine) -> None:
    """All databases and the store agree in the end."""
    engine.entries += [database(work, "blue", instance="blue")]
    engine.refusing = frozenset({"blue"})
    host, noted = target(work, "staging").endpoint.host, Record("2026-05-04", "2026-05-04", {"password": "new"})
    volume_record.write(work, host, "abc-data", noted)
    with pytest.raises(ToolFailedError):
        rotate(work, "DB_PASSWORD")
    settings = {"password": volume_record.digest(work, "password", STRONG)}
    assert volume_record.read(work, host, "abc-data", noted.created) == replace(noted, settings=settings)
    assert [argv[3] for argv, _ in engine.calls] == ["abc", "blue", "abc"]
    assert values(work)["DB_PASSWORD"] == STRONG


def test_an_interruption_while_the_database_is_told_leaves_the_old_password(
    work: Project, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C counts as a refusal: rotating again completes either outcome."""

    def interrupted(*_arguments: Any, **_options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(process, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        rotate(work, "DB_PASSWORD")
    assert values(work)["DB_PASSWORD"] == STRONG
    assert engine.calls == []
