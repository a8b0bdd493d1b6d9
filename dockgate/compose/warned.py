"""What Compose warns of although it succeeds; with an exit code of 0, nothing else would show it."""

from __future__ import annotations

import json
import re

_LINE = re.compile(r'level=(?:warning|error) msg=("(?:[^"\\]|\\.)*"|\S+)')
# Said by Dockgate itself: the names of variables that nothing sets, all of them in one line.
_OURS = re.compile(r"variable is not set\. Defaulting to a blank string")


def messages(said: str) -> tuple[str, ...]:
    """Return the warnings in what Compose said, each once."""
    found = (_unquoted(match[1]) for match in _LINE.finditer(said))
    return tuple(dict.fromkeys(each for each in found if not _OURS.search(each)))


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text)) if text.startswith('"') else text
    except ValueError:
        return text.strip('"')
