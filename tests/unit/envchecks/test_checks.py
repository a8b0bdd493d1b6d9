"""Each check: what it catches, and what it does not."""

from __future__ import annotations

import pytest

from dockgate import envchecks
from dockgate.envchecks import (
    blank,
    development_default,
    dialects,
    duplicate,
    misplaced,
    missing,
    plain_secret,
    reference,
    reserved,
    unknown,
    unreadable,
    wrong_type,
)
from dockgate.errors import ConfigError
from dockgate.origin import Origin
from tests.unit.envchecks.environments import STORE, places, resolved, store

SECRET = "[PASSWORD]\nsecret = true\nrequired = true\n"


def test_dg101_unknown() -> None:
    """Each statement of an undeclared name, with near names."""
    found = list(unknown.findings(resolved("[POSTGRES_USER]\n", "POSTGRES_USER=a\nPOSTGRES_USR=b\n")))
    assert places(found) == [("env/base.env", 2, "error")]
    assert "Did you mean POSTGRES_USER?" in found[0].message


def test_dg101_unknown_in_the_secrets_too() -> None:
    """A secret that nobody declared is not harmless."""
    assert places(unknown.findings(resolved("", secrets=store(OTHER="x")))) == [(STORE, 1, "error")]


def test_dg101_leaves_reserved_names_and_the_process_environment_alone() -> None:
    """The first are DG108's, of the second only declared names enter."""
    assert list(unknown.findings(resolved("[A]\n", "DOCKER_HOST=x\n", process={"HOME": "/"}))) == []


def test_dg101_looks_for_near_names_a_few_times_only() -> None:
    """A file of another project is told within a second."""
    base = "".join(f"NAMES_{number}=1\n" for number in range(2_000))
    declared = "".join(f"[NAME_{number}]\n" for number in range(500))
    found = list(unknown.findings(resolved(declared, base)))
    assert len(found) == 2_000
    assert sum("Did you mean" in each.message for each in found) == unknown.MOST_SUGGESTIONS


def test_dg102_missing() -> None:
    """A required variable without a value, at its place in the schema."""
    assert places(missing.findings(resolved("[A]\n\n[B]\nrequired = true\n", "A=1\n"))) == [
        ("env/schema.toml", 3, "error")
    ]


@pytest.mark.parametrize(
    "body", ['required = ["prod"]', "required = false", 'required = true\nenvironments = ["prod"]']
)
def test_dg102_leaves_what_this_environment_does_not_need(body: str) -> None:
    """Required elsewhere, or nowhere."""
    assert list(missing.findings(resolved(f"[A]\n{body}\n"))) == []


def test_dg102_secrets_that_were_never_made_are_a_warning_with_the_command() -> None:
    """A fresh clone has none, and its checks must pass."""
    (found,) = missing.findings(resolved(SECRET, name="prod"))
    assert (str(found.severity), found.fix) == ("warning", "inv secrets.init --env=prod")


def test_dg102_secrets_of_a_sealed_store_are_unknown_and_of_an_open_one_missing() -> None:
    """Who cannot open it cannot tell; who can, can."""
    assert list(missing.findings(resolved(SECRET, name="prod", secrets=store(sealed=True)))) == []
    assert places(missing.findings(resolved(SECRET, name="prod", secrets=store()))) == [("env/schema.toml", 1, "error")]


def test_dg103_blank() -> None:
    """Required and blank is an error; blank over a value, a warning; blank by itself, fine."""
    declared = "[A]\nrequired = true\n[B]\n[C]\n"
    found = list(blank.findings(resolved(declared, "A= \nB=x\nC=\n", own="B=\n")))
    assert places(found) == [("env/base.env", 1, "error"), ("env/dev.env", 1, "warning")]


def test_dg104_wrong_type() -> None:
    """The winner counts; a blank one and one that failed are others' business."""
    declared = "[A]\ntype = 'port'\n[B]\ntype = 'port'\n[C]\ntype = 'port'\n[D]\ntype = 'int'\n"
    found = list(wrong_type.findings(resolved(declared, "A=http\nB=80\nC=\nD=${NOPE}\n", own="A=443\nB=99999\n")))
    assert places(found) == [("env/dev.env", 2, "error")]
    assert "99999" not in str(found)


def test_dg104_looks_at_the_value_after_references() -> None:
    """Types hold for what the container gets."""
    declared = "[A]\ntype = 'port'\n[B]\n"
    assert list(wrong_type.findings(resolved(declared, "A=80${B}\nB=80\n"))) == []
    assert len(list(wrong_type.findings(resolved(declared, "A=80${B}\nB=x\n")))) == 1


def test_dg105_duplicate() -> None:
    """The statement that loses, an error where the values differ; two files are layers, not duplicates."""
    found = list(duplicate.findings(resolved("[A]\n[B]\n", "A=1\nB=1\nA=2\nB=1\n", own="A=3\n")))
    assert places(found) == [("env/base.env", 1, "error"), ("env/base.env", 2, "warning")]


def test_dg106_misplaced() -> None:
    """In a file, in a layer below, and in the shell."""
    declared = '[DEBUG]\nenvironments = ["dev"]\n'
    found = list(misplaced.findings(resolved(declared, "DEBUG=1\n", name="prod", process={"DEBUG": "1"})))
    assert places(found) == [("env/base.env", 1, "error"), ("", 0, "error")]
    assert list(misplaced.findings(resolved(declared, "DEBUG=1\n", process={"DEBUG": "1"}))) == []


def test_dg107_development_default() -> None:
    """The default itself, wherever it is set, shadowed or not; not in development, nor another value."""
    declared = '[A]\ndefault = "x"\ndev-default = true\n'
    assert places(development_default.findings(resolved(declared, "A=x\n", name="prod", own="A=y\n"))) == [
        ("env/base.env", 1, "error")
    ]
    assert list(development_default.findings(resolved(declared, "A=y\n", name="prod"))) == []
    assert list(development_default.findings(resolved(declared, "A=x\n"))) == []


def test_dg108_reserved() -> None:
    """Names that steer Docker, Compose and Dockgate; not what only begins alike."""
    base = "COMPOSE_FILE=x\nDOCKER_HOST=x\nDOCKGATE_SECRETS=x\nDOCKERISH=1\nCOMPOSER=1\n"
    found = list(reserved.findings(resolved("[DOCKERISH]\n[COMPOSER]\n", base)))
    assert [each.line for each in found] == [1, 2, 3]


def test_dg109_reference() -> None:
    """Undefined, required, malformed, circular; each at its line."""
    base = "A=${NOPE}\nB=${NOPE:?x}\nC=${\nD=${D}\nE=${A2:-x}\n"
    found = list(reference.findings(resolved("", base)))
    assert [each.line for each in found] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("line", "severity", "fix"),
    [
        ("A=pa$word", "error", "write A='pa$word'"),
        ("A= #ss", "error", "write A=''"),
        ("A=x\t#y", "error", "write A='x'"),
        ("A=pa$$word", "warning", "write A='pa$word'"),
        ("A=${B:?x}", "warning", 'write A="${B}"'),
        ("A=${NOPE-d}", "warning", 'write A="${NOPE:-d}"'),
        ("A='x${B}'", "warning", "no spelling makes all agree"),
        ("A", "error", "write A= for an empty value"),
        ("A: b", "error", "write NAME='value'"),
        ("A-B=x", None, ""),
        ("A/B=x", "error", "use letters, digits and _ in the name"),
    ],
)
def test_dg110_dialects(line: str, severity: str | None, fix: str) -> None:
    """What differs is found with the spelling that makes it agree."""
    found = list(dialects.findings(resolved("[A]\n[B]\n", f"B=v\n{line}\n")))
    assert places(found) == ([("env/base.env", 2, severity)] if severity else [])
    assert all(each.fix.startswith(fix) for each in found)


@pytest.mark.parametrize("declared", [SECRET, ""])
def test_dg110_shows_no_value_that_may_be_a_secret(declared: str) -> None:
    """Declared secret or not declared at all: only how to quote is told."""
    (found,) = dialects.findings(resolved(declared, "PASSWORD=hunter2$word\n"))
    assert found.fix == "write the value of PASSWORD in single quotes"


def test_dg110_leaves_the_encrypted_store_alone() -> None:
    """Its values are literal, and Compose does not read it."""
    assert list(dialects.findings(resolved(SECRET, name="prod", secrets=store(PASSWORD="pa$word")))) == []


def test_dg111_plain_secret() -> None:
    """A declared secret in a plain layer outside development; not one in the store, blank, or from a provider."""
    declared = SECRET + "[A]\nsecret = true\n[B]\nsecret = true\n[C]\nsecret = true\n"
    base = "PASSWORD=x\nA=\nB=cmd:vault\n"
    found = list(plain_secret.findings(resolved(declared, base, name="prod", secrets=store(C="x"), process={"C": "y"})))
    assert places(found) == [("env/base.env", 1, "error")]
    assert list(plain_secret.findings(resolved(declared, base))) == []


def test_dg100_unreadable() -> None:
    """An error of reading becomes a finding with its place and way out."""
    error = ConfigError("not UTF-8", where=Origin("env/x.env", 3), fix="save it as UTF-8")
    found = unreadable.finding(error, "dev")
    assert (found.code, found.path, found.line, found.fix) == ("DG100", "env/x.env", 3, "save it as UTF-8")


def test_all_problems_are_told_at_once_each_once() -> None:
    """One run names everything."""
    base = "UNKNOWN=1\nPORT=http\nPORT=x\nDOCKER_HOST=x\nURL=${NOPE}\nBARE\nUSER=pa$word\n"
    found = envchecks.check(resolved("[PORT]\ntype = 'port'\n[URL]\n[USER]\n[HOST]\nrequired = true\n", base))
    assert sorted({each.code for each in found}) == ["DG101", "DG102", "DG104", "DG105", "DG108", "DG109", "DG110"]
    assert len(found) == len(set(found))


def test_every_check_has_a_code_of_its_own() -> None:
    """Codes name rules, in exemptions and documents too."""
    codes = [each.CODE for each in envchecks.CHECKS]
    assert sorted(codes) == [f"DG{number}" for number in range(101, 112)]
