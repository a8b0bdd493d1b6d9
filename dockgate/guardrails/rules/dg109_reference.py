"""DG109: a reference that cannot be resolved: malformed, undefined, required or circular.

`${NAME}` and its forms are resolved once, against the merged layers. A secret that begins with `cmd:`, `file:` or
`env:` and is not a reference to a provider counts as well ([secrets.md](secrets.md#secrets-that-live-elsewhere)). A
reference to a provider that a value in the encrypted store hides is a warning. In an `env_file:` of a service,
references are followed as Compose does: to the layers and to lines above.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.env import references, resolver
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context


CODE = resolver.CODE
TITLE = "A reference that cannot be resolved: malformed, undefined, required or circular"
SCOPE = Scope.SCHEMA


def check(context: Context) -> Iterator[Hit]:
    """Find unresolved references: layering has found those of layers, and those of services' env files are followed."""
    yield from (Hit.of(finding) for finding in context.resolved.findings if finding.code == CODE)
    known = dict.fromkeys(context.secret_names(), "") | context.resolved.clear()
    for each, value in context.stated():
        try:
            known[each.name] = references.expand(references.parse(value), known.get) if each.interpolate else value
        except references.ReferenceProblemError as error:
            fix = "define it in an env layer, or put the value in single quotes if `$` is a part of it"
            what = f"refers to {error.name}, which nothing sets" if error.name else "has a reference that is malformed"
            yield Hit(f"{each.name} {what}", fix, each.origin, name=each.name)
