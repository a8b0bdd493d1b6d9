"""DG304: a published port of a database, cache or queue outside development.

By port and by image. In development only when it is published beyond this machine, as a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose import stores
from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG304"
TITLE = "A published database or cache port"
SCOPE = Scope.MODEL

PORTS = {
    1433: "SQL Server", 1521: "Oracle", 2379: "etcd", 3306: "MySQL", 4222: "NATS", 5432: "PostgreSQL",
    5672: "AMQP", 5984: "CouchDB", 6379: "Redis or Valkey", 8086: "InfluxDB", 8123: "ClickHouse", 9000: "ClickHouse",
    9042: "Cassandra", 9092: "Kafka", 9200: "Elasticsearch", 9300: "Elasticsearch", 11211: "memcached",
    26257: "CockroachDB", 27017: "MongoDB", 50000: "Db2",
}  # fmt: skip
LOOPBACK = ("127.", "::1", "localhost")


def check(context: Context) -> Iterator[Hit]:
    """Look at published ports that databases use, and at all ports of images that are databases."""
    for service, entry in context.services():
        is_store = stores.is_store(str(entry.get("image") or ""))
        for port in entry.get("ports") or ():
            kind = PORTS.get(int(port.get("target", 0))) or (is_store and "a database")
            local = str(port.get("host_ip", "")).startswith(LOOPBACK)
            if not kind or (context.development and local):
                continue
            yield Hit(
                f"{service} publishes port {port.get('target')} ({kind}) on {port.get('host_ip') or 'every address'}",
                "remove the port: services reach it over their network"
                if not context.development
                else "publish it on 127.0.0.1",
                context.place("services", service, "ports"),
                severity=Severity.WARNING
                if context.development or (local and not context.production)
                else Severity.ERROR,
                service=service,
            )
