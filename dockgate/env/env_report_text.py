"""The reports about environments as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.core import columns
from dockgate.core.location import SHELL

if TYPE_CHECKING:
    from collections.abc import Mapping


def explanation(document: Mapping[str, Any]) -> str:
    """Return the text of `env.explain`."""
    head = f"{document['name']}={document['value']}" if document["origin"] else f"{document['name']} is not set"
    lines = [head]
    if document["origin"]:
        lines.append(f"  set in      {place(document['origin'])}")
    lines += [f"  shadows     {each['value']}  ({place(each)})" for each in document["shadowed"]]
    if document["references"]:
        lines.append(f"  refers to   {', '.join(document['references'])}")
    lines.append(f"  read by     {', '.join(document['readers']) or 'no service in the schema'}")
    return "\n".join(lines)


def variables(document: Mapping[str, Any], width: int) -> str:
    """Return the text of `env.list`, shortened to `width` columns (0: to none)."""
    rows = [
        (
            each["name"],
            each["type"],
            "secret" if each["secret"] else "",
            "required" if each["required"] else "",
            place(each["origin"]) if each["origin"] else "not set",
        )
        for each in document["variables"]
    ]
    return columns.align(rows, width=width, least=(4, 0))


def difference(document: Mapping[str, Any]) -> str:
    """Return the text of `env.diff`."""
    lines = [f"+ {each['name']}={each['value']}" for each in document["added"]]
    lines += [f"- {each['name']}={each['value']}" for each in document["removed"]]
    lines += [
        f"~ {each['name']} is a secret, different"
        if each["secret"]
        else f"~ {each['name']}={each['from']} → {each['to']}"
        for each in document["changed"]
    ]
    lines += [f"= {name} is a secret, equal in both" for name, how in document["secrets"].items() if how == "equal"]
    return "\n".join(lines) or "no difference"


def place(origin: Mapping[str, Any]) -> str:
    """Return `path:line` and the layer."""
    if not origin["path"]:
        return SHELL
    return f"{origin['path']}:{origin['line']}, {origin['layer']}"
