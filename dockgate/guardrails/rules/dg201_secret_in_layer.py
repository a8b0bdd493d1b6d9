"""DG201: a secret of production in a layer of another environment, shadowed or not.

Found by its fingerprint, so no production secret is needed to look. Comments are looked at too, and a `.env` that only
Compose run by hand would read. What a provider gives
(`cmd:`, `file:`, `env:`) is compared by `up`, which asks it, before anything is built.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from dockgate.core.location import Location
from dockgate.guardrails import secret_matches
from dockgate.guardrails.crossing import Match
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG201"
TITLE = "A production secret in another environment's variables"
SCOPE = Scope.ENV
_SWITCHED_OFF = re.compile(r"\s*#[#\s]*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*[=:]\s*(?P<value>\S.*)")


def check(context: Context) -> Iterator[Hit]:
    """Compare every value of every layer, the resolved ones, and what is commented out, with the fingerprints."""
    stray = context.of_kind(Kind.STRAY)
    yield from secret_matches.hits(stray, partial(secret_matches.foreign, context), context.matcher)
    seen = set[tuple[Location, Match]]()
    texts = [*((*each, True) for each in _texts(context)), *((*each, False) for each in _comments(context))]
    context.matcher.prime(text for _, text, _, slow in texts if slow)
    for name, text, origin, slow in texts:
        for match in secret_matches.foreign(context, text, slow=slow):
            if (origin, match) not in seen:
                seen.add((origin, match))
                yield Hit(
                    f"{name or 'this line'} holds {match.name} of {match.environment}",
                    secret_matches.fix(match),
                    origin,
                    name=name,
                )


def _texts(context: Context) -> Iterator[tuple[str, str, Location]]:
    for each, value in context.assignments():
        yield each.name, value, each.origin
    for name, resolved in context.resolved.values.items():
        if resolved.references:
            yield name, resolved.reveal(), resolved.origin
    for file in context.of_kind(Kind.LAYER):
        for number, line in enumerate(file.text.splitlines(), 1):
            if match := _SWITCHED_OFF.match(line):
                yield match["name"], match["value"], Location(file.path, number)


def _comments(context: Context) -> Iterator[tuple[str, str, Location]]:
    """Yield what stands behind a `#`: prose, in which only quick fingerprints are looked for."""
    for file in context.of_kind(Kind.LAYER):
        for number, line in enumerate(file.text.splitlines(), 1):
            if comment := line.partition("#")[2]:
                yield "", comment, Location(file.path, number)
