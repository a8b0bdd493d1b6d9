"""What every task does before it changes anything: it holds the files, the environment and the stack to the rules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockgate.core.target import Target
    from dockgate.engine.containers import Container
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.guardrails import Report
    from dockgate.tasks.framework import Session


def guard(session: Session, chosen: Target) -> tuple[Container, ...]:
    """Run every rule on the environment and return its containers; FindingsError if a finding blocks."""
    from concurrent.futures import ThreadPoolExecutor

    from dockgate.core.counted import counted
    from dockgate.core.findings import Severity
    from dockgate.guardrails import project_check
    from dockgate.stack import ownership
    from dockgate.tasks import waiting

    told = waiting.told(waiting.GUARD, sys.stderr)
    with told, ThreadPoolExecutor(max_workers=1) as pool:  # the engine lists them while the files are read
        listed = pool.submit(project_check.containers, session.situation, chosen)
        report = project_check.run(session.situation, (chosen.environment,), chosen, listed.result)
        containers = listed.result()
    warnings = sum(each.severity is Severity.WARNING for each in report.findings)
    if warnings and not report.blocked:
        session.say(f"guard: {counted(warnings, 'warning')}; inv guard --env={chosen.environment.name} shows them")
    enforce(report, session.say)
    ownership.check(chosen, containers)
    return containers


def guard_fetched(session: Session, chosen: Target, resolved: ResolvedEnv) -> None:
    """Run the crossing rules on what providers returned; before that, only references are known."""
    from dockgate.env.env_files import PROVIDERS
    from dockgate.guardrails import Scope, Subject, check_fetched

    if any(layer.name == PROVIDERS for layer in resolved.layers):
        subject = Subject(session.situation, chosen.environment, frozenset({Scope.SCHEMA, Scope.ENV}), resolved)
        enforce(check_fetched(subject), session.say)
        _tell_unknown(session, chosen, resolved)


def _tell_unknown(session: Session, chosen: Target, resolved: ResolvedEnv) -> None:
    """Warn about production secrets from providers that have no fingerprint."""
    from dockgate.secrets import fetch
    from dockgate.secrets.fingerprints import innocent_cache
    from dockgate.secrets.fingerprints import policy as fingerprint_policy

    if not chosen.environment.protected:
        return
    cache = innocent_cache.of_machine(session.project.process)
    entries = fingerprint_policy.fetched(fetch.given(resolved))
    names = fingerprint_policy.unknown(session.project.root, chosen.environment, entries, cache)
    cache.save()
    if names:
        name = chosen.environment.name
        session.say(f"guard: {', '.join(names)} of {name} have no fingerprint: inv secrets.fingerprint --env={name}")


def enforce(report: Report, say: Callable[[str], None]) -> None:
    """Print the exemptions in force and the blocking findings; FindingsError if there are any."""
    from dockgate.core.findings import blocking

    for each in (*report.exemptions, *blocking(report.findings)):
        say(str(each))
    report.refuse()
