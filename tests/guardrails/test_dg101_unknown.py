"""DG101: what it catches, and what it does not."""

from __future__ import annotations

from dockgate.guardrails.rules import dg101_unknown
from tests.guardrails.environments import STORE, found_by, places, resolved, store


def test_catches_an_undeclared_name_with_near_ones() -> None:
    """Each statement of an undeclared name, with near names."""
    found = list(found_by(dg101_unknown, resolved("[POSTGRES_USER]\n", "POSTGRES_USER=a\nPOSTGRES_USR=b\n")))
    assert places(found) == [("env/base.env", 2, "error")]
    assert "Did you mean POSTGRES_USER?" in found[0].message


def test_catches_one_in_the_secrets_too() -> None:
    """A secret that is not declared is not harmless."""
    assert places(found_by(dg101_unknown, resolved("", secrets=store(OTHER="x")))) == [(STORE, 1, "error")]


def test_catches_not_reserved_names_and_the_process_environment() -> None:
    """The first are DG108's, of the second only declared names enter."""
    assert list(found_by(dg101_unknown, resolved("[A]\n", "DOCKER_HOST=x\n", process={"HOME": "/"}))) == []


def test_catches_many_and_suggests_for_a_few() -> None:
    """A file of another project is told within a second."""
    base = "".join(f"NAMES_{number}=1\n" for number in range(2_000))
    declared = "".join(f"[NAME_{number}]\n" for number in range(500))
    found = list(found_by(dg101_unknown, resolved(declared, base)))
    assert len(found) == 2_000
    assert sum("Did you mean" in each.message for each in found) == dg101_unknown.MOST_SUGGESTIONS
