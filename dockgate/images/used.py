"""Which images an environment uses: what only development's Compose files name is not built for production.

variables(root, environment) -> names that its files refer to, None where they cannot be known from the files alone
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.system import regular_file

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Environment

_NAME = re.compile(r"\$\{?([A-Za-z_]\w*)")
# Such a file brings others along, which only Compose finds.
_MORE = re.compile(r"\b(?:include|extends)\b")


def variables(root: Path, environment: Environment) -> frozenset[str] | None:
    """Return the names behind a `$` in the environment's Compose files and env layers; one too many does no harm."""
    layers = [path for path in (*environment.layers, environment.local) if path and (root / path).exists()]
    try:
        texts = [regular_file.text(root / path) for path in (*environment.files, *layers)]
    except (OSError, UnicodeDecodeError):  # Compose says what is wrong with it
        return None
    if any(map(_MORE.search, texts)):
        return None
    return frozenset(name for text in texts for name in _NAME.findall(text))
