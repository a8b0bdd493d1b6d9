"""Where a stack can be reached, told from what the engine really published: pure.

addresses(containers) -> tuple[Address, ...]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.engine.containers import Container, Port

EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - what others published is named here, nothing is bound
# The ports that these protocols have by registration (IANA), or by the habit of their frameworks.
SCHEMES = dict.fromkeys((80, 3000, 5000, 8000, 8080, 9090), "http")
SCHEMES |= {443: "https", 8443: "https", 3306: "mysql", 5432: "postgresql", 6379: "redis", 27017: "mongodb"}


class Address(Struct, frozen=True):
    """A place where a service can be reached from this machine; the scheme is that of its well-known port."""

    service: str
    host: str
    port: int
    scheme: str = "tcp"

    def __str__(self) -> str:
        """Return the URL, an IPv6 host in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def addresses(containers: Iterable[Container]) -> tuple[Address, ...]:
    """Return the addresses of what runs, by service; IPv4 and IPv6 of the same port are one."""
    found = {
        _address(one.service, port): None for one in containers if one.running for port in one.ports if port.public
    }
    return tuple(sorted(found, key=lambda one: (one.service, one.port, one.host)))


def _address(service: str, port: Port) -> Address:
    scheme = port.protocol if port.protocol != "tcp" else SCHEMES.get(port.private, "tcp")
    return Address(service, "localhost" if port.ip in EVERYWHERE else port.ip, port.public, scheme)
