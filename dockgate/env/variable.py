"""One declared variable of `env/schema.toml`, and what may be asked of it."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import field

from dockgate.core.location import Location
from dockgate.core.redacted import Redacted

PATH = "env/schema.toml"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
EXCEPT = "!"  # before a name of `environments` and `required`: everywhere but there


class Variable(Redacted, frozen=True):
    """One declared variable; empty or 0 means not limited.

    `required` is True (everywhere it may exist) or the environments that need it; names of environments may all be
    excluded ones, `!dev`. `dev_default` marks `default` as
    one for development: it applies there and is refused elsewhere. `min_bits` is guess entropy, `expires` and
    `max_age` (days) are for secrets, `generate` says how `secrets.init` makes one.
    """

    unshown = frozenset({"default"})

    name: str
    type: str = "string"
    description: str = ""
    default: str | None = None
    dev_default: bool = False
    required: frozenset[str] | Literal[True] = frozenset()
    secret: bool = False
    environments: frozenset[str] = frozenset()
    readers: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    pattern: str = ""
    generate: str = ""
    example: str = ""
    min_length: int = 0
    max_length: int = 0
    min_bits: int = 0
    minimum: float | None = None
    maximum: float | None = None
    max_age: int = 0
    expires: str = ""
    origin: Location = field(default_factory=lambda: Location(PATH))

    def allowed_in(self, environment: str) -> bool:
        """Return whether the variable may exist in `environment`."""
        return not self.environments or _among(environment, self.environments)

    def required_in(self, environment: str) -> bool:
        """Return whether `environment` needs a value."""
        return self.allowed_in(environment) and (self.required is True or _among(environment, self.required))


def _among(environment: str, names: frozenset[str]) -> bool:
    if any(name.startswith(EXCEPT) for name in names):
        return EXCEPT + environment not in names
    return environment in names
