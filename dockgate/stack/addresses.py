"""Where a stack can be reached, from what the engine published: pure.

addresses(containers, model=None) -> tuple[Address, ...]   web pages first
lines(addresses) -> str                                    one an address, aligned
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dockgate.compose.model import Model
    from dockgate.engine.containers import Container, Port

EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - what others published is named here, nothing is bound
# The ports that these protocols have by registration (IANA), or by the habit of their frameworks.
SCHEMES = dict.fromkeys((80, 3000, 5000, 8000, 8080, 9090), "http")
SCHEMES |= {443: "https", 8443: "https", 3306: "mysql", 5432: "postgresql", 6379: "redis", 27017: "mongodb"}

FRONT = frozenset({80, 443, 8080, 8443})  # of web servers, by registration (IANA) and where they run without root
DEPENDS_ON = "com.docker.compose.depends_on"
WEB = frozenset({"http", "https"})
# Which variables of the official images name the user and the database, by the scheme of their port: Docker Hub's pages
# of postgres, mysql (mariadb has both spellings) and mongo.
LOGINS = {
    "postgresql": (("POSTGRES_USER",), ("POSTGRES_DB", "POSTGRES_USER")),
    "mysql": (("MYSQL_USER", "MARIADB_USER"), ("MYSQL_DATABASE", "MARIADB_DATABASE")),
    "mongodb": (("MONGO_INITDB_ROOT_USERNAME",), ("MONGO_INITDB_DATABASE",)),
}


class Address(Struct, frozen=True):
    """A place where a service can be reached from this machine; the scheme is that of its well-known port.

    `user` and `database` are those of a database whose environment names them; a password is never part of it.
    """

    service: str
    host: str
    port: int
    scheme: str = "tcp"
    user: str = ""
    database: str = ""

    @property
    def web(self) -> bool:
        """Return whether a browser can open it."""
        return self.scheme in WEB

    def __str__(self) -> str:
        """Return the URL, an IPv6 host in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{self.user}@" if self.user else ""
        path = f"/{self.database}" if self.database else ""
        return f"{self.scheme}://{user}{host}:{self.port}{path}"


def addresses(containers: Iterable[Container], model: Model | None = None) -> tuple[Address, ...]:
    """Return the addresses of what runs; IPv4 and IPv6 of the same port are one.

    Web pages come first, those of services on which no other page depends before the rest: a gateway before what is
    behind it, and before a page on a port of its own, such as Prometheus'. The `model` says which user and database a
    service has.
    """
    containers = tuple(containers)
    services = model.raw.get("services", {}) if model else {}
    found = {
        _address(one.service, port, (services.get(one.service) or {}).get("environment") or {}): port.private
        for one in containers
        if one.running
        for port in one.ports
        if port.public
    }
    behind = _behind(containers, {address.service for address in found if address.web})

    def order(one: Address) -> tuple[bool, bool, bool, str, int, str]:
        return not one.web, one.service in behind, found[one] not in FRONT, one.service, one.port, one.host

    return tuple(sorted(found, key=order))


def _behind(containers: Iterable[Container], pages: Iterable[str]) -> set[str]:
    """Return what pages depend on, directly or by way of others: what only watches them is no page."""
    needs = {one.service: set(_depends_on(one)) for one in containers}
    behind, todo = set[str](), [each for page in pages for each in needs[page]]
    while todo:
        if (name := todo.pop()) not in behind:
            behind.add(name)
            todo += needs.get(name, ())
    return behind


def lines(found: Iterable[Address]) -> str:
    """Return one line an address, service and URL in columns."""
    return columns.align([(each.service, each) for each in found])


def _depends_on(one: Container) -> Iterator[str]:
    """Yield the services that Compose's label names: `api:service_healthy:false,db:…`."""
    yield from (each.partition(":")[0] for each in one.labels.get(DEPENDS_ON, "").split(",") if each)


def _address(service: str, port: Port, environment: Mapping[str, str | None]) -> Address:
    scheme = port.protocol if port.protocol != "tcp" else SCHEMES.get(port.private, "tcp")
    host = "localhost" if port.ip in EVERYWHERE else port.ip
    user, database = (_first(environment, names) for names in LOGINS.get(scheme, ((), ())))
    return Address(service, host, port.public, scheme, user, database)


def _first(environment: Mapping[str, str | None], names: Iterable[str]) -> str:
    return next((value for name in names if (value := environment.get(name))), "")
