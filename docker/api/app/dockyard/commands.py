"""The commands: api, worker, migrate, seed, create-admin. What one does not need it does not load."""
# ruff: noqa: PLC0415 - `migrate` stands in the way of every start

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

from dockyard.settings import SettingsError, load

API_PORT, WORKER_PORT = 8000, 9000  # chosen; compose/base.yaml has the same


async def api(environ: Mapping[str, str]) -> None:
    """Run the HTTP interface on port 8000."""
    settings = load(environ, "POSTGRES_PASSWORD", "VALKEY_PASSWORD", "SESSION_KEY", "TOTP_ENCRYPTION_KEY")
    from dockyard import cache, credentials, database, observe, operations, server, web

    observe.configure_logs(settings.log_level)
    factor = credentials.SecondFactor(settings.totp_encryption_key, urlsplit(settings.public_url).hostname or "")
    async with database.Database(settings) as store, cache.connect(settings) as client:
        ops = operations.Operations(settings, store, cache.Cache(client, settings))
        await server.serve(web.application(ops, factor), API_PORT, ops)


async def worker(environ: Mapping[str, str]) -> None:
    """Run background jobs, with health and metrics on port 9000."""
    settings = load(environ, "POSTGRES_PASSWORD", "VALKEY_PASSWORD")
    from starlette.applications import Starlette

    from dockyard import cache, database, observe, operations, server
    from dockyard.worker import Shift

    observe.configure_logs(settings.log_level)
    async with database.Database(settings) as store, cache.connect(settings) as client:
        ops = operations.Operations(settings, store, cache.Cache(client, settings))
        shift = Shift(store, ops.cache)
        work = asyncio.create_task(shift.work())
        try:
            await server.serve(Starlette(routes=ops.routes()), WORKER_PORT, ops)
        finally:
            await shift.end(work)


async def migrate(environ: Mapping[str, str]) -> None:
    """Bring the schema to this version's head."""
    settings = load(environ, "POSTGRES_PASSWORD")
    import asyncpg

    from dockyard import database, migrations

    connection = await asyncpg.connect(**database.address(settings))
    try:
        applied = await migrations.migrate(connection)
    finally:
        connection.terminate()
    print(f"applied: {', '.join(applied) or 'nothing'}; head: {migrations.HEAD}")


async def seed(environ: Mapping[str, str]) -> None:
    """Create the demonstration accounts, or give them the passwords of the secrets again; refused in prod."""
    settings = load(environ, "POSTGRES_PASSWORD", "ADMIN_PASSWORD", "DEMO_PASSWORD")
    if settings.environment == "prod":
        raise SettingsError("demonstration accounts are not for prod: use create-admin")
    from dockyard import credentials, database

    wanted = {"admin": (settings.admin_email, settings.admin_password)}
    wanted |= {"user": (settings.demo_email, settings.demo_password)}
    async with database.Database(settings) as store:
        for role, (email, password) in wanted.items():
            await store.plant_account(email, await credentials.hash_password(password), role)
            print(f"seeded: {email} ({role})")


async def create_admin(environ: Mapping[str, str]) -> None:
    """Create an admin, ADMIN_EMAIL, with the password in ADMIN_PASSWORD_FILE (/dev/stdin works)."""
    settings = load(environ, "POSTGRES_PASSWORD", "ADMIN_PASSWORD")
    from dockyard import credentials, database

    async with database.Database(settings) as store:
        hashed = await credentials.hash_password(settings.admin_password)
        if await store.create_account(settings.admin_email, hashed, "admin") is None:
            raise SettingsError(f"ADMIN_EMAIL: an account {settings.admin_email} exists already")
    print(f"admin created: {settings.admin_email}")


COMMANDS = {"api": api, "worker": worker, "migrate": migrate, "seed": seed, "create-admin": create_admin}
