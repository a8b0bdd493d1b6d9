"""Services whose volume keeps what it was initialised with: a password, a user, a database's name."""

from __future__ import annotations

from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core.compose_escape import unescape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

USER, DATABASE, PASSWORD, ROOT = "user", "database", "password", "root password"
FILE = "_FILE"  # how the official images name the file of a value


class Kind(Struct, frozen=True):
    """Where images of a kind keep their data, and which variables only the first start reads, by what they set."""

    folders: tuple[str, ...]
    variables: Mapping[str, tuple[str, ...]]
    folder_variable: str = ""


# As the pages of the images on Docker Hub have it: postgres (postgis, timescale and supabase take after it), mysql,
# mariadb, percona, mongo, rabbitmq, neo4j, influxdb, and those of Bitnami. Valkey and Redis read their password at each
# start.
KINDS = (
    Kind(
        ("/var/lib/postgresql", "/bitnami/postgresql"),
        {
            PASSWORD: ("POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"),
            ROOT: ("POSTGRESQL_POSTGRES_PASSWORD",),
            USER: ("POSTGRES_USER", "POSTGRESQL_USERNAME"),
            DATABASE: ("POSTGRES_DB", "POSTGRESQL_DATABASE"),
        },
        "PGDATA",
    ),
    Kind(
        ("/var/lib/mysql", "/bitnami/mysql", "/bitnami/mariadb"),
        {
            ROOT: ("MARIADB_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD"),
            PASSWORD: ("MARIADB_PASSWORD", "MYSQL_PASSWORD"),
            USER: ("MARIADB_USER", "MYSQL_USER"),
            DATABASE: ("MARIADB_DATABASE", "MYSQL_DATABASE"),
        },
    ),
    Kind(
        ("/data/db", "/bitnami/mongodb"),
        {
            PASSWORD: ("MONGO_INITDB_ROOT_PASSWORD", "MONGODB_ROOT_PASSWORD"),
            USER: ("MONGO_INITDB_ROOT_USERNAME", "MONGODB_ROOT_USER"),
        },
    ),
    Kind(
        ("/var/lib/rabbitmq", "/bitnami/rabbitmq"),
        {
            PASSWORD: ("RABBITMQ_DEFAULT_PASS", "RABBITMQ_PASSWORD"),
            USER: ("RABBITMQ_DEFAULT_USER", "RABBITMQ_USERNAME"),
        },
    ),
    Kind(("/data",), {PASSWORD: ("NEO4J_AUTH",)}),
    Kind(
        ("/var/lib/influxdb2",),
        {
            PASSWORD: ("DOCKER_INFLUXDB_INIT_PASSWORD",),
            ROOT: ("DOCKER_INFLUXDB_INIT_ADMIN_TOKEN",),
            USER: ("DOCKER_INFLUXDB_INIT_USERNAME",),
        },
    ),
)


class Setting(Struct, frozen=True):
    """One value of the first start: the variable that sets it, and the value, or where it comes from.

    `file` is on this machine, `variable_of` is one of the environment that Compose was given.
    """

    variable: str
    value: str | None = None
    file: str = ""
    variable_of: str = ""


class Database(Struct, frozen=True):
    """A service with data of its own, in a volume of the engine by its name, or in a folder of this machine."""

    service: str
    volume: str
    settings: Mapping[str, Setting]


def find(document: Mapping[str, Any], kept: Mapping[str, str] = MappingProxyType({})) -> tuple[Database, ...]:
    """Return the databases of a resolved document; `kept` are services that keep a secret by configuration."""
    services = document.get("services") or {}
    found = (_database(document, name, services[name] or {}, kept.get(name, "")) for name in services)
    return tuple(each for each in found if each)


def _database(document: Mapping[str, Any], name: str, entry: Mapping[str, Any], kept: str) -> Database | None:
    environment = {key: "" if value is None else unescape(str(value)) for key, value in _pairs(entry)}
    for kind in KINDS:
        settings = dict(_settings(document, entry, environment, kind))
        if not settings.keys() & {PASSWORD, ROOT}:
            continue
        own = environment.get(kind.folder_variable)
        if place := _volume(document, entry, (*kind.folders, *((own,) if own else ()))):
            return Database(name, place, settings)
    place = _volume(document, entry, ("/",)) if kept else ""
    return Database(name, place, {PASSWORD: Setting(kept, variable_of=kept)}) if place else None


def _pairs(entry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    environment = entry.get("environment") or {}
    if isinstance(environment, list):
        yield from (each.partition("=")[::2] for each in environment)
    else:
        yield from environment.items()


def _settings(
    document: Mapping[str, Any], entry: Mapping[str, Any], environment: Mapping[str, str], kind: Kind
) -> Iterator[tuple[str, Setting]]:
    for role, names in kind.variables.items():
        for name in names:
            if environment.get(name):
                yield role, Setting(name, environment[name])
                break
            if file := environment.get(name + FILE):
                yield role, _file(document, entry, name + FILE, file)
                break


def _file(document: Mapping[str, Any], entry: Mapping[str, Any], variable: str, path: str) -> Setting:
    """Return where the file of a value comes from: a secret, a config, or a mounted file."""
    for kind, folder in (("secrets", "/run/secrets"), ("configs", "")):
        for used in entry.get(kind) or ():
            source = used["source"]
            target = used.get("target") or source
            if path == (target if target.startswith("/") else f"{folder}/{target}"):
                declared = (document.get(kind) or {}).get(source) or {}
                return Setting(variable, None, str(declared.get("file") or ""), str(declared.get("environment") or ""))
    mounted = (each for each in entry.get("volumes") or () if each.get("target") == path)
    return Setting(variable, None, next((each.get("source") or "" for each in mounted), ""))


def _volume(document: Mapping[str, Any], entry: Mapping[str, Any], folders: tuple[str, ...]) -> str:
    """Return the volume or folder in which the data are: the mount nearest above, at or below one of the folders."""
    for each in sorted(entry.get("volumes") or (), key=lambda each: len(each["target"]), reverse=True):
        source = each.get("source")
        if not source or each.get("read_only") or not any(_near(each["target"], folder) for folder in folders):
            continue
        if each.get("type") == "volume":
            return str(((document.get("volumes") or {}).get(source) or {}).get("name") or source)
        if each.get("type") == "bind":
            return str(source)
    return ""


def _near(target: str, folder: str) -> bool:
    one, other = PurePosixPath(target), PurePosixPath(folder)
    return one.is_relative_to(other) or (one != PurePosixPath("/") and other.is_relative_to(one))
