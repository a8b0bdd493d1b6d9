"""Rules that keep production out of the other environments, and the others out of production.

check(subject) -> Report                 one environment; the verdict is remembered until an input changes
check_fetched(subject) -> Report         what providers gave, by type and by the rules of crossing
check_schema(project, environment, …)    what `inv env.check` shows: one environment against its schema
check_staged(project) -> Report          what is about to be committed
check_tracked(project) -> Report         everything that git tracks
Report.refuse()                          raises FindingsError where something blocks
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockgate.guardrails.hit import Scope
from dockgate.guardrails.report import Report
from dockgate.guardrails.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.core.errors import ConfigError
    from dockgate.core.findings import Finding
    from dockgate.core.project import Environment, Project
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.guardrails.context import Context
    from dockgate.secrets.fingerprints.innocent_cache import InnocentCache

__all__ = ["Report", "Scope", "Subject", "check", "check_fetched", "check_schema", "check_staged", "check_tracked"]

ENV_FILES = "DG1"
WRONG_TYPE = "DG104"  # what no file could be checked for before its provider was asked


def check(subject: Subject) -> Report:
    """Return what the rules of the subject's scopes find, from memory where nothing that they look at has changed."""
    from dockgate.guardrails import report_cache  # noqa: PLC0415 - hashing only here

    store = subject.project.state / "guard" / f"{_slot(subject)}.json"
    key = report_cache.key(subject)
    known = report_cache.load(store, key)
    if known is not None:
        return known
    report, looked_everywhere = _run(subject)
    if looked_everywhere:
        report_cache.save(store, key, report)
    return report


def check_fetched(subject: Subject) -> Report:
    """Return what is wrong with values that providers gave: their type, or that they cross; nothing of it is kept."""
    from dockgate.guardrails import collect, exemptions, registry, runner  # noqa: PLC0415 - as above

    context, verdicts = collect.collect(subject)
    report = runner.run(context, subject.scopes, registry.rules(WRONG_TYPE, exemptions.CROSSING))
    verdicts.save()
    return report


def check_schema(
    project: Project,
    environment: Environment,
    resolved: ResolvedEnv | None,
    unreadable: Iterable[ConfigError] = (),
) -> tuple[Finding, ...]:
    """Return what is wrong with an environment by itself, sorted; `unreadable` stopped it from being resolved."""
    from dockgate.core.errors import apart  # noqa: PLC0415 - the rules, only where they run
    from dockgate.guardrails import registry  # noqa: PLC0415 - as above
    from dockgate.guardrails.context import UNRESOLVED, Context  # noqa: PLC0415 - as above

    problems = tuple(each for error in unreadable for each in apart(error))
    today = datetime.now(UTC).date()
    context = Context(project, environment, today, resolved or UNRESOLVED, unreadable=problems)
    chosen = [rule for rule in registry.rules(ENV_FILES) if rule.SCOPE is Scope.SCHEMA]
    found = {hit.finding(rule.CODE, environment.name) for rule in chosen for hit in rule.check(context)}
    return tuple(sorted(found))


def check_staged(project: Project) -> Report:
    """Return what the rules for files find in the index of git."""
    from dockgate.guardrails import collect  # noqa: PLC0415 - the rules, only where they run

    return _run_files(*collect.staged(project))


def check_tracked(project: Project) -> Report:
    """Return what the rules for files find in everything that git tracks, as the working tree has it."""
    from dockgate.guardrails import collect  # noqa: PLC0415 - the rules, only where they run

    return _run_files(*collect.tracked(project))


def _run_files(context: Context, verdicts: InnocentCache) -> Report:
    from dockgate.guardrails import baseline, registry, runner  # noqa: PLC0415 - the rules, only where they run

    report = runner.run(context, {Scope.FILES}, registry.rules(*registry.OF_FILES))
    verdicts.save()
    return baseline.applied(context.project.root, report)


def _run(subject: Subject) -> tuple[Report, bool]:
    from dockgate.guardrails import collect, runner  # noqa: PLC0415 - the rules, only where they run

    context, verdicts = collect.collect(subject)
    report = runner.run(context, subject.scopes)
    verdicts.save()
    return report, not context.unread


def _slot(subject: Subject) -> str:
    project = subject.target.project if subject.target else subject.environment.name
    return "-".join((project, *sorted(subject.scopes)))
