"""DG209: a secret of production that can be guessed.

Less than 2^64 guesses (zxcvbn), or less than the schema's `min-bits`; in the env file of a service, too, where the name
speaks of a secret. Of a value that Dockgate drew, its store knows
the bits; a certificate is public, and not judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.detection import credential, secret_names, strength
from dockgate.env import provider_references
from dockgate.guardrails.hit import Hit, Scope
from dockgate.secrets.fingerprints import policy as fingerprint_policy
from dockgate.secrets.metadata import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG209"
TITLE = "A weak secret in production"
SCOPE = Scope.ENV


def check(context: Context) -> Iterator[Hit]:
    """Check that every secret of production takes at least 64 bits to guess, or what the schema asks for.

    Of one that Dockgate drew, and that is still the same, its store knows the bits: nothing is left to be estimated.
    """
    if not context.production:
        return
    yield from _of_services(context)
    waiting = provider_references.waiting(context.resolved)
    for name, secret in context.resolved.secrets().items():
        if name in waiting:
            continue
        value = secret.reveal()
        variable = context.resolved.schema.variables.get(name)
        wanted = max(strength.BITS, variable.min_bits if variable else 0)
        made = context.made.get(name)
        drawn = made.bits if made and made.source is Source.GENERATED else 0
        if value and drawn < wanted and not _told_elsewhere(value) and strength.is_weak(value, wanted):
            yield Hit(
                f"{name} takes less than 2^{wanted} guesses",
                f"inv secrets.rotate {name} --env={context.environment.name} makes a strong one",
                context.resolved.values[name].origin,
                name=name,
            )


def _of_services(context: Context) -> Iterator[Hit]:
    """Yield the weak ones of env files that services name: of those no schema says which are secret."""
    for each, value in context.stated():
        clear = secret_names.speaks_of_one(each.name) and not secret_names.is_vague(each.name)
        number = value.isdecimal() and "pass" in each.name.lower()
        if not clear or not value or _told_elsewhere(value) or (credential.is_ordinary(value) and not number):
            continue
        if strength.is_weak(value):
            yield Hit(
                f"{each.name} takes less than 2^{strength.BITS} guesses",
                "give it a random value of at least 20 characters, and change it where it is used",
                each.origin,
                name=each.name,
            )


def _told_elsewhere(value: str) -> bool:
    """Return whether it is a placeholder, which is DG208's, or a certificate, which is no secret."""
    return credential.is_placeholder(value) or fingerprint_policy.is_certificate(value)
