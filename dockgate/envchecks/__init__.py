"""Checks of a resolved environment against its schema: one module, one code, one pure function `findings` each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.envchecks import (
    blank,
    development_default,
    dialects,
    duplicate,
    misplaced,
    missing,
    plain_secret,
    reference,
    reserved,
    unknown,
    wrong_type,
)

if TYPE_CHECKING:
    from dockgate.findings import Finding
    from dockgate.layering import ResolvedEnv

CHECKS = (
    unknown,
    missing,
    blank,
    wrong_type,
    duplicate,
    misplaced,
    development_default,
    reserved,
    reference,
    dialects,
    plain_secret,
)


def check(env: ResolvedEnv) -> tuple[Finding, ...]:
    """Return every problem of `env` at once, in a stable order."""
    return tuple(sorted({finding for each in CHECKS for finding in each.findings(env)}))
