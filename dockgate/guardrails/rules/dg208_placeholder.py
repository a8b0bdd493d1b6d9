"""DG208: a placeholder in production.

`changeme`, `password`, `example`, `<your-token>`; for values that are no secrets, only what says itself that it is to
be replaced. What Dockgate drew is none, whatever word is in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.detection import credential
from dockgate.env import provider_references
from dockgate.guardrails.hit import Hit, Scope
from dockgate.secrets.metadata import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG208"
TITLE = "A placeholder in production"
SCOPE = Scope.ENV


def check(context: Context) -> Iterator[Hit]:
    """Look for values that stand for one still to be chosen; in secrets, well-known default passwords too.

    A reference to a provider is none: what that gives is looked at when it has been asked. Nor is what Dockgate drew,
    also where chance put `xxx` into it: one of 5,000 has such a word.
    """
    if not context.production:
        return
    secret, waiting = context.secret_names(), provider_references.waiting(context.resolved)
    for name, resolved in context.resolved.values.items():
        made = context.made.get(name)
        if name in waiting or (made and made.source is Source.GENERATED):
            continue
        value = resolved.reveal()
        hidden = name in secret or not isinstance(resolved.value, str)
        if credential.is_placeholder(value) if hidden else credential.asks(value):
            yield Hit(
                f"{name} is a placeholder",
                f"set the real value: inv secrets.set {name} --env={context.environment.name}"
                if hidden
                else "set the real value",
                resolved.origin,
                name=name,
            )
    for each, value in context.stated():
        hidden = each.name in secret or credential.names_a_secret(each.name)
        if credential.is_placeholder(value) if hidden else credential.asks(value):
            yield Hit(f"{each.name} is a placeholder", "set the real value", each.origin, name=each.name)
