"""References across a whole environment: chains, circles, secrets."""

from __future__ import annotations

from dockgate.envfiles import Assignment
from dockgate.origin import Origin
from dockgate.resolving import Resolver
from dockgate.secret import Secret


def resolver(*, secrets: frozenset[str] = frozenset(), locked: bool = False, **values: str) -> Resolver:
    winners = {
        name: Assignment(name, value, Origin("x.env", number, 1), "x")
        for number, (name, value) in enumerate(values.items(), 1)
    }
    return Resolver(winners, "dev", secrets, locked=locked)


def test_a_chain_is_followed_to_its_end() -> None:
    """Each is resolved once, in the order that its references need."""
    found = resolver(A="${B}!", B="${C}?", C="x")
    assert found.resolve("A").value == "x?!"
    assert found.findings == []


def test_a_chain_of_ten_thousand_is_no_recursion() -> None:
    """The interpreter's limit on depth is none on chains."""
    size = 10_000
    chain = {f"N{number}": f"${{N{number + 1}}}" for number in range(size)}
    winners = {
        name: Assignment(name, value, Origin("x.env"), "x") for name, value in (chain | {f"N{size}": "x"}).items()
    }
    assert Resolver(winners, "dev", frozenset(), locked=False).resolve("N0").value == "x"


def test_a_circle_is_found_once_for_each_member_with_its_path() -> None:
    """Those that only refer to it have no finding of their own, and fail."""
    found = resolver(A="${B}", B="${C}", C="${A}", D="${A}")
    assert found.resolve("D").failed
    messages = {(each.line, each.message) for each in found.findings}
    path = "references go in a circle: A → B → C → A"
    assert messages == {(1, f"A: {path}"), (2, f"B: {path}"), (3, f"C: {path}")}


def test_a_default_that_refers_back_is_a_circle_too() -> None:
    """Which value it would have depends on what is looked at first: refused."""
    found = resolver(A="${B:-x}", B="${A:-y}")
    assert (found.resolve("A").failed, found.resolve("B").failed) == (True, True)


def test_two_ways_to_the_same_name_are_no_circle() -> None:
    """A diamond is fine."""
    found = resolver(A="${B}${C}", B="${D}", C="${D}", D="x")
    assert (found.resolve("A").value, found.findings) == ("xx", [])


def test_a_failure_is_reported_where_it_is() -> None:
    """Not again at everything that refers to it."""
    found = resolver(A="${B}", B="${NOPE}")
    assert found.resolve("A").failed
    assert [(each.line, each.code) for each in found.findings] == [(2, "DG109")]


def test_secrets_are_infectious_even_when_only_mentioned() -> None:
    """`${PASSWORD:+x}` tells that there is one; `${B:-${PASSWORD}}` may hold it tomorrow."""
    found = resolver(secrets=frozenset({"PASSWORD"}), A="${PASSWORD:+x}", B="${C:-${PASSWORD:-}}", C="c")
    assert (found.resolve("A").value, found.resolve("B").value) == (Secret(""), Secret("c"))


def test_no_finding_holds_a_value() -> None:
    """A circle and a required variable are told by names alone."""
    winners = {"A": Assignment("A", Secret("hunter2${NOPE:?hunter3 ${A}}"), Origin("x.env", 1, 1), "x")}
    found = Resolver(winners, "dev", frozenset(), locked=False)
    found.resolve("A")
    assert "hunter2" not in str(found.findings)
