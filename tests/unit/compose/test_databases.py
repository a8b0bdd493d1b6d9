"""Which services of a Compose document keep in a volume what they were initialised with."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from dockgate.compose import databases
from dockgate.compose.databases import Database, Setting

DATA = {"type": "volume", "source": "data"}
NAMED = {"volumes": {"data": {"name": "shop-dev_data"}}}


def found(service: dict[str, Any], **document: Any) -> list[tuple[str, dict[str, Setting]]]:
    document = {"services": {"db": service}, **NAMED, **document}
    return [(each.volume, dict(each.settings)) for each in databases.find(document)]


@pytest.mark.parametrize(
    ("variable", "target"),
    [
        ("POSTGRES_PASSWORD", "/var/lib/postgresql/data"),
        ("POSTGRES_PASSWORD", "/var/lib/postgresql"),
        ("POSTGRESQL_PASSWORD", "/bitnami/postgresql"),
        ("MYSQL_PASSWORD", "/var/lib/mysql"),
        ("MARIADB_PASSWORD", "/var/lib/mysql"),
        ("MONGO_INITDB_ROOT_PASSWORD", "/data/db"),
        ("MONGO_INITDB_ROOT_PASSWORD", "/data"),
        ("RABBITMQ_DEFAULT_PASS", "/var/lib/rabbitmq"),
        ("NEO4J_AUTH", "/data"),
        ("DOCKER_INFLUXDB_INIT_PASSWORD", "/var/lib/influxdb2"),
    ],
)
def test_a_volume_where_the_image_keeps_its_data(variable: str, target: str) -> None:
    """The name of the image does not matter: it may be built here. `$$` is how Compose writes a dollar."""
    service = {"environment": {variable: "pa$$word"}, "volumes": [{**DATA, "target": target}]}
    assert found(service) == [("shop-dev_data", {"password": Setting(variable, "pa$word")})]


@pytest.mark.parametrize(
    "service",
    [
        {"environment": {"POSTGRES_PASSWORD": "x"}, "volumes": [{**DATA, "target": "/app/uploads"}]},
        {"environment": {"POSTGRES_PASSWORD": "x"}},
        {"environment": {"POSTGRES_PASSWORD": None}, "volumes": [{**DATA, "target": "/var/lib/postgresql/data"}]},
        {"environment": {"POSTGRES_USER": "x"}, "volumes": [{**DATA, "target": "/var/lib/postgresql/data"}]},
        {"environment": {"POSTGRES_PASSWORD": "x"}, "volumes": [{"type": "tmpfs", "target": "/var/lib/postgresql"}]},
        {"environment": {"REDIS_PASSWORD": "x"}, "volumes": [{**DATA, "target": "/data"}]},
    ],
    ids=["a client's uploads", "no volume", "no value", "no password", "on RAM", "read at each start"],
)
def test_no_database(service: dict[str, Any]) -> None:
    """Nothing that a changed password would be refused by."""
    assert found(service) == []


def test_all_that_the_first_start_reads_is_told() -> None:
    """The first of several variables that has a value; a list of variables, too."""
    values = ("POSTGRES_PASSWORD=a=b", "POSTGRESQL_PASSWORD=b", "POSTGRESQL_POSTGRES_PASSWORD=c", "POSTGRES_USER=")
    environment = [*values, "POSTGRESQL_USERNAME=d", "POSTGRES_DB_FILE=/e", "BARE"]
    service = {"environment": environment, "volumes": [{**DATA, "target": "/var/lib/postgresql"}]}
    assert databases.find({"services": {"db": service, "none": None}, **NAMED}) == (
        Database(
            "db",
            "shop-dev_data",
            {
                "password": Setting("POSTGRES_PASSWORD", "a=b"),
                "root password": Setting("POSTGRESQL_POSTGRES_PASSWORD", "c"),
                "user": Setting("POSTGRESQL_USERNAME", "d"),
                "database": Setting("POSTGRES_DB_FILE", None),
            },
        ),
    )
    assert databases.find({}) == ()


@pytest.mark.parametrize(
    ("volumes", "place"),
    [
        ([("volume", "a", "/pg")], "a"),
        ([("volume", "a", "/pg/x"), ("volume", "b", "/pg")], "a"),
        ([("volume", "b", "/pg"), ("volume", "a", "/pg/x")], "a"),
        ([("bind", "/home/a", "/pg")], "/home/a"),
        ([("bind", "/home/a", "/")], None),
        ([("tmpfs", "a", "/pg/x"), ("volume", "b", "/")], None),
        ([("volume", "", "/pg/x"), ("bind", "/b", "/pg")], "/b"),
        ([("volume", "a", "/var/lib/mysql"), ("volume", "b", "/pgx")], None),
        ([("npipe", "a", "/pg/x"), ("volume", "b", "/pg")], "b"),
        ([("volume", "data", "/var/lib/postgresql/17")], "shop-dev_data"),
    ],
)
def test_the_data_are_in_the_nearest_mount(volumes: list[tuple[str, str, str]], place: str | None) -> None:
    entries = [{"type": kind, "source": source, "target": target} for kind, source, target in volumes]
    service = {"environment": {"POSTGRES_PASSWORD": "x", "PGDATA": "/pg"}, "volumes": entries}
    assert [each[0] for each in found(service)] == ([place] if place else [])
    assert found({**service, "volumes": [{**each, "read_only": True} for each in entries]}) == []
    assert found(service, volumes=None) == found(service, volumes={"data": {}, "a": None}) or place == "shop-dev_data"


@pytest.mark.parametrize(
    ("more", "document", "setting"),
    [
        ({"secrets": [{"source": "pw"}]}, {"secrets": {"pw": {"file": "/run/x"}}}, Setting("V", file="/run/x")),
        (
            {"secrets": [{"source": "other", "target": "/run/secrets/pw"}]},
            {"secrets": {"other": {"environment": "TOKEN"}}},
            Setting("V", variable_of="TOKEN"),
        ),
        ({"secrets": [{"source": "pw"}]}, {"secrets": {"pw": None}}, Setting("V")),
        (
            {"configs": [{"source": "c", "target": "run/secrets/pw"}]},
            {"configs": {"c": {"file": "/c"}}},
            Setting("V", file="/c"),
        ),
        ({"configs": [{"source": "pw"}]}, {"configs": {"pw": {"file": "/c"}}}, Setting("V")),
        ({"secrets": [{"source": "pw", "target": "other"}]}, {"secrets": {"pw": {"file": "/c"}}}, Setting("V")),
        ({"secrets": [{"source": "pw"}]}, {}, Setting("V")),
        ({"volumes": [{"target": "/run/secrets/pw"}]}, {}, Setting("V")),
        (
            {"volumes": [{"target": "/run/secrets"}, {"target": "/run/secrets/pw", "source": "/x"}]},
            {},
            Setting("V", file="/x"),
        ),
    ],
)
def test_the_file_of_a_value_is_known_by_its_path_inside(more: Any, document: Any, setting: Setting) -> None:
    """A path inside says nothing of the value: what is mounted there does."""
    environment = {"MYSQL_PASSWORD_FILE": "/run/secrets/pw"}
    volumes = [*more.pop("volumes", ()), {**DATA, "target": "/var/lib/mysql"}]
    [(_, settings)] = found({"environment": environment, "volumes": volumes, **more}, **document)
    assert settings == {"password": replace(setting, variable="MYSQL_PASSWORD_FILE")}


def test_what_configuration_says_of_a_service() -> None:
    """A Valkey whose ACL file is in its volume: nothing in its settings shows it."""
    service = {"volumes": [{**DATA, "target": "/data"}]}
    services = {"cache": service, "other": service, "empty": {"volumes": []}}
    found = databases.find({"services": services, **NAMED}, {"cache": "CACHE_PASSWORD", "empty": "X"})
    setting = Setting("CACHE_PASSWORD", variable_of="CACHE_PASSWORD")
    assert found == (Database("cache", "shop-dev_data", {"password": setting}),)
