from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from compose_lint.rules import get_registered_rules

from dockgate.core.errors import ToolFailedError
from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.guardrails.hit import Hit
from dockgate.guardrails.rules import dg300_compose_lint as rule
from tests.guardrails.scenes import catches_not, context, model

HARD = {
    "image": "api@sha256:" + "1" * 64,
    "user": "10001",
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
}


def codes(env: str, entry: dict[str, Any]) -> dict[str, Hit]:
    return {hit.code: hit for hit in rule.check(context(env, model=model(api=entry)))}


def test_catches_a_privileged_service_under_its_own_code() -> None:
    """compose-lint's code, our severity: it blocks in production."""
    hit = codes("prod", {**HARD, "privileged": True})["CL-0002"]
    assert (hit.severity, hit.service) == (Severity.ERROR, "api")
    assert hit.fix


def found(code: str, rank: str, service: str = "api", **fields: Any) -> SimpleNamespace:
    """Return a finding as compose-lint has it."""
    usual = {"message": "It is bad. And more. So.", "fix": " Do this:\n  x: y\n", "evidence": None, "suppressed": False}
    given = {**usual, **fields}
    return SimpleNamespace(rule_id=code, severity=SimpleNamespace(value=rank), service=service, **given)


FOUND = [
    found("CL-0001", "high"),
    found("CL-1000", "critical", message="It is bad.", evidence="X"),
    found("CL-1001", "low", fix=None),
    found("CL-1002", "medium", suppressed=True),
    found("CL-1003", "medium", service="web"),
    found("CL-0020", "high", evidence="DB_PASSWORD"),
    found("CL-0020", "high", evidence="OTHER"),
    found("CL-0013", "high", message="It mounts '/root/.ssh' there, and 'x'."),
    found("CL-0013", "high", message="It mounts '/opt/x' there."),
]


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_what_is_taken_of_the_linters_findings(monkeypatch: pytest.MonkeyPatch, env: str) -> None:
    """Its first sentence, the first line of its fix, its code; not what a rule of ours says better."""
    monkeypatch.setattr(rule, "_lint", lambda _model: FOUND)
    entry = {**HARD, "environment": {"DB_PASSWORD": "kX7mQ2vN9pR4tW8z"}}

    def hit(
        code: str, what: str, severity: Severity, service: str = "api", fix: str = "Do this", name: str = ""
    ) -> Hit:
        return Hit(
            f"{service}: {what}",
            f"{fix} (compose-lint --explain {code})",
            Location(f"compose.yaml:services.{service}", 2),
            severity,
            service,
            name,
            code,
            "" if env == "dev" else "DG300",
        )

    worst = Severity.WARNING if env == "dev" else Severity.ERROR
    own = [hit("CL-1001", "It is bad", Severity.NOTE, fix=""), hit("CL-1003", "It is bad", Severity.WARNING, "web")]
    assert [*rule.check(context(env, model=model(api=entry, web={})))] == [
        hit("CL-1000", "It is bad", worst, name="X"),
        *([] if env == "dev" else own),
        hit("CL-0020", "It is bad", worst, name="OTHER"),
        hit("CL-0013", "It mounts '/opt/x' there", worst),
    ]


def test_what_the_linter_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each bind mount as one, however it is spelt; no files of declared secrets; all the rest as it is."""
    given: list[dict[str, Any]] = []

    def lint(each: dict[str, Any]) -> list[Any]:
        given.append(each)
        return []

    monkeypatch.setattr(rule, "_lint", lint)
    volumes = [{"type": "volume", "source": "data", "target": "/x"}, {"type": "volume", "source": "v", "target": "/y"}]
    whole = {
        **model(api={**HARD, "volumes": volumes}, web=HARD),
        "volumes": {"data": {"driver_opts": {"o": "bind", "device": "/etc"}}, "v": None},
        "secrets": {"a": {"file": "/run/x/SESSION_KEY"}, "b": {"file": "/x/other"}, "c": {"environment": "X"}},
    }
    assert [*rule.check(context("prod", model=whole))] == []
    bound = [{"type": "bind", "source": "/etc", "target": "/x"}, volumes[1]]
    assert given == [
        {
            **whole,
            "services": {"api": {**HARD, "volumes": bound}, "web": HARD},
            "secrets": {"b": {"file": "/x/other"}, "c": {"environment": "X"}},
        }
    ]


def test_catches_only_the_worst_in_development_and_as_warnings() -> None:
    """Development does without hardening on purpose."""
    found = codes("dev", {"image": "api", "privileged": True})
    assert found["CL-0002"].severity is Severity.WARNING
    assert "CL-0006" not in found
    assert "CL-0006" in codes("staging", {"image": "api", "user": "1"})


def test_catches_not_a_hardened_service() -> None:
    """Nothing to say."""
    catches_not(rule, context("prod", model=model(api=HARD)))


def test_catches_not_the_files_of_declared_secrets() -> None:
    """They are on RAM below /run, which compose-lint takes for the host's runtime state; others there are told."""
    entry = {**HARD, "secrets": [{"source": "s", "target": "/run/secrets/s"}]}
    own = {**model(api=entry), "secrets": {"s": {"file": "/run/user/0/dockgate/SESSION_KEY"}}}
    catches_not(rule, context("prod", model=own))
    other = {**model(api=entry), "secrets": {"s": {"file": "/etc/machine-id"}}}
    assert list(rule.check(context("prod", model=other)))


def test_catches_a_volume_that_binds_a_folder_of_the_host() -> None:
    """`driver_opts` spell the same bind mount."""
    entry = {**HARD, "volumes": [{"type": "volume", "source": "data", "target": "/x"}]}
    volumes = {"data": {"driver_opts": {"type": "none", "o": "bind", "device": "/etc"}}}
    found = {hit.code for hit in rule.check(context("prod", model={**model(api=entry), "volumes": volumes}))}
    assert found == {"CL-0025"}


def test_catches_not_a_folder_that_dg321_finds() -> None:
    """One mount is one finding."""
    mount = {"type": "bind", "source": "/root/.aws", "target": "/x"}
    catches_not(rule, context("prod", model=model(api={**HARD, "volumes": [mount]})))


def test_catches_not_what_dg309_finds() -> None:
    """One credential is one finding; a weak word that only compose-lint knows is still found."""
    password = "kX7mQ2vN9pR4tW8z"
    known = {**HARD, "environment": {"DB_PASSWORD": password, "URL": f"postgres://a:{password}@db/x"}}
    assert not {"CL-0020", "CL-0021"} & codes("prod", known).keys()
    assert "CL-0020" in codes("prod", {**HARD, "environment": {"DB_PASSWORD": "postgres"}})


def test_a_crashed_rule_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A linter that could not look has not found nothing."""

    def crash(*_arguments: object) -> None:
        raise RuntimeError("cannot")

    monkeypatch.setattr(get_registered_rules()[0], "check", crash)
    with pytest.raises(ToolFailedError) as caught:
        list(rule.check(context("prod", model=model(api=HARD))))
    assert str(caught.value) == "compose-lint could not look: rule CL-0001 failed on service api (RuntimeError)"
