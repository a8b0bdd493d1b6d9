"""References to providers as they are written, `KIND:REST`: which values are such, and which only begin like one.

A secret's value that begins like one is one, or an error: it is never taken for the secret itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.core.findings import Finding, Severity
from dockgate.core.secret import Secret
from dockgate.env.env_files import PROVIDERS, SECRETS
from dockgate.env.providers import KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dockgate.env.providers import Provider
    from dockgate.env.resolved import Resolved, ResolvedEnv

CODE = "DG109"
_BEGINS = re.compile(rf"\s*(?ai:{'|'.join(KINDS)}):")


def is_reference(value: str) -> bool:
    """Return whether a value is a well-formed reference, and so no secret itself."""
    return _provider(value) is not None


def is_local(value: str) -> bool:
    """Return whether a value is a reference to this process or machine: the next one may have another value there."""
    found = _provider(value)
    return found is not None and found.LOCAL


def shown(reference: str) -> str:
    """Return what may be shown of a well-formed reference: its kind, and what of the rest is no secret."""
    kind, _, rest = reference.partition(":")
    return f"{kind}:{KINDS[kind].shown(rest)}".removesuffix(":")


def of(env: ResolvedEnv) -> dict[str, Resolved]:
    """Return the secret winners that begin like a reference, without those that are put together from such ones.

    Values of the encrypted store are literal, and so is what a provider gave.
    """
    found = {name: each for name, each in env.values.items() if _begins(each)}
    return {name: each for name, each in found.items() if found.keys().isdisjoint(each.references)}


def waiting(env: ResolvedEnv) -> frozenset[str]:
    """Return the names whose value is unknown until providers are asked: references, and what is made of them."""
    found = frozenset(of(env))
    while new := {name for name, each in env.values.items() if found.intersection(each.references)} - found:
        found |= new
    return found


def fault(value: str, declared: Collection[str]) -> str:
    """Return what is wrong with a value that begins like a reference, nothing if it is one; never the value."""
    found = _provider(value)
    if found is None:
        kind = value.partition(":")[0].strip().lower()
        return f"starts with {kind}: but is not a reference: expected {KINDS[kind].HINT} right after it"
    return found.fault(value.partition(":")[2], declared)


def findings(env: ResolvedEnv, declared: Collection[str]) -> Iterator[Finding]:
    """Find secrets that begin like a reference and are none, and references that the encrypted store hides."""
    yield from _hidden(env)
    for name, each in of(env).items():
        if wrong := fault(each.reveal(), declared):
            message, fix = f"{name} {wrong}", way_out(name, env.environment, development=env.development)
            yield Finding(each.origin, CODE, Severity.ERROR, message, env.environment, fix, name)


def _hidden(env: ResolvedEnv) -> Iterator[Finding]:
    """Find references that count for nothing, as after a move to a provider that left the old value in the store."""
    for each in env.values.values():
        lower = next(iter(each.shadowed), None) if each.layer == SECRETS else None
        if lower is not None and isinstance(lower.value, Secret) and is_reference(lower.value.reveal()):
            message = f"{each.name} is not fetched: the value in the encrypted store takes precedence ({each.origin})"
            fix = f"remove this line, or the value in the store: inv secrets.edit --env={env.environment}"
            yield Finding(lower.origin, CODE, Severity.WARNING, message, env.environment, fix, each.name)


def way_out(name: str, environment: str, *, development: bool) -> str:
    """Return how to write the reference, or the value if it was meant for one."""
    *most, last = (each.USAGE for each in KINDS.values())
    form = f"write {', '.join(most)} or {last}"
    literal = "use a value with another beginning" if development else f"inv secrets.set {name} --env={environment}"
    return f"{form}; if the value is the secret itself: {literal}"


def _begins(each: Resolved) -> bool:
    if each.layer in {SECRETS, PROVIDERS} or each.failed or not isinstance(each.value, Secret):
        return False
    return bool(_BEGINS.match(each.value.reveal()))


def _provider(value: str) -> Provider | None:
    """Return the provider of a well-formed reference, None where the value is none."""
    kind, _, rest = value.partition(":")
    found = KINDS.get(kind)
    return found if found and found.FORM.fullmatch(rest) else None
