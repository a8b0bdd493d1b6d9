"""Guardrails: rules that keep production out of the other environments, and the others out of production.

check(subject) -> Report                 one environment; the verdict is remembered until an input changes
check_fetched(subject) -> Report         what providers gave, by type and by the rules of crossing
check_staged(project) -> Report          what is about to be committed
check_tracked(project) -> Report         everything that git tracks
Report.refuse()                          raises FindingsError where something blocks
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.guardrails.report import Report
from dockgate.guardrails.rule import Scope
from dockgate.guardrails.subject import Subject

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from dockgate.guardrails.context import Context
    from dockgate.secrets.fingerprints.innocent_cache import Verdicts

__all__ = ["Report", "Scope", "Subject", "check", "check_fetched", "check_staged", "check_tracked"]


def check(subject: Subject) -> Report:
    """Return what the rules of the subject's scopes find, from memory where nothing that they look at has changed."""
    from dockgate.guardrails import cache as guard_cache  # noqa: PLC0415 - hashing only here

    store = subject.project.state / "guard" / f"{_slot(subject)}.json"
    key = guard_cache.key(subject)
    known = guard_cache.load(store, key)
    if known is not None:
        return known
    report, looked_everywhere = _run(subject)
    if looked_everywhere:
        guard_cache.save(store, key, report)
    return report


def check_fetched(subject: Subject) -> Report:
    """Return what is wrong with values that providers gave: their type, or that they cross; nothing of it is kept."""
    from dockgate.guardrails import collect, exemptions, registry, runner  # noqa: PLC0415 - as above
    from dockgate.guardrails.rules import dg104_wrong_type  # noqa: PLC0415 - only with providers

    context, verdicts = collect.collect(subject)
    crossing = [rule for rule in registry.RULES if rule.CODE.startswith((exemptions.CROSSING, dg104_wrong_type.CODE))]
    report = runner.run(context, subject.scopes, crossing)
    verdicts.save()
    return report


def check_staged(project: Project) -> Report:
    """Return what the rules for files find in the index of git."""
    from dockgate.guardrails import collect  # noqa: PLC0415 - the rules, only where they run

    return _run_files(*collect.staged(project))


def check_tracked(project: Project) -> Report:
    """Return what the rules for files find in everything that git tracks, as the working tree has it."""
    from dockgate.guardrails import collect  # noqa: PLC0415 - the rules, only where they run

    return _run_files(*collect.tracked(project))


def _run_files(context: Context, verdicts: Verdicts) -> Report:
    from dockgate.guardrails import runner  # noqa: PLC0415 - the rules, only where they run

    report = runner.run(context, {Scope.FILES})
    verdicts.save()
    return report


def _run(subject: Subject) -> tuple[Report, bool]:
    from dockgate.guardrails import collect, runner  # noqa: PLC0415 - the rules, only where they run

    context, verdicts = collect.collect(subject)
    report = runner.run(context, subject.scopes)
    verdicts.save()
    return report, not context.unread


def _slot(subject: Subject) -> str:
    project = subject.target.project if subject.target else subject.environment.name
    return "-".join((project, *sorted(subject.scopes)))
