"""A schema inferred from use: which variables Compose files and env files name, and what their values look like. Pure.

infer(texts, layers, environments) -> schema text      no value of any file is in it
"""

from __future__ import annotations

import json
import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct, field

from dockgate.compose import variables
from dockgate.core.reserved import is_reserved
from dockgate.detection import credential

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from dockgate.env.env_files import Assignment

_TYPES = (
    ("bool", re.compile(r"true|false", re.IGNORECASE)),
    ("int", re.compile(r"-?\d{1,18}")),
    ("url", re.compile(r"https?://\S+")),
)
BARE = "bare"  # a name without `${…}`: Compose leaves it out of the container where nothing sets it
SHELLS = frozenset("PWD OLDPWD HOME USER UID GID LOGNAME HOSTNAME SHELL".split())
_PORT = re.compile(r"(?:^|_)port$", re.IGNORECASE)


class Use(Struct):
    """What is known of one variable: its operators, values, where it is set, which files refuse to do without."""

    operators: set[str] = field(default_factory=set)
    values: list[str] = field(default_factory=list)
    set_in: set[str] = field(default_factory=set)
    needed_by: set[str] = field(default_factory=set)

    def type(self, name: str) -> str:
        """Return the type that fits every value."""
        known = [value for value in self.values if value and "$" not in value]
        if not known:
            return "string"
        found = next((kind for kind, pattern in _TYPES if all(pattern.fullmatch(value) for value in known)), "string")
        return "port" if found == "int" and _PORT.search(name) else found

    def secret(self, name: str) -> bool:
        """Return whether the name or a value says that it is a secret."""
        if name in SHELLS:
            return False
        if credential.names_a_secret(name):
            return not self.values or any(not credential.is_ordinary(value) for value in self.values if value)
        return any(credential.classify(name, value) for value in self.values)


def infer(texts: Mapping[str, str], layers: Mapping[str, Iterable[Assignment]]) -> dict[str, Use]:
    """Return the use of each variable, by name: of Compose files' texts, and of the statements of env files."""
    found: dict[str, Use] = {}
    for named in (named for file, text in texts.items() for named in variables.uses(file, text)):
        use = found.setdefault(named.name, Use())
        use.operators.add(BARE if named.bare else named.operator)
        use.needed_by.update({named.place.path} if "?" in named.operator else ())
    for path, assignments in layers.items():
        for each in assignments:
            use = found.setdefault(each.name, Use())
            use.set_in.add(path)
            if isinstance(each.value, str):
                use.values.append(each.value)
    return {name: use for name, use in sorted(found.items()) if not is_reserved(name)}


def schema(uses: Mapping[str, Use], environments: Mapping[str, Collection[str]] = MappingProxyType({})) -> str:
    """Return the text of env/schema.toml; `environments` says which Compose files each has."""
    blocks = ["# Written by dockgate init from the names in Compose and env files. Correct it: a wrong type blocks.\n"]
    blocks += [_block(name, use, environments) for name, use in uses.items()]
    return "\n".join(blocks)


def _block(name: str, use: Use, environments: Mapping[str, Collection[str]]) -> str:
    lines = [f"[{name}]"]
    if (kind := use.type(name)) != "string":
        lines.append(f'type = "{kind}"')
    if use.secret(name):
        lines.append(f"# looks like a secret: dockgate secrets.set {name} --env=NAME encrypts it; then: secret = true")
    if use.needed_by:
        needing = [each for each, files in environments.items() if use.needed_by.intersection(files)]
        lines.append(f"required = {json.dumps(needing) if len(needing) < len(environments) else 'true'}")
    elif not use.set_in and use.operators & {""}:
        note = "from the shell" if name in SHELLS else "set nowhere: Compose would take it for empty, too"
        note += "; DG335 until it is set" * use.secret(name)
        lines.append(f'default = ""  # {note}')
    return "\n".join(lines) + "\n"
