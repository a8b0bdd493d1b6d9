from __future__ import annotations

from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rules import dg213_secret_in_mount as rule
from tests.guardrails.scenes import PROD_PASSWORD, catches, catches_not, context, file

MOUNTED = file("config/app.ini", f"[db]\npassword = {PROD_PASSWORD}\n", Kind.MOUNTED, "api")


def test_catches_a_production_secret_in_a_mounted_file() -> None:
    """With file, line and the service that mounts it."""
    [hit] = catches(rule, context("dev", files=(MOUNTED,)))
    assert (hit.location.path, hit.location.line, hit.service) == ("config/app.ini", 2, "api")


def test_catches_not_in_production() -> None:
    """Production may mount a file with its own secret."""
    catches_not(rule, context("prod", files=(MOUNTED,)))
