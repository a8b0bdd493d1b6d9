"""A secret that begins like a reference is one, or an error that does not repeat it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.env import provider_references
from dockgate.env.providers import KINDS
from tests.guardrails.environments import resolved, store
from tests.unit.secrets.secretproject import STRONG

ROOT = Path(__file__).resolve().parents[3]
DECLARED = ("op", "vault")
*FIRST, LAST = (each.USAGE for each in KINDS.values())
FORMS = f"write {', '.join(FIRST)} or {LAST}"


@pytest.mark.parametrize("value", ["cmd:op", "cmd:op:vault/$(id) item", "file:a b", "file:/run/x", "env:CI_TOKEN"])
def test_well_formed_references(value: str) -> None:
    """What guardrails take for no secret."""
    assert provider_references.is_reference(value)
    assert provider_references.fault(value, DECLARED) == ""


@pytest.mark.parametrize(
    "value",
    [
        *("cmd:", "cmd: op", "cmd::x", "cmd:op:", "cmd://op", " cmd:op", "CMD:op", "cmd:op\nx"),
        *("file:", "file: x", "file:///etc/passwd", "File:x", "file:x "),
        *("env:", "env: X", "env:1X", "env:A-B", "env:X ", "ENV:X", f"env:{STRONG}-x"),
        f"cmd:{STRONG}",
    ],
)
def test_what_only_begins_like_one_is_an_error(value: str) -> None:
    """With the fix, at the line, and without the value; else the literal would silently be the secret."""
    env = resolved("[TOKEN]\nsecret = true\n", f'\nTOKEN="{value}"\n', name="prod")
    fix = f"{FORMS}; if the value is the secret itself: inv secrets.set TOKEN --env=prod"
    kind = value.strip().partition(":")[0].lower()
    what = f"TOKEN starts with {kind}: but is not a reference: expected {KINDS[kind].HINT} right after it"
    if value == f"cmd:{STRONG}":
        what = "TOKEN starts with cmd: but names no declared provider."
    place = Location("env/base.env", 2, 1)
    assert list(provider_references.findings(env, DECLARED)) == [
        Finding(place, "DG109", Severity.ERROR, what, "prod", fix, "TOKEN")
    ]
    assert STRONG not in f"{what} {fix}"


def test_an_undeclared_provider_is_an_error_with_near_names() -> None:
    """Of those that are declared; the one that was written may be a secret."""
    said = "starts with cmd: but names no declared provider."
    assert provider_references.fault("cmd:vualt", DECLARED) == f"{said} Did you mean vault?"
    assert provider_references.fault("cmd:nothing:like it", DECLARED) == said


def test_in_development_there_is_no_store_to_put_it_into() -> None:
    """So another value is the fix."""
    [finding] = provider_references.findings(resolved("[TOKEN]\nsecret = true\n", "TOKEN=cmd:\n"), DECLARED)
    *forms, literal = finding.fix.split("; if the value is the secret itself: ")
    assert literal == "use a value with another beginning"
    assert forms == [FORMS]


def test_plain_variables_and_the_store_are_literal() -> None:
    """`env:production` is a tag of some monitoring system; a secret of the store may begin as it likes."""
    declared = "[PLAIN]\n[TOKEN]\nsecret = true\n[OTHER]\nsecret = true\n"
    # Python calls this letter the same as i, where case does not count.
    plain = "PLAIN=env:production\nOTHER=f\N{LATIN SMALL LETTER DOTLESS I}le:x\n"
    env = resolved(declared, plain, name="prod", secrets=store(TOKEN="cmd: x"))
    assert list(provider_references.findings(env, DECLARED)) == []


def test_a_reference_that_the_store_hides_is_a_warning() -> None:
    """The secret was moved to a provider, and the old value still counts; a blank in its place says nothing."""
    declared = "[TOKEN]\nsecret = true\n"
    env = resolved(declared, "TOKEN=cmd:vault:token\n", name="prod", secrets=store(TOKEN=STRONG))
    what = "TOKEN is not fetched: the value in the encrypted store takes precedence (env/x.secrets.age:1)"
    fix = "remove this line, or the value in the store: inv secrets.edit --env=prod"
    assert list(provider_references.findings(env, DECLARED)) == [
        Finding(Location("env/base.env", 1, 1), "DG109", Severity.WARNING, what, "prod", fix, "TOKEN")
    ]
    above = resolved(declared, "TOKEN=cmd:vault:token\n", own="TOKEN=plain\n", name="prod")
    assert list(provider_references.findings(above, DECLARED)) == []
    hidden = resolved(declared, "TOKEN=plain\n", name="prod", secrets=store(TOKEN=STRONG))
    assert list(provider_references.findings(hidden, DECLARED)) == []


def test_what_is_made_of_references_waits_for_them() -> None:
    """At any distance; what is put together from one is none itself."""
    declared = "[A]\nsecret = true\n[B]\nsecret = true\n[C]\n[D]\n[E]\nsecret = true\n"
    env = resolved(declared, "A=cmd:op\nB=${A}\nC=x${B}\nD=y\nE=${D}\n", name="prod")
    assert provider_references.of(env) == {"A": env.values["A"]}
    assert provider_references.waiting(env) == {"A", "B", "C"}
    failed = resolved(declared, "A=cmd:${NOPE}\n", name="prod")
    assert provider_references.of(failed) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_the_documents_show_every_kind(kind: str) -> None:
    """Where a reader looks for how a secret that lives elsewhere is written."""
    assert f"={kind}:" in (ROOT / "docs/secrets.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("reference", "text"), [("cmd:op:prod/key", "cmd:op"), ("file:run/x", "file"), ("env:TOKEN", "env")]
)
def test_what_is_shown_of_a_reference_is_no_secret(reference: str, text: str) -> None:
    """Its kind, and the name of a declared program."""
    assert provider_references.shown(reference) == text


@pytest.mark.parametrize(
    ("reference", "local"), [("cmd:op", False), ("file:x", True), ("env:A", True), ("plain", False)]
)
def test_files_and_variables_are_of_one_machine(reference: str, local: bool) -> None:  # noqa: FBT001 - a test case
    """Two environments with the same such reference need not share a secret."""
    assert provider_references.is_local(reference) is local
