r"""DG204: a marker of one environment (host, database, account, project, issuer, URL) in another.

What gives an environment away without a secret:

```toml
[tool.dockgate.environments.prod.markers]
hosts = ["db.shop.example", "*.prod.shop.internal"]     # whole host names or patterns
databases = ["shop_production"]                         # in DSNs, and as the value of *_DB, *_DATABASE
aws-accounts = ["581039954779"]                         # decoded from access key ids, in ARNs
gcp-projects = ["shop-prod-4711"]
jwt-issuers = ["https://id.shop.example"]               # `iss` and `aud` of tokens
url-patterns = ['^https://api\.shop\.example/']
```

Any environment may have markers; they must not appear in any other one. An unknown key is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.location import Location
from dockgate.guardrails import markers
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG204"
TITLE = "A host, database, account, project or issuer of another environment"
SCOPE = Scope.ENV
FIX = "use this environment's own; the markers stand in [tool.dockgate.environments.{environment}.markers]"


def check(context: Context) -> Iterator[Hit]:
    """Look for the other environments' markers in every value and in what it decodes to."""
    foreign = [each for each in markers.load(context.project) if each.environment != context.environment.name]
    if not any(foreign):
        return
    seen = set[tuple[Location, str]]()
    for service, name, text, origin in _texts(context):
        for each in foreign:
            for what in each.found(text, name):
                if (origin, what) not in seen:
                    seen.add((origin, what))
                    yield Hit(
                        f"{name} points at {what}, which is {each.environment}'s",
                        FIX.format(environment=each.environment),
                        origin,
                        service=service,
                        name=name,
                    )


def _texts(context: Context) -> Iterator[tuple[str, str, str, Location]]:
    for each, value in context.assignments():
        yield "", each.name, value, each.origin
    for name, resolved in context.resolved.values.items():
        if resolved.references:
            yield "", name, resolved.reveal(), resolved.origin
    for path, text in context.strings():
        if path[0] in ("services", "configs"):
            yield path[1], path[-1], text, context.place(*path)
