"""Where each kind of service can be reached."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockgate.compose.model import Model
from dockgate.engine.containers import Port
from dockgate.stack.addresses import Address, addresses
from tests.unit.stack.startup.stacks import container


@pytest.mark.parametrize(
    ("port", "address"),
    [
        (Port(80, 1), Address("a", "localhost", 1, "http")),
        (Port(443, 1, "0.0.0.0"), Address("a", "localhost", 1, "https")),  # noqa: S104 - the engine's word
        (Port(8443, 1, "::"), Address("a", "localhost", 1, "https")),
        (Port(9090, 1, "::1"), Address("a", "::1", 1, "http")),
        (Port(6379, 1, "10.0.0.1"), Address("a", "10.0.0.1", 1, "redis")),
        (Port(7, 1), Address("a", "localhost", 1, "tcp")),
        (Port(80, 1, "", "udp"), Address("a", "localhost", 1, "udp")),
    ],
)
def test_an_address_has_the_scheme_of_its_port(port: Port, address: Address) -> None:
    """One of every address of the machine is this machine's."""
    found = addresses([container("a", "running", ports=(port, Port(5)))])
    assert found == (address,)
    assert found[0].web is (address.scheme in {"http", "https"})


@pytest.mark.parametrize(
    ("document", "user"),
    [
        (None, ""),
        ({}, ""),
        ({"services": {}}, ""),
        ({"services": {"a": None}}, ""),
        ({"services": {"a": {"environment": None}}}, ""),
        ({"services": {"a": {"environment": {"MYSQL_USER": "", "MARIADB_USER": "ada"}}}}, "ada"),
        ({"services": {"a": {"environment": {"MYSQL_USER": "eve", "MARIADB_USER": "ada"}}}}, "eve"),
    ],
)
def test_a_user_is_the_first_that_is_named(document: dict[str, object] | None, user: str) -> None:
    """A document may say nothing of a service that runs."""
    model = None if document is None else Model("p", {}, raw=document)
    found = addresses([container("a", "running", ports=(Port(3306, 1),))], model)
    assert found == (Address("a", "localhost", 1, "mysql", user),)
    assert str(found[0]) == f"mysql://{user and f'{user}@'}localhost:1"


def test_addresses_stand_in_the_order_of_their_use() -> None:
    """Pages, then gateways, then ports of web servers; else by service, port and host."""
    one = container("b", "running", ports=(Port(80, 2), Port(80, 1, "b"), Port(80, 1, "a"), Port(3000, 0), Port(7, 9)))
    found = addresses(iter([one, replace(one, service="a", ports=(Port(3000, 3), Port(80, 4)))]))
    assert [(each.service, each.port, each.host) for each in found] == [
        ("a", 4, "localhost"),
        ("b", 1, "a"),
        ("b", 1, "b"),
        ("b", 2, "localhost"),
        ("a", 3, "localhost"),
        ("b", 9, "localhost"),
    ]
    assert addresses([replace(one, state="exited")]) == ()


def test_what_depends_on_itself_by_way_of_others_ends() -> None:
    """A label can say anything."""
    needs = {"a": "b,", "b": "a:service_started:false"}
    listed = [
        container(name, "running", ports=(Port(80, 1, name),), labels={"com.docker.compose.depends_on": own})
        for name, own in needs.items()
    ]
    assert [each.service for each in addresses(listed)] == ["a", "b"]
