import asyncio
import os
import signal
from collections.abc import Mapping
from typing import Any

import asyncpg
import pytest
from conftest import SECRETS, MemoryDatabase
from fakeredis import FakeAsyncValkey

from dockyard import __main__ as program
from dockyard import cache as caching
from dockyard import commands, credentials, server
from dockyard import database as databases


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch, database: MemoryDatabase) -> MemoryDatabase:
    """The database that every command opens."""
    monkeypatch.setattr(databases, "Database", lambda _: database)
    return database


@pytest.mark.parametrize("arguments", [[], ["serve"], ["api", "now"]])
def test_a_wrong_command_is_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(arguments, {}) == 2
    assert "api|worker|migrate|seed|create-admin" in capsys.readouterr().err


@pytest.mark.parametrize("command", list(commands.COMMANDS))
def test_missing_settings_are_one_line_and_exit_2(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([command], {}) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_database_that_is_away_is_one_line_and_exit_5(
    environ: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(["migrate"], {**environ, "POSTGRES_HOST": "127.0.0.1", "POSTGRES_PORT": "1"}) == 5
    assert capsys.readouterr().err.count("\n") == 1


def test_sigterm_ends_with_143(monkeypatch: pytest.MonkeyPatch) -> None:
    async def wait(_: Mapping[str, str]) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(5)

    monkeypatch.setitem(commands.COMMANDS, "api", wait)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as end:
        program.main(["api"], {})
    signal.signal(signal.SIGTERM, before)
    assert end.value.code == 143


def test_seed_creates_both_accounts_and_again_gives_them_their_passwords(
    environ: Mapping[str, str], stored: MemoryDatabase
) -> None:
    assert program.main(["seed"], environ) == 0
    stored.change("admin@example.com", password_hash="forgotten")
    assert program.main(["seed"], environ) == 0
    assert [(row.email, row.role) for row in stored.rows.values()] == [
        ("admin@example.com", "admin"),
        ("demo@example.com", "user"),
    ]
    hashed = stored.rows[1].password_hash
    assert asyncio.run(credentials.verify_password(hashed, SECRETS["ADMIN_PASSWORD"]))


def test_seed_is_refused_in_prod(environ: Mapping[str, str], stored: MemoryDatabase) -> None:
    assert program.main(["seed"], {**environ, "ENVIRONMENT": "prod"}) == 2
    assert stored.rows == {}


def test_create_admin_makes_one_and_does_not_touch_an_existing_account(
    environ: Mapping[str, str], stored: MemoryDatabase
) -> None:
    assert program.main(["create-admin"], {**environ, "ENVIRONMENT": "prod", "ADMIN_EMAIL": "Boss@example.com"}) == 0
    assert stored.rows[1].role == "admin"
    first = stored.rows[1]
    assert program.main(["create-admin"], {**environ, "ADMIN_EMAIL": "boss@example.com"}) == 2
    assert stored.rows == {1: first}


def test_a_database_that_refuses_us_is_one_line_and_exit_5(
    environ: Mapping[str, str],
    stored: MemoryDatabase,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def refuse(*_: object) -> None:
        raise asyncpg.InvalidPasswordError('password authentication failed for user "dockyard"')

    monkeypatch.setattr(stored, "plant_account", refuse)
    assert program.main(["seed"], environ) == 5
    assert capsys.readouterr().err == 'dockyard seed: password authentication failed for user "dockyard"\n'


class Refusing:
    """A connection to a database that has another opinion."""

    terminated = False

    async def execute(self, *_: object) -> None:
        raise asyncpg.InsufficientPrivilegeError("permission denied for schema public")

    def terminate(self) -> None:
        self.terminated = True


def test_migrate_reports_what_the_database_says(
    environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = Refusing()

    async def connect(**_: Any) -> Refusing:
        return connection

    monkeypatch.setattr(asyncpg, "connect", connect)
    assert program.main(["migrate"], environ) == 5
    assert "permission denied" in capsys.readouterr().err
    assert connection.terminated


@pytest.mark.usefixtures("polling", "stored")
def test_api_and_worker_serve_on_their_ports(environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[int, int]] = []

    async def serve(app: Any, port: int, _: object) -> None:
        await asyncio.sleep(0)
        served.append((port, len(app.routes)))

    monkeypatch.setattr(server, "serve", serve)
    monkeypatch.setattr(caching, "connect", lambda _: FakeAsyncValkey())
    assert [program.main([command], environ) for command in ("api", "worker")] == [0, 0]
    assert [port for port, _ in served] == [8000, 9000]
    assert served[0][1] > served[1][1] == 4
