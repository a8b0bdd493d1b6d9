"""Runs the rules of the scopes that a caller has facts for, and applies the exemptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.core.counted import counted
from dockgate.core.findings import Severity
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
        findings=tuple(sorted({*_grouped((hit, finding) for hit, finding in found if finding not in excused)})),
        checked=(Checked(_environment(context, scopes), tuple(rule.CODE for rule in chosen)),),
        exemptions=in_force,
        excused=tuple(sorted(excused)),
        skipped=tuple(sorted({*context.skipped})),
    )


def _found(context: Context, rules: Iterable[Rule], granted: Iterable[Exemption]) -> Iterator[tuple[Hit, Finding]]:
    environment = context.environment.name
    for hit in context.unread:
        yield hit, hit.finding(UNREAD, environment)
    for each in granted:
        if each.expires < context.today:
            hit = each.expired(context.project)
            yield hit, hit.finding(exemptions.EXPIRED, "")
    for rule in rules:
        # A Dockerfile or a committed file belongs to no environment.
        scope = "" if rule.SCOPE is Scope.FILES else environment
        yield from ((hit, hit.finding(rule.CODE, scope)) for hit in rule.check(context))


def _grouped(found: Iterable[tuple[Hit, Finding]]) -> Iterator[Finding]:
    """Yield the findings; advice on one service that has the same group is one of them, with its list."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for hit, finding in found:
        if hit.group and finding.severity is not Severity.ERROR:
            groups.setdefault((hit.group, hit.service), []).append(finding)
        else:
            yield finding
    yield from (_one(code, service, findings) for (code, service), findings in groups.items())


def _one(code: str, service: str, findings: list[Finding]) -> Finding:
    if len(findings) == 1:
        return findings[0]
    ordered = sorted(findings, key=lambda each: each.code)
    listed = "; ".join(f"{each.code} {each.message.removeprefix(f'{service}: ')}" for each in ordered)
    warning = any(each.severity is Severity.WARNING for each in findings)
    return replace(
        findings[0],
        code=code,
        severity=Severity.WARNING if warning else Severity.NOTE,
        message=f"{service}: {counted(len(findings), 'hardening setting')} missing: {listed}",
        fix="compose-lint --explain CODE shows each fix; exempt single ones by their own codes",
    )


def _environment(context: Context, scopes: Collection[Scope]) -> str:
    return "" if set(scopes) == {Scope.FILES} else context.environment.name
