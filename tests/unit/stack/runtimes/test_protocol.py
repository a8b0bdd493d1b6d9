"""What a runtime has of a stack, and what a removal of it says."""

from __future__ import annotations

import pytest

from dockgate.stack.runtimes.protocol import ExecRequest, Holdings, LogRequest, Order, Removed, Traits
from tests.unit.stack.startup.stacks import container

WHOLE = Holdings((container("api"), container("db")), ("net",), ("data", "cache"))


@pytest.mark.parametrize(
    ("stack", "exists"),
    [(WHOLE, True), (Holdings((), ("net",), ()), True), (Holdings(WHOLE.containers, (), ()), True)],
)
def test_a_stack_is_there_while_anything_but_its_data_is(stack: Holdings, *, exists: bool) -> None:
    assert stack.exists is exists
    assert not Holdings((), (), ("data",)).exists


def test_a_removal_goes_on_where_an_earlier_one_was_killed() -> None:
    """What that one has removed is said, too; a volume that is still there only where it goes now."""
    there = Removed(("p-api-1", "p-db-1"), ("net",), ("data", "cache"))
    assert WHOLE.removal(None, volumes=True) == there
    assert WHOLE.removal(None, volumes=False) == Removed(there.containers, there.networks, ())
    begun = Removed(("p-web-1", "p-api-1"), ("old", "net"), ("gone", "data"), secrets=True)
    names = ("p-web-1", "p-api-1", "p-db-1")
    assert WHOLE.removal(begun, volumes=False) == Removed(names, ("old", "net"), ("gone",), secrets=True)
    assert WHOLE.removal(begun, volumes=True) == Removed(names, ("old", "net"), ("gone", "data", "cache"), secrets=True)


def test_a_removal_is_a_document() -> None:
    """Secrets that an earlier attempt has removed were there."""
    removed = Removed(("a",), ("b",), ("c",))
    assert removed.as_json() == {"containers": ["a"], "networks": ["b"], "volumes": ["c"], "secrets": False}
    assert removed.with_secrets(True) == removed.with_secrets(True).with_secrets(False) != removed  # noqa: FBT003
    assert removed.with_secrets(False) == removed  # noqa: FBT003


def test_what_is_not_asked_for_is_not_done() -> None:
    """The least that an order, a look at logs and a command can be."""
    order = Order()
    assert (order.services, order.timeout, order.fetch, order.watch) == ((), 120.0, True, 0.0)
    assert (order.listener, order.fetching, order.warn, order.check) == (None, None, None, None)
    assert LogRequest() == LogRequest((), follow=False, tail=0, since="", timestamps=False)
    assert ExecRequest(("ls",)) == ExecRequest(("ls",), "", (), terminal=False, entrypoint="")
    assert Traits() == Traits("up", secret_files=True, pulls=False, nodes=False)
