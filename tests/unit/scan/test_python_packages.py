"""Python packages: sources, and how their answers become one status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError
from dockgate.scan import advisories, python_packages
from dockgate.scan.inventory import PythonPackage
from dockgate.scan.python_packages import Answer, Judgement, Status

if TYPE_CHECKING:
    from pathlib import Path

JINJA = PythonPackage("jinja2", "2.10", "", "")
REQUESTS = PythonPackage("requests", "2.19.0", "", "")
KEYS = [("jinja2", "2.10"), ("requests", "2.19.0")]


def test_pip_audit_behind_a_mirror_says_nothing_and_exits_zero_which_is_unknown() -> None:
    """Pip audit behind a mirror says nothing and exits zero which is unknown."""
    output = json.dumps({"dependencies": [{"name": "Jinja2", "skip_reason": "not found\nlong"}], "fixes": []}).encode()
    found = advisories.parse_pip_audit(output, KEYS)
    assert found == {
        KEYS[0]: Answer("pip-audit", unknown="skipped as unknown"),
        KEYS[1]: Answer("pip-audit", unknown="not in its response"),
    }


@pytest.mark.parametrize("output", [b"", b"[]", b"{}", b"null", b"<html>"])
def test_pip_audit_that_crashed_is_unknown(output: bytes) -> None:
    """Pip audit that crashed is unknown."""
    for said, unknown in (((), "no answer"), (("why",), "why")):
        assert advisories.parse_pip_audit(output, KEYS, *said) == dict.fromkeys(
            KEYS, Answer("pip-audit", unknown=unknown)
        )


def test_pip_audit_findings_prefer_cve_ids() -> None:
    """Pip audit findings prefer cve ids."""
    vulns = [{"id": "PYSEC-2019-217", "aliases": ["CVE-2019-10906"]}, {"id": "GHSA-1", "aliases": []}]
    output = json.dumps({"dependencies": [{"name": "Jinja2", "version": "2.10", "vulns": vulns}]}).encode()
    answer = Answer("pip-audit", ids=("CVE-2019-10906", "GHSA-1"), advisories=True)
    assert advisories.parse_pip_audit(output, KEYS)[KEYS[0]] == answer
    skipped = {"name": "a", "skip_reason": "x"}
    vulns = [{"id": "CVE-2", "aliases": ["CVE-1"]}, {"id": "B"}]
    output = json.dumps({"dependencies": [skipped, {"name": "A_b", "version": "1", "vulns": vulns}]}).encode()
    assert advisories.parse_pip_audit(output, []) == {
        ("a-b", "1"): Answer("pip-audit", ids=("B", "CVE-2"), advisories=True)
    }


def test_a_judgement_says_who_said_what() -> None:
    """Sources that answered, and the reasons of those that did not."""
    answers = [
        Answer("a", ids=("CVE-2", "CVE-1")),
        Answer("b", ids=("CVE-1",), advisories=True),
        Answer("c", unknown="away", advisories=True),
        Answer("d", unknown="late"),
    ]
    given = [{KEYS[0]: answer} for answer in answers]
    [vulnerable, other] = python_packages.judge([JINJA, REQUESTS], given)
    assert vulnerable == Judgement(JINJA, Status.VULNERABLE, ("CVE-1", "CVE-2"), "", ("a", "b"))
    assert other == Judgement(REQUESTS, Status.UNKNOWN, (), "no advisory source answered", ())
    [unknown] = python_packages.judge([JINJA], given[2:])
    assert unknown == Judgement(JINJA, Status.UNKNOWN, (), "c: away; d: late", ())
    [clean] = python_packages.judge([JINJA], [{KEYS[0]: Answer("b", advisories=True)}, *given[2:]])
    assert clean == Judgement(JINJA, Status.CLEAN, (), "", ("b",))
    [silent] = python_packages.judge([JINJA], [{KEYS[0]: Answer("e")}])
    assert silent == Judgement(JINJA, Status.UNKNOWN, (), "no advisory source answered", ("e",))


def advisory(name: str, identity: str, *events: dict[str, str], **more: Any) -> dict[str, Any]:
    affected = {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": [*events]}]}
    return {"id": identity, "affected": [affected], **more}


def test_canary_lock_has_its_four_known_findings(tmp_path: Path) -> None:
    """An old lock must not pass: two packages of 2018 with what became known of them."""
    zero = {"introduced": "0"}
    for document in (
        advisory("jinja2", "PYSEC-2019-217", zero, {"fixed": "2.10.1"}, aliases=["CVE-2019-10906"]),
        advisory("Jinja2", "PYSEC-2021-66", zero, {"fixed": "2.11.3"}, aliases=["CVE-2020-28493"]),
        advisory("requests", "PYSEC-2018-28", zero, {"fixed": "2.20.0"}, aliases=["CVE-2018-18074"]),
        advisory("requests", "PYSEC-2023-74", {"introduced": "2.3.0"}, {"fixed": "2.31.0"}, aliases=["CVE-2023-32681"]),
        advisory("requests", "WITHDRAWN", zero, withdrawn="2024-01-01"),
        advisory("requests", "LATER", {"introduced": "2.20"}, {"last_affected": "2.30"}),
        advisory("flask", "OTHER", zero),
    ):
        (tmp_path / f"{document['id']}.json").write_text(json.dumps(document))
    judged = python_packages.judge([JINJA, REQUESTS], [advisories.read_folder(tmp_path, [JINJA, REQUESTS])])
    assert [(each.status, each.ids) for each in judged] == [
        (Status.VULNERABLE, ("CVE-2019-10906", "CVE-2020-28493")),
        (Status.VULNERABLE, ("CVE-2018-18074", "CVE-2023-32681")),
    ]


def test_empty_folder_of_advisories_is_an_error_not_a_clean_bill(tmp_path: Path) -> None:
    """Empty folder of advisories is an error not a clean bill."""
    with pytest.raises(ConfigError) as caught:
        advisories.read_folder(tmp_path, [JINJA])
    assert str(caught.value) == f"{tmp_path}: the folder of advisories has no OSV document"


def test_version_that_cannot_be_placed_counts_as_affected() -> None:
    """Version that cannot be placed counts as affected."""
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.1"}]}]
    assert advisories.covers({"ranges": ranges}, "not a version")
    assert not advisories.covers({"ranges": ranges}, "1.1")
