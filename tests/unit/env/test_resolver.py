"""References across a whole environment: chains, circles, secrets."""

from __future__ import annotations

import pytest

from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.env.env_files import Assignment
from dockgate.env.resolver import Resolution, Resolver
from dockgate.env.variable import Variable


def resolver(*, secrets: tuple[str, ...] = (), locked: bool = False, **values: str) -> Resolver:
    winners = {
        name: Assignment(name, value, Location("x.env", number, 1), "x")
        for number, (name, value) in enumerate(values.items(), 1)
    }
    return Resolver(winners, "dev", {name: Variable(name, secret=True) for name in secrets}, locked=locked)


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
        name: Assignment(name, value, Location("x.env"), "x") for name, value in (chain | {f"N{size}": "x"}).items()
    }
    assert Resolver(winners, "dev", {}, locked=False).resolve("N0").value == "x"


def test_a_circle_is_found_once_for_each_member_with_its_path() -> None:
    """Those that only refer to it have no finding of their own, and fail."""
    found = resolver(A="${B}", B="${C}", C="${A}", D="${A}")
    assert found.resolve("D").failed
    path, fix = "circular reference: A → B → C → A", "give one of them a literal value"
    assert found.findings == [
        Finding(Location("x.env", line, 1), "DG109", Severity.ERROR, f"{name}: {path}", "dev", fix, name)
        for line, name in enumerate("ABC", 1)
    ]
    assert found.resolve("A") == Resolution("${B}", ("B",), failed=True)


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
    assert found.findings == [
        Finding(
            Location("x.env", 2, 1),
            "DG109",
            Severity.ERROR,
            "B: NOPE is not defined in any layer",
            "dev",
            "define NOPE, or write ${NOPE:-}",
            "B",
        )
    ]
    assert found.resolve("B") == Resolution("${NOPE}", ("NOPE",), failed=True)
    assert found.resolve("A") == Resolution("${NOPE}", ("B",), failed=True)


def test_one_failed_reference_of_two_fails_the_value() -> None:
    """Half a value is none."""
    found = resolver(A="${B}${C}", B="${NOPE}", C="x")
    assert found.resolve("A").failed


def test_without_the_secrets_only_what_needs_a_missing_one_is_left_open() -> None:
    """A secret that is there is used, and an undefined variable that is no secret is still a mistake."""
    found = resolver(secrets=("HAVE", "LACK"), locked=True, HAVE="x", A="${HAVE}", B="${HAVE}${LACK}", C="${NOPE}")
    outcomes = {name: found.resolve(name).failed for name in ("A", "B", "C")}
    assert outcomes == {"A": False, "B": True, "C": True}
    assert [each.message for each in found.findings] == ["C: NOPE is not defined in any layer"]


def test_secrets_are_infectious_even_when_only_mentioned() -> None:
    """`${PASSWORD:+x}` tells that there is one; `${B:-${PASSWORD}}` may hold it tomorrow."""
    found = resolver(secrets=("PASSWORD",), A="${PASSWORD:+x}", B="${C:-${PASSWORD:-}}", C="c")
    assert (found.resolve("A").value, found.resolve("B").value) == (Secret(""), Secret("c"))


@pytest.mark.parametrize(
    "value", ["pre${hunter2}", "pre${hunter2", "${hunter2:x}", "${KNOWN:?hunter2}", "a${X:-${hunter2:?no}}"]
)
def test_neither_findings_nor_references_hold_a_piece_of_a_secret(value: str) -> None:
    """What looks like a name in a secret may be its value."""
    winners = {"A": Assignment("A", Secret(value), Location("x.env", 1, 1), "x")}
    found = Resolver(winners, "dev", {}, locked=False)
    outcome = found.resolve("A")
    assert outcome == Resolution(Secret(value), (), failed=True)
    what, fix = "A: cannot be resolved", "put the value in single quotes if `$` is a part of it"
    assert found.findings == [Finding(Location("x.env", 1, 1), "DG109", Severity.ERROR, what, "dev", fix, "A")]
    assert "hunter2" not in f"{found.findings} {outcome}"


def test_a_secret_in_a_circle_says_so() -> None:
    """The names in it are known, so none is a piece of a value."""
    winners = {
        "A": Assignment("A", Secret("${B}"), Location("x.env", 1, 1), "x"),
        "B": Assignment("B", "${A}", Location("x.env", 2, 1), "x"),
    }
    found = Resolver(winners, "dev", {}, locked=False)
    found.resolve("A")
    assert [each.message for each in found.findings] == [
        f"{name}: circular reference: A → B → A" for name in ("A", "B")
    ]


def test_what_does_not_refer_is_left_as_it_is_written() -> None:
    """Single quotes, no dollar, no value: `$$` is what it is there."""
    winners = {
        "A": Assignment("A", "$$${B", Location("x.env"), "x", interpolate=False),
        "B": Assignment("B", None, Location("x.env"), "x"),
        "C": Assignment("C", "}", Location("x.env"), "x"),
        "D": Assignment("D", "${A}$$${B}${C}", Location("x.env"), "x"),
    }
    found = Resolver(winners, "dev", {}, locked=False)
    assert [found.resolve(name) for name in "ABC"] == [Resolution("$$${B"), Resolution(""), Resolution("}")]
    assert found.resolve("D") == Resolution("$$${B$}", ("A", "B", "C"))
    again = Resolver(winners, "dev", {}, locked=False)
    assert again.resolve("D") == found.resolve("D")


def test_what_is_left_open_is_a_secret_as_it_is_written() -> None:
    found = resolver(secrets=("LACK",), locked=True, A="a${LACK}", B="b${A}")
    assert found.resolve("B") == Resolution(Secret("ba${LACK}"), ("A",), failed=True)
    assert found.resolve("A") == Resolution(Secret("a${LACK}"), ("LACK",), failed=True)
    assert found.findings == []


def test_a_secret_may_name_a_variable_that_is_known() -> None:
    """Its finding says which one is missing."""
    winners = {"A": Assignment("A", Secret("${B}"), Location("x.env", 1, 1), "x")}
    found = Resolver(winners, "dev", {"B": Variable("B")}, locked=False)
    found.resolve("A")
    assert found.findings[0].message == "A: B is not defined in any layer"


def test_a_blank_secret_stays_a_secret() -> None:
    """An empty one is masked like any other."""
    winners = {"A": Assignment("A", Secret(""), Location("x.env", 1, 1), "x")}
    assert Resolver(winners, "dev", {}, locked=False).resolve("A").value == Secret("")
