from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg329_missing_source as rule
from tests.guardrails.scenes import ROOT, catches, catches_not, context, environment, model, target


def mounting(source: str, at: str = "/x", **more: Any) -> dict[str, Any]:
    return model(api={"volumes": [{"type": "bind", "source": source, "target": at, **more}]})


@pytest.mark.parametrize("env", ["dev", "prod"])
@pytest.mark.parametrize(
    ("source", "at", "read_only"),
    [
        ("config.yaml", "/etc/app/config.yaml", True),
        ("config.yaml", "/etc/app/config.yaml", False),
        ("config", "/etc/app.ini", False),
        ("conf", "/etc/app", True),
    ],
)
def test_catches_a_missing_file_and_a_missing_read_only_folder(
    env: str, source: str, at: str, *, read_only: bool
) -> None:
    """Docker would make an empty folder of it."""
    path = f"{ROOT}/{source}"
    [hit] = catches(rule, context(env, model=mounting(path, at, read_only=read_only), missing=frozenset({path})))
    assert (hit.service, hit.severity) == ("api", Severity.ERROR)
    assert f"mounts {source} at {at}" in hit.message


def test_catches_a_missing_folder_of_data_in_development_as_a_warning() -> None:
    """The database fills it; it belongs to root all the same."""
    path = f"{ROOT}/data/postgres.7"
    [hit] = catches(rule, context("dev", model=mounting(path), missing=frozenset({path})))
    assert (hit.severity, hit.fix) == (Severity.WARNING, rule.MADE)
    swarm = environment("dev", runtime="swarm")
    [hit] = catches(rule, context(environment=swarm, model=mounting(path), missing=frozenset({path})))
    assert hit.fix == rule.ROOTS
    [hit] = catches(rule, context("prod", model=mounting(path), missing=frozenset({path})))
    assert hit.severity is Severity.ERROR


@pytest.mark.parametrize("kind", ["configs", "secrets"])
def test_catches_the_file_of_a_config_or_secret(kind: str) -> None:
    """Compose would fail when it starts the service."""
    path = f"{ROOT}/app.ini"
    seen = {**model(api={kind: [{"source": "app"}]}), kind: {"app": {"file": path}}}
    [hit] = catches(rule, context("dev", model=seen, missing=frozenset({path})))
    assert "from app.ini, which does not exist" in hit.message


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_catches_what_is_outside_the_project_as_a_warning_and_only_here(env: str) -> None:
    """A CI does not have production's folders, nor does another machine: what it gives is the same verdict."""
    path = "/srv/certs/tls.pem"
    given: dict[str, Any] = {**model(api={"secrets": [{"source": "tls"}]}), "secrets": {"tls": {"file": path}}}
    for seen in (mounting(path), given):
        catches_not(rule, context(env, model=seen, missing=frozenset({path})))
        [hit] = catches(rule, context(env, model=seen, missing=frozenset({path}), target=target(env)))
        assert hit.severity is Severity.WARNING
        far = target(env, host="ssh://deploy@shop.internal")
        catches_not(rule, context(env, model=seen, missing=frozenset({path}), target=far))


def test_catches_not_what_is_there() -> None:
    """Nor a volume."""
    entry = {"volumes": [{"type": "volume", "source": "data", "target": "/x"}], "configs": None}
    catches_not(rule, context("prod", model=model(api=entry), missing=frozenset({f"{ROOT}/other"})))
    catches_not(rule, context("prod", model=mounting(f"{ROOT}/config.yaml")))
