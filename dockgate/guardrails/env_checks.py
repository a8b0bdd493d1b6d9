"""Checks of a resolved environment against its schema: one module, one code, one pure function `findings` each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.guardrails.rules import (
    dg101_unknown,
    dg102_missing,
    dg103_blank,
    dg104_wrong_type,
    dg105_duplicate,
    dg106_misplaced,
    dg107_development_default,
    dg108_reserved,
    dg109_reference,
    dg110_dialects,
    dg111_plain_secret,
)

if TYPE_CHECKING:
    from dockgate.core.findings import Finding
    from dockgate.env.resolved import ResolvedEnv

CHECKS = (
    dg101_unknown,
    dg102_missing,
    dg103_blank,
    dg104_wrong_type,
    dg105_duplicate,
    dg106_misplaced,
    dg107_development_default,
    dg108_reserved,
    dg109_reference,
    dg110_dialects,
    dg111_plain_secret,
)


def check(env: ResolvedEnv) -> tuple[Finding, ...]:
    """Return every problem of `env` at once, in a stable order."""
    return tuple(sorted({finding for each in CHECKS for finding in each.findings(env)}))
