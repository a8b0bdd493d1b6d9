"""DG206: the same secret in two environments.

Compared in memory where both can be opened, by fingerprint otherwise. A warning for a placeholder that two
unprotected environments share, and for whatever two of development do. What is not declared a secret, but is one by
its name or looks, is compared between different env files, layers and those of services: one that was copied from
production is found without a schema, also where no environment names the file of production (`.env.production`),
and in a `.env` that is no layer here: Compose, run by hand, reads it.

A whole env file, too, layers, those of services and mounted ones: one whose path says production (`.envs/prod`,
`.env.production`, `prod/.env`) in another environment, one of development in a protected one, and one with a secret
that a protected environment reads as well. A warning without a secret, for a weak one that git has (a demonstration's),
and where both read a file that git does not have: it may be another one elsewhere, as a plain `.env` is, which is never
told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core import stages
from dockgate.core.findings import Severity
from dockgate.core.secret import Secret
from dockgate.detection import credential
from dockgate.env import env_files, provider_references
from dockgate.guardrails import foreign_files, written_secrets
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.core.location import Location
    from dockgate.env.env_files import Assignment
    from dockgate.guardrails.context import Context

CODE = "DG206"
TITLE = "One secret in two environments"
SCOPE = Scope.ENV


def check(context: Context) -> Iterator[Hit]:
    """Compare this environment's secrets with those of the others, in memory or by their fingerprints."""
    others = {name: env.secrets() for name, env in context.neighbours.items()}
    seen = set[tuple[str, str]]()
    for each, value in context.assignments():
        if (
            not isinstance(each.value, Secret)
            or len(value) < written_secrets.SHORTEST
            or provider_references.is_local(value)
        ):
            continue
        for environment, name in (*_same(others, each.value), *_fingerprinted(context, value)):
            if (each.name, environment) in seen or _of_the_machine(context, each, environment, name):
                continue
            seen.add((each.name, environment))
            yield _hit(context, each, value, environment, name)
    copies, secret = _credentials(context), context.secret_names()
    own = {each.origin.path for each, _ in context.assignments()}  # a file that both have is foreign_files' matter
    for each, value in (*context.assignments(), *_stray(context)):
        for environment, other in copies.get(value, ()):
            if not written_secrets.may_be_copied(secret, each, value):
                break
            known = (each.name, environment) in seen or other.path in own or other.path == each.origin.path
            if not known and _severity(context, environment, value) is Severity.ERROR:
                seen.add((each.name, environment))
                yield _hit(context, each, value, environment, f"{other}")
    yield from foreign_files.found(context)


def _stray(context: Context) -> Iterator[tuple[Assignment, str]]:
    """Yield the statements of a `.env` that is no layer here: Compose, run by hand, gives them to this environment."""
    for file in context.of_kind(Kind.STRAY) if not context.production else ():
        for each in env_files.parse(file.text, file.path, file.path).assignments:
            if isinstance(each.value, str):
                yield each, each.value


def _hit(context: Context, each: Assignment, value: str, environment: str, name: str) -> Hit:
    return Hit(
        f"{each.name} is the same secret as {name} of {environment}",
        f"give each environment its own: {_way(context, each.name)}",
        each.origin,
        severity=_severity(context, environment, value),
        name=each.name,
    )


def _credentials(context: Context) -> Mapping[str, list[tuple[str, Location]]]:
    """Return where other environments' env files hold a secret, by its value."""
    found: dict[str, list[tuple[str, Location]]] = {}
    for environment in sorted({*context.neighbours, *context.served} - {context.environment.name}):
        for each in written_secrets.of(context, environment):
            found.setdefault(each.value, []).append((environment, each.origin))
    for each in written_secrets.beside(context):
        found.setdefault(each.value, []).append((each.environment, each.origin))
    return found


def _way(context: Context, name: str) -> str:
    if context.development:
        return f"another {name} here"
    return f"inv secrets.rotate {name} --env={context.environment.name}"


def _same(others: dict[str, dict[str, Secret]], value: Secret) -> Iterator[tuple[str, str]]:
    for environment, secrets in others.items():
        yield from ((environment, name) for name, other in secrets.items() if other == value)


def _of_the_machine(context: Context, each: Assignment, environment: str, name: str) -> bool:
    """Return whether both have it from the one `.env` that is another one on the other's machine."""
    path, other = each.origin.path, context.neighbours.get(environment)
    there = other.values[name].origin.path if other and name in other.values else ""
    return there == path and stages.differs_by_machine(path)


def _fingerprinted(context: Context, value: str) -> Iterator[tuple[str, str]]:
    """Yield fingerprints of unprotected environments; those of protected ones are DG201's."""
    for match in context.matcher.matches(value):
        owner = context.project.environments.get(match.environment)
        if match.environment != context.environment.name and owner is not None and not owner.protected:
            yield match.environment, match.name


def _severity(context: Context, environment: str, value: str) -> Severity:
    owner = context.project.environments.get(environment)
    if owner is None or context.production or owner.protected:
        return Severity.ERROR
    ours = context.development and owner.is_development
    return Severity.WARNING if ours or credential.is_placeholder(value) else Severity.ERROR
