"""What a service is told when it starts: variables and commands of the resolved model, as the container sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.core.compose_escape import unescape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def variables(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the variables of a container that have a value, those of its `env_file:` as well."""
    for name, value in (entry.get("environment") or {}).items():
        if value is not None:
            yield name, unescape(str(value))


def command(entry: Mapping[str, Any]) -> str:
    """Return `entrypoint` and `command` as one line of words."""
    return " ".join(filter(None, (words(entry.get(key)) for key in ("entrypoint", "command"))))


def words(value: object) -> str:
    """Return a command as one line, written as a text or as a list."""
    parts = value if isinstance(value, list) else [value or ""]
    return unescape(" ".join(map(str, parts)))


def is_root(user: object) -> bool:
    """Return whether a `user:` is root, by name or by number; nothing is the image's own choice."""
    name = str(user if user is not None else "").partition(":")[0].strip()
    return name == "root" or (name.isascii() and name.isdigit() and int(name) == 0)
