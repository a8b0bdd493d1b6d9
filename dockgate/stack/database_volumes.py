"""Databases that were initialised with other settings than those of now: found before anything changes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.compose import databases, readers
from dockgate.compose.databases import PASSWORD, ROOT
from dockgate.core.errors import ConfigError, together
from dockgate.core.readable import readable
from dockgate.engine import containers as engine_containers
from dockgate.env import provider_references
from dockgate.secrets import postgres_role, volume_record
from dockgate.secrets.volume_record import Record
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dockgate.compose.databases import Database, Setting
    from dockgate.core.location import Location
    from dockgate.core.project import Project
    from dockgate.engine.containers import Container
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.startup.outcome import Outcome

SECRET = frozenset({PASSWORD, ROOT})


class Look(Struct, frozen=True):
    """One database as it would be started: digests of its settings, when its volume was created, what is recorded.

    `created` is empty where the volume does not exist: the next start initialises it.
    """

    database: Database
    settings: Mapping[str, str]
    created: str
    record: Record | None

    @property
    def differing(self) -> tuple[str, ...]:
        """Return what the volume has otherwise: passwords first, as the others say less without them."""
        before = self.record.settings if self.record else {}
        found = (role for role, digest in self.settings.items() if before.get(role, digest) != digest)
        return tuple(sorted(found, key=lambda role: (role not in SECRET, role)))


def look(project: Project, prepared: Prepared, services: Collection[str] = ()) -> tuple[Look, ...]:
    """Look at the databases of a stack; with `services`, at those that a start of them needs.

    A start of a database alone shows none: it serves nothing else yet, and its password may be changed in it.
    """
    model, host = prepared.composition.model, prepared.target.endpoint.host
    wanted = model.closure(services)
    found = databases.find(model.raw, postgres_role.keepers(project))
    if services and wanted <= {each.service for each in found}:
        return ()
    return tuple(_look(project, prepared, host, each) for each in found if each.service in wanted)


def refuse(project: Project, prepared: Prepared, looks: Sequence[Look], containers: Sequence[Container]) -> None:
    """Raise ConfigError for each database that would refuse its services, with the ways to set that right."""
    problems = [
        _problem(project, prepared, each, each.record.day, containers)
        for each in looks
        if each.record and each.differing
    ]
    if problems:
        raise together(problems)


def keep(project: Project, prepared: Prepared, looks: Sequence[Look], outcome: Outcome) -> None:
    """Record what databases have, after a start.

    A volume that is new was initialised by it; what an older one has is known once everything that uses it is well.
    """
    for each in looks:
        if each.database.service in outcome.failed or (each.created and not each.record and outcome.failed):
            continue
        if each.record and each.record.settings == each.settings:
            continue
        if created := _created(prepared, each.database):
            today = datetime.now(UTC).date().isoformat()
            known = each.record.settings if each.record else {}
            record = Record(created, today, {**known, **each.settings})
            volume_record.write(project, prepared.target.endpoint.host, each.database.volume, record)


def _look(project: Project, prepared: Prepared, host: str, database: Database) -> Look:
    values = ((role, _value(prepared, setting)) for role, setting in database.settings.items())
    settings = {role: volume_record.digest(project, role, value) for role, value in values if value is not None}
    created = _created(prepared, database)
    record = volume_record.read(project, host, database.volume, created)
    return Look(database, settings, created, record)


def _created(prepared: Prepared, database: Database) -> str:
    return volume_record.created(engine_containers.connect(prepared.target.endpoint), database.volume)


def _value(prepared: Prepared, setting: Setting) -> str | None:
    """Return a value as the container gets it, None where it cannot be read here."""
    if setting.value is not None:
        return setting.value
    folder = Path(prepared.composition.env[readers.FOLDER])
    path = Path(setting.file)
    name = setting.variable_of or (path.name if path.parent == folder else "")
    if name:
        resolved = prepared.resolved.values.get(name)
        unknown = name in provider_references.waiting(prepared.resolved)  # `plan` asks no provider
        return resolved.reveal() if resolved and not unknown else None
    try:
        return readable(regular_file.read(path))
    except OSError:
        return None  # no file is named, or the guard says that it is missing


def _problem(project: Project, prepared: Prepared, one: Look, day: str, containers: Sequence[Container]) -> ConfigError:
    database, role = one.database, one.differing[0]
    name = database.settings[role].variable
    what = (
        f"{database.service}: {name} is not the {role} that its volume {database.volume} has since {day}; only the "
        "first start of a volume reads it, so every service that uses the new one would fail."
    )
    fix = "; or ".join(_ways(project, prepared, one, containers))
    return ConfigError(what, where=_origin(project, prepared, database, role), fix=fix)


def _secret(project: Project, database: Database, role: str) -> str:
    """Return the secret that `rotate` could change in this database, empty where it could not."""
    found = (name for name, service in postgres_role.initialised(project).items() if service == database.service)
    return next(found, "") if role == PASSWORD else ""


def _origin(project: Project, prepared: Prepared, database: Database, role: str) -> Location | None:
    setting = database.settings[role]
    name = _secret(project, database, role) or setting.variable_of or Path(setting.file).name or setting.variable
    resolved = prepared.resolved.values.get(name)
    return resolved.origin if resolved else None


def _ways(project: Project, prepared: Prepared, one: Look, containers: Sequence[Container]) -> Sequence[str]:
    service, flags, role = one.database.service, prepared.target.flags, one.differing[0]
    runs = any(each.service == service and each.running for each in containers)
    first = "" if runs else f"{prepared.target.up} --service={service}, then "
    ways = ["put the old value back"]
    if secret := _secret(project, one.database, role):
        ways.append(f"give the database the new one: {first}inv secrets.rotate {secret} {flags} --current")
    else:
        trust = f"{prepared.target.up} --trust-volume={service}"
        ways.append(f"change it in the database: {first}inv shell {flags} --service={service}, then {trust}")
    return [*ways, f"begin without its data: inv down {flags} --volumes"]
