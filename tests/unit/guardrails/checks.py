"""What the tests of a whole check share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.env import layering
from dockgate.guardrails import Scope, Subject, check
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.digests import Cost, DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import Fingerprint, Fingerprints, Sheet
from dockgate.situation import Situation
from tests.guardrails.scenes import PROD_PASSWORD, SALT

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project


MODEL = {"name": "shop-dev", "services": {"api": {"image": "shop/api@sha256:" + "1" * 64}}}


def fingerprint(root: Path) -> None:
    prints = (Fingerprint("prod", "TOKEN", DigestKind.FAST, digests.fast(PROD_PASSWORD, SALT)),)
    fingerprint_match.save(root, Fingerprints((Sheet("prod", SALT, Cost(), prints),)))


def subject(project: Project, env: str = "dev", **fields: Any) -> Subject:
    chosen = project.environment(env)
    resolved = layering.survey(project, chosen, None)
    usual = Subject(Situation(project), chosen, frozenset({Scope.SCHEMA, Scope.ENV, Scope.MODEL}), resolved, MODEL)
    return replace(usual, **fields)


def codes(project: Project, **fields: Any) -> set[str]:
    return {finding.code for finding in check(subject(project, **fields)).findings}
