"""Which rules run, what an exemption does, and what blocks."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError, FindingsError
from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.guardrails import runner
from dockgate.guardrails.hit import Hit, Scope
from tests.guardrails.scenes import TODAY, context, project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context
    from dockgate.guardrails.report import Report


def rule(code: str, *hits: Hit, scope: Scope = Scope.ENV) -> Any:
    def check(_context: Context) -> Iterator[Hit]:
        yield from hits

    return SimpleNamespace(CODE=code, TITLE=code, SCOPE=scope, check=check)


HIT = Hit("m", "f", Location("env/dev.env", 3, 1), service="api", name="TOKEN")
FULL: dict[str, Any] = {"reason": "migrating until July", "expires": TODAY + timedelta(days=30)}


def run(*rules: Any, exemptions: tuple[dict[str, Any], ...] = (), scopes: tuple[Scope, ...] = (Scope.ENV,)) -> Report:
    return runner.run(context(project=project({"exemptions": list(exemptions)})), scopes, rules)


def test_only_rules_of_the_wanted_scopes_run() -> None:
    """And the report says which."""
    report = run(rule("DG101", HIT), rule("DG501", HIT, scope=Scope.FILES))
    assert [finding.code for finding in report.findings] == ["DG101"]
    assert report.checked[0].rules == ("DG101",)
    assert report.checked[0].environment == "dev"


def test_findings_about_files_belong_to_no_environment() -> None:
    """A Dockerfile is the same for all."""
    report = run(rule("DG501", HIT, scope=Scope.FILES), scopes=(Scope.FILES,))
    assert (report.findings[0].environment, report.checked[0].environment) == ("", "")


def test_what_could_not_be_looked_at_blocks() -> None:
    """Fail closed: DG000 is an error like any other."""
    seen = context(unread=(Hit("could not look", "f", Location("x")),))
    report = runner.run(seen, (Scope.ENV,), ())
    assert report.blocked
    assert report.findings[0].code == "DG000"


def test_a_crash_of_a_rule_is_not_a_pass() -> None:
    """It reaches the boundary, and the task does not exit 0."""

    def check(_context: Context) -> Iterator[Hit]:
        raise ZeroDivisionError
        yield

    with pytest.raises(ZeroDivisionError):
        run(SimpleNamespace(CODE="DG101", TITLE="", SCOPE=Scope.ENV, check=check))


@pytest.mark.parametrize(
    ("severity", "blocked"), [(Severity.ERROR, True), (Severity.WARNING, False), (Severity.NOTE, False)]
)
def test_only_errors_block(severity: Severity, blocked: bool) -> None:  # noqa: FBT001 - a case
    """And `refuse` raises for them alone, with the exit code of findings."""
    report = run(rule("DG101", Hit("m", "f", Location("x"), severity)))
    assert report.blocked is blocked
    if blocked:
        with pytest.raises(FindingsError) as caught:
            report.refuse()
        assert caught.value.code == 3
    else:
        report.refuse()


@pytest.mark.parametrize(
    "place",
    [{"path": "env/dev.env"}, {"path": "env/*.env"}, {"service": "api"}, {"service": "api", "environment": "dev"}],
)
def test_an_exemption_excuses_its_place_and_is_listed(place: dict[str, str]) -> None:
    """The finding is gone, the exemption is not."""
    report = run(rule("DG101", HIT), exemptions=({"code": "DG101", **place, **FULL},))
    assert report.findings == ()
    assert [finding.code for finding in report.excused] == ["DG101"]
    assert report.as_json()["exemptions"][0]["reason"] == FULL["reason"]
    assert FULL["reason"] in str(report)


def test_an_expired_exemption_is_an_error_and_excuses_nothing() -> None:
    """The day after its last."""
    late = {"code": "DG101", "path": "env/dev.env", "reason": "r", "expires": TODAY - timedelta(days=1)}
    report = run(rule("DG101", HIT), exemptions=(late,))
    assert [finding.code for finding in report.findings] == ["DG101", "DG001"]
    assert report.exemptions == ()
    assert run(rule("DG101", HIT), exemptions=({**late, "expires": TODAY},)).findings == ()


def test_exemptions_are_a_list_of_tables() -> None:
    with pytest.raises(ConfigError, match=r"\[tool\.dockgate\] exemptions"):
        runner.run(context(project=project({"exemptions": 5})), (Scope.ENV,), ())


def test_advice_on_one_service_is_one_finding_with_its_list() -> None:
    """What blocks, what is exempt and what is about another service stays apart."""
    advice = [
        replace(HIT, message=f"api: lacks {code}", severity=severity, code=code, group="DG300")
        for code, severity in (("CL-0007", Severity.NOTE), ("CL-0003", Severity.WARNING), ("CL-0006", Severity.NOTE))
    ]
    blocks = replace(HIT, message="api: privileged", code="CL-0002", group="DG300")
    other = replace(HIT, message="db: lacks", severity=Severity.NOTE, code="CL-0003", group="DG300", service="db")
    exempt = {"code": "CL-0006", "service": "api", **FULL}
    report = run(rule("DG300", *advice, blocks, other), exemptions=(exempt,))
    assert report.findings[:2] == (blocks.finding("DG300", "dev"), other.finding("DG300", "dev"))
    assert str(report.findings[2]) == (
        "env/dev.env:3:1: warning DG300 [dev]: api: 2 hardening settings missing: CL-0003 lacks CL-0003; "
        "CL-0007 lacks CL-0007\n  → compose-lint --explain CODE shows each fix; exempt single ones by their own codes"
    )
    assert [each.code for each in report.excused] == ["CL-0006"]


def test_what_is_set_in_the_shell_is_unset_there() -> None:
    """A file's fix would change nothing; a finding about no variable keeps its own."""
    shell = Hit("is on", "turn it off in env/prod.env", Location(""), name="DEBUG").finding("DG211", "prod")
    assert (shell.fix, shell.name) == ("unset DEBUG in your shell, or set the right value there", "DEBUG")
    assert Hit("dirty", "commit it", Location("")).finding("DG404", "prod").fix == "commit it"
