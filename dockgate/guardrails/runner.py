"""Runs the rules of the scopes that a caller has facts for, and applies the exemptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.guardrails import exemptions, registry
from dockgate.guardrails.hit import UNREAD, Scope
from dockgate.guardrails.report import Checked, Report

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dockgate.core.findings import Finding
    from dockgate.guardrails.context import Context
    from dockgate.guardrails.exemptions import Exemption
    from dockgate.guardrails.hit import Hit
    from dockgate.guardrails.rule import Rule


def run(context: Context, scopes: Collection[Scope], rules: Iterable[Rule] | None = None) -> Report:
    """Return what the rules of `scopes` find; what could not be looked at is an error by itself (DG000)."""
    chosen = [rule for rule in (registry.rules() if rules is None else rules) if rule.SCOPE in scopes]
    granted = exemptions.load(context.project)
    found = dict.fromkeys(_found(context, chosen, granted))
    in_force = tuple(each for each in granted if each.expires >= context.today)
    excused = {finding for hit, finding in found if any(each.covers(hit, finding) for each in in_force)}
    return Report(
        findings=tuple(sorted({finding for _, finding in found} - excused)),
        checked=(Checked(_environment(context, scopes), tuple(rule.CODE for rule in chosen)),),
        exemptions=in_force,
        excused=tuple(sorted(excused)),
    )


def _found(context: Context, rules: Iterable[Rule], granted: Iterable[Exemption]) -> Iterator[tuple[Hit, Finding]]:
    environment = context.environment.name
    for hit in context.unread:
        yield hit, hit.finding(UNREAD, environment)
    for each in granted:
        if each.expires < context.today:
            hit = each.expired()
            yield hit, hit.finding(exemptions.EXPIRED, "")
    for rule in rules:
        # A Dockerfile or a committed file belongs to no environment.
        scope = "" if rule.SCOPE is Scope.FILES else environment
        yield from ((hit, hit.finding(rule.CODE, scope)) for hit in rule.check(context))


def _environment(context: Context, scopes: Collection[Scope]) -> str:
    return "" if set(scopes) == {Scope.FILES} else context.environment.name
