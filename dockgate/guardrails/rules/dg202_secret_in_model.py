"""DG202: a secret of production in what Compose resolved for another environment.

`environment:`, `command:`, `args:`, `labels:`, annotations, health checks, options of drivers, inline configs and
Dockerfiles: every string that Compose resolved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.detection import text_lines
from dockgate.guardrails import secret_matches
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG202"
TITLE = "A production secret in the resolved Compose model of another environment"
SCOPE = Scope.MODEL
# Where values of variables end up; elsewhere only quick fingerprints are looked for.
VALUES = frozenset("environment command entrypoint args labels annotations test content options driver_opts".split())
INLINE = "dockerfile_inline"


def check(context: Context) -> Iterator[Hit]:
    """Compare every string of every service, config and label with the fingerprints."""
    texts = [(path, text, any(key in VALUES for key in path)) for path, text in context.strings()]
    inline = [(path, value) for path, text, _ in texts if path[-1] == INLINE for value in _assigned(text)]
    texts += [(path, value, True) for path, value in inline]
    texts = [each for each in texts if not each[0][0].startswith("x-")]  # what Compose ignores is DG203's, as text
    context.matcher.prime(text for _, text, slow in texts if slow)
    stated = {(each.name, value) for each, value in context.stated()}
    for path, text, slow in texts:
        if (path[-1], text) in stated and "environment" in path:
            continue  # DG201 finds it in the env file, with its line
        for match in secret_matches.foreign(context, text, slow=slow):
            in_service = path[0] == "services" and len(path) > 1
            yield Hit(
                f"{'.'.join(path)} holds {match.name} of {match.environment}",
                secret_matches.fix(match),
                context.place(*path),
                service=path[1] if in_service else "",
                name=path[-1],
            )


def _assigned(dockerfile: str) -> Iterator[str]:
    """Yield what the lines of a Dockerfile assign as a credential."""
    return (value for line in dockerfile.splitlines() for value in text_lines.values(line))
