from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from compose_lint.rules import get_registered_rules

from dockgate.core.errors import ToolFailedError
from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg300_compose_lint as rule
from tests.guardrails.scenes import catches_not, context, model

if TYPE_CHECKING:
    from dockgate.guardrails.hit import Hit

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
    assert "\n" not in hit.fix
    assert not hit.fix.endswith(":")


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
    with pytest.raises(ToolFailedError, match="could not look"):
        list(rule.check(context("prod", model=model(api=HARD))))
