from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rules import dg115_readable_secret_file as rule
from dockgate.system.git import GitFiles
from tests.guardrails.scenes import PROD_PASSWORD, catches, catches_not, context, file, resolved

if TYPE_CHECKING:
    from dockgate.guardrails.context import Context


def local(
    mode: int, text: str = f"POSTGRES_PASSWORD={PROD_PASSWORD}\n", tracked: frozenset[str] = frozenset()
) -> Context:
    layer = file("env/dev.local.env", text, Kind.LAYER, mode=mode)
    return context(resolved=resolved("dev", local=text), files=(layer,), git=GitFiles(tracked))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_catches_a_secret_that_others_can_read(mode: int) -> None:
    """A bit for group or others is enough; in development it is a warning."""
    [hit] = catches(rule, local(mode))
    assert (hit.location.path, hit.severity) == ("env/dev.local.env", Severity.WARNING)
    assert hit.message == f"mode {mode:04o} lets others read the secrets in it"
    assert hit.fix == "chmod 600 env/dev.local.env"


def test_catches_an_untracked_layer_outside_development() -> None:
    """There it blocks."""
    layer = file("env/staging.env", "", Kind.LAYER, mode=0o644)
    [hit] = catches(rule, context("staging", f"SESSION_KEY={PROD_PASSWORD}\n", files=(layer,), git=GitFiles()))
    assert hit.severity is Severity.ERROR


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_catches_not_a_private_file(mode: int) -> None:
    """Only the owner reads it."""
    catches_not(rule, local(mode))


def test_catches_not_a_file_without_secrets_or_a_committed_one() -> None:
    """What every user may read anyway is no matter of modes."""
    catches_not(rule, local(0o644, "LOG_LEVEL=debug\n"))
    catches_not(rule, local(0o644, "SESSION_KEY=\n"))
    other = file("env/x.env", "", Kind.LAYER, mode=0o644)
    catches_not(rule, context(text=f"SESSION_KEY={PROD_PASSWORD}\n", files=(other,), git=GitFiles()))
    untold = file("env/dev.env", "", Kind.LAYER, mode=0o644)
    catches_not(rule, context(text=f"SESSION_KEY={PROD_PASSWORD}\n", files=(untold,), git=None))
    layer = file("env/dev.env", "", Kind.LAYER, mode=0o644)
    catches_not(rule, context(text="TOKEN=x\n", files=(layer,), git=GitFiles(frozenset({"env/dev.env"}))))
