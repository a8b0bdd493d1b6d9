from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg332_secret_not_given as rule
from tests.guardrails.scenes import catches, catches_not, context, model

READS = {"environment": {"TOKEN_FILE": "/run/secrets/TOKEN", "OTHER": "x"}}


@pytest.mark.parametrize(
    "more", [{}, {"secrets": [{"source": "OTHER"}]}, {"secrets": [{"source": "TOKEN", "target": "/x"}]}]
)
def test_catches_a_file_that_is_not_there(more: dict[str, Any]) -> None:
    """No secret, another one, or at another path."""
    [hit] = catches(rule, context("prod", model=model(job={**READS, **more})))
    assert (hit.service, hit.name, hit.severity) == ("job", "TOKEN_FILE", Severity.ERROR)
    [hit] = catches(rule, context("dev", model=model(job={**READS, **more})))
    assert hit.severity is Severity.WARNING


@pytest.mark.parametrize(
    "more",
    [
        {"secrets": [{"source": "TOKEN"}]},
        {"secrets": [{"source": "token", "target": "/run/secrets/TOKEN"}]},
        {"secrets": [{"source": "token", "target": "TOKEN"}]},
        {"volumes": [{"type": "bind", "source": "/run/x", "target": "/run/secrets"}]},
        {"tmpfs": ["/run/secrets:mode=0700"]},
        {"tmpfs": ["/run/secrets"]},
    ],
)
def test_catches_not_one_that_is(more: dict[str, Any]) -> None:
    """By its name, under its target, or in a folder that is mounted whole."""
    catches_not(rule, context("prod", model=model(job={**READS, **more})))
