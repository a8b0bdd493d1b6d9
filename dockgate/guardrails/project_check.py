"""The guardrails as `inv guard` runs them: every environment as far as this machine can see it, then the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.core.findings import Finding, Severity
from dockgate.core.labels import ENVIRONMENT
from dockgate.core.location import Location
from dockgate.guardrails import Report, Scope, Subject, baseline, check, check_schema, mounts
from dockgate.guardrails.hit import UNREAD
from dockgate.guardrails.rules import dg401_endpoint, dg402_remote_protected
from dockgate.system.git import Git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dockgate.core.errors import DockgateError
    from dockgate.core.project import Environment
    from dockgate.core.target import Target
    from dockgate.engine.containers import Container
    from dockgate.situation import Situation

    Looked = tuple[Subject | None, tuple[Finding, ...]]


def run(
    situation: Situation,
    environments: Iterable[Environment],
    target: Target | None,
    stack: Callable[[], Iterable[Container]] = tuple,
) -> Report:
    """Return one report about these environments and about the Dockerfiles and Compose files of the project.

    With a target, also about running there, where `stack` gives the containers that carry its name: without one, the
    repository alone is judged. It is asked when the files have been read.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - Compose resolves them side by side

    chosen, report, above = tuple(environments), Report(), dict[str, str]()
    # One after the other, for they stand on the same files, which are then parsed once.
    surveyed = [_survey(situation, each, target) for each in chosen]
    owners = dict.fromkeys(each.labels.get(ENVIRONMENT, "") for each in stack())
    labels = tuple({ENVIRONMENT: owner} for owner in owners)
    with ThreadPoolExecutor() as pool:
        mapped = pool.map if len(chosen) > 1 else map
        for subject, refusals in mapped(_with_model, surveyed):
            found = check(replace(subject, stack_labels=labels)) if subject else Report()
            report += found + Report(refusals)
            above |= subject.above if subject else {}
    first = situation.project.environment(next(iter(situation.project.environments), ""))
    files = check(Subject(situation, first, frozenset({Scope.FILES}), above=above))
    return baseline.applied(situation.project.root, report + files)


def containers(situation: Situation, target: Target) -> tuple[Container, ...]:
    """Return the containers that carry a target's name; one that DG401 or DG402 refuses is not asked."""
    listed = dg401_endpoint.listed(target.endpoint, target.environment.endpoints)
    if not listed or not dg402_remote_protected.allowed(target.environment, target.endpoint):
        return ()
    return situation.containers(target)


def _survey(situation: Situation, environment: Environment, target: Target | None) -> Looked:
    """Return what is to be checked of an environment without its model, and findings about what cannot be read."""
    try:
        resolved = situation.survey(environment)
    except ConfigError as error:
        return None, check_schema(situation.project, environment, None, (error,))
    scopes = frozenset({Scope.SCHEMA, Scope.ENV, *((Scope.TARGET,) if target else ())})
    return Subject(situation, environment, scopes, resolved, target=target), ()


def _with_model(looked: Looked) -> Looked:
    """Add what Compose makes of the environment's files, or the finding that it refuses them."""
    subject, _ = looked
    if subject is None or subject.resolved is None:
        return looked
    try:
        reading = subject.situation.reading(subject.environment)
    except ConfigError as error:
        return subject, (_refusal(error, subject),)
    model, scopes = reading.model, subject.scopes | {Scope.MODEL}
    above = _above(subject, model.raw)
    seen = replace(subject, scopes=scopes, model=model.raw, written=reading.written, uses=model.uses, above=above)
    return seen, ()


def _above(subject: Subject, model: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what git tracks above the project of the files that an environment's services and Compose files name."""
    project, situation, environment = subject.project, subject.situation, subject.environment
    mounted = (path for service in model.get("services") or {} for path in mounts.sources(model, service))
    named = (project.root / layer for layer in environment.layers)
    return Git(project).above({*map(Path, mounted), *named, *situation.sources(environment).local})


def unseen(error: DockgateError, environment: Environment, file: str) -> Finding:
    """Return the finding that an engine which does not answer becomes: another's stack may be there."""
    message = f"could not query the engine: {error.what}"
    return Finding(Location(file), UNREAD, Severity.ERROR, message, environment.name, error.fix)


def _refusal(error: ConfigError, subject: Subject) -> Finding:
    environment, own = subject.environment, subject.situation.project.file
    where = error.where or Location(environment.files[-1] if environment.files else own)
    message = f"could not read the Compose model: {error.what}"
    return Finding(where, UNREAD, Severity.ERROR, message, environment.name, error.fix)
