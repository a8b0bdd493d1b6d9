"""Variables put into a text of a Compose file, as far as they are known; what Compose makes of it is its own matter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<braced>\w++)(?P<operator>:?[-+?])?(?P<word>[^}]*)\}|(?P<bare>\w+))")


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its variables put in, as far as they are known; nothing stands for the others."""

    def value(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        known = values.get(match["braced"] or match["bare"])
        operator = match["operator"] or ""
        if operator.endswith("+"):
            return match["word"] if known else ""
        return known or (match["word"] if operator.endswith("-") else "")

    return _VARIABLE.sub(value, text)
