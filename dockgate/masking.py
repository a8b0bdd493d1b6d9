"""Takes secret values out of documents that are about to be printed, wherever they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.secret import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.secret import Secret

SHORTEST = 4  # a shorter value would be found in every other word


def masked(node: object, secrets: Iterable[Secret]) -> object:
    """Return `node` (JSON) with every occurrence of a secret's value masked."""
    values = sorted({each.reveal() for each in secrets if len(each.reveal()) >= SHORTEST}, key=len, reverse=True)
    return _masked(node, values)


def _masked(node: object, values: list[str]) -> object:
    if isinstance(node, dict):
        return {key: _masked(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [_masked(value, values) for value in node]
    if isinstance(node, str):
        for value in values:
            node = node.replace(value, MASK).replace(value.replace("$", "$$"), MASK)
    return node
