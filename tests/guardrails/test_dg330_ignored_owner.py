from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg330_ignored_owner as rule
from tests.guardrails.scenes import catches, catches_not, context, model


def using(kind: str, source: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {**model(api={kind: [{"source": "s", "target": "/run/secrets/s", **given}]}), kind: {"s": source}}


@pytest.mark.parametrize("kind", ["secrets", "configs"])
@pytest.mark.parametrize("given", [{"uid": "1000"}, {"gid": "0"}, {"mode": "0400"}, {"uid": "1", "mode": "0444"}])
def test_catches_what_compose_ignores(kind: str, given: dict[str, str]) -> None:
    """The file would have another owner and mode than the file says."""
    [hit] = catches(rule, context("dev", model=using(kind, {"file": "/run/x/s"}, **given)))
    listed = ", ".join(f"{key}: {value}" for key, value in given.items())
    assert hit.message == f"api gets the {kind[:-1]} s with {listed}, which Compose ignores for a file"
    assert hit.fix == (f"remove {', '.join(given)}; a program that wants its own mode copies the file when it starts")
    assert (hit.service, hit.name, hit.location.path) == ("api", "s", f"compose.yaml:services.api.{kind}")


def test_catches_not_what_is_kept() -> None:
    """The mode that it has anyway, and content that Compose copies into the container."""
    catches_not(rule, context("dev", model=using("secrets", {"file": "/run/x/s"})))
    catches_not(rule, context("dev", model=using("secrets", {"file": "/run/x/s"}, mode="0444")))
    catches_not(rule, context("dev", model=using("configs", {"content": "x"}, mode="0400", uid="1")))


@pytest.mark.parametrize(
    ("kind", "given", "severity"),
    [
        ("configs", {"mode": "0755"}, Severity.WARNING),
        ("configs", {"mode": "0755", "uid": "1"}, Severity.ERROR),
        ("configs", {"uid": "1"}, Severity.ERROR),
        ("configs", {"mode": "x0444"}, Severity.ERROR),
        ("configs", {"mode": "0333"}, Severity.ERROR),
        ("configs", {"mode": "0440"}, Severity.ERROR),
        ("secrets", {"mode": "0755"}, Severity.ERROR),
    ],
)
def test_a_mode_of_a_config_that_is_open_to_all_is_a_warning(
    kind: str, given: dict[str, str], severity: Severity
) -> None:
    """The file was open to all."""
    [hit] = catches(rule, context("dev", model=using(kind, {"file": "/run/x/s"}, **given)))
    assert hit.severity is severity
