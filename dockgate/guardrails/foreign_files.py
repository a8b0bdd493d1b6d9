"""Env files that are another environment's as a whole: by what they are called, or because a protected one reads them.

found(context) -> hits, one for each secret in them

A plain `.env` says nothing and differs by machine: that two environments name it says nothing either.
"""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from dockgate.core import stages
from dockgate.core.findings import Severity
from dockgate.detection import credential, strength
from dockgate.env import dialect, env_files
from dockgate.guardrails import written_secrets
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.env.env_files import Assignment, Layer
    from dockgate.guardrails.context import Context

BY_NAME = "give {here} an env file of its own, and {theirs} new secrets; rename this one if it has nothing of that"
BY_USE = "name an env file of its own for each: in the Compose file that only {here} uses, and in that of {theirs}"


def found(context: Context) -> Iterator[Hit]:
    """Yield what is in env files that this environment reads, as layers or for services, and that are another one's."""
    here, declared = context.environment.name, context.secret_names()
    shared = {} if context.production else _protected(context)
    for path, layer in _read(context).items():
        said = _said(context, path)
        owner = said or ("" if stages.differs_by_machine(path) else shared.get(path))
        if not owner:
            continue
        secrets = tuple(each for each in layer.assignments if _is_secret(declared, each))
        why = "the name of the file says so" if said else "both read this file"
        for each in secrets or layer.assignments[: bool(said)]:
            certain = bool(secrets) and _is_certain(context, each, by_name=bool(said))
            yield Hit(
                f"{here} is given {each.name} of {owner}: {why}, {_taken(context, path)}",
                (BY_NAME if said else BY_USE).format(here=here, theirs=owner),
                each.origin,
                Severity.ERROR if certain else Severity.WARNING,
                name=each.name,
            )


def _read(context: Context) -> dict[str, Layer]:
    layers = (*context.resolved.layers, *context.served.get(context.environment.name, ()))
    return {each.path: each for each in (*_mounted(context), *layers) if each.path and each.assignments}


def _mounted(context: Context) -> Iterator[Layer]:
    """Yield the env files that services mount by themselves, or get as a secret or config; not those in a folder."""
    root = context.project.root
    for file in context.of_kind(Kind.MOUNTED):
        alone = context.folders.isdisjoint(map(str, (root / file.path).parents))
        if alone and not file.binary and stages.is_env_file(file.path) and stages.of_env_file(file.path):
            yield env_files.parse(file.text, file.path, file.path)


def _protected(context: Context) -> dict[str, str]:
    """Return what protected environments read for their services, with the name of each."""
    owned: dict[str, str] = {}
    for name, each in context.project.environments.items():
        if each.protected and name != context.environment.name:
            owned |= dict.fromkeys((layer.path for layer in context.served.get(name, ())), name)
            own = set(each.layers) - set(context.environment.layers)
            owned |= dict.fromkeys(own, name)
    return owned


def _said(context: Context, path: str) -> str:
    """Return the stage that a path or what it links to says, where that is not this environment's."""
    root = context.project.root
    real = os.path.relpath(os.path.realpath(root / path), os.path.realpath(root))
    said = stages.of_env_file(path)
    said = stages.PROD if stages.of_env_file(real) == stages.PROD else said
    if context.production or stages.words(context.environment.name) & stages.PRODUCTION:
        return stages.DEV if said == stages.DEV and not stages.differs_by_machine(path) else ""
    return stages.PROD if said == stages.PROD else ""


def _is_secret(declared: frozenset[str], each: Assignment) -> bool:
    value = dialect.text(each)
    if written_secrets.may_be_copied(declared, each, value):
        return True
    short = bool(value) and "$" not in value and credential.names_a_secret(each.name)
    return short and not credential.is_ordinary(value) and not credential.is_placeholder(value)


def _is_certain(context: Context, each: Assignment, *, by_name: bool) -> bool:
    """Return whether a secret is certainly another environment's.

    What git has and is weak is a demonstration's; what both read and git does not have may be another file elsewhere.
    """
    path = each.origin.path
    # Of what lies above the project it is not known.
    tracked = context.git is not None and (path in context.git.tracked or path.startswith(".."))
    if not tracked or context.production:
        return by_name
    return not strength.is_demo(dialect.text(each))


def _taken(context: Context, path: str) -> str:
    if place := context.named.get(path):
        return f"and {place} names it"
    services = sorted({file.service for file in context.of_kind(Kind.MOUNTED) if file.path == path})
    return f"and {services[0]} mounts it" if services else "and it is one of its layers"
