"""Commands as the user calls them: messages say `inv up`, the program may be `dockgate`.

text(text) -> what is shown         fixes(document) -> a document of JSON whose fixes say the same
"""

from __future__ import annotations

import re
import sys
from pathlib import PurePath
from typing import Any

from dockgate.core import terminal

# A task behind `inv`, and no word that only ends so.
_COMMAND = re.compile(r"(?<![\w-])inv (?=[a-z-])")
FIX = "fix"  # the one key of our documents that tells people what to call


def text(text: str) -> str:
    """Return a text for a terminal, with its commands as this program is called."""
    return terminal.safe(_called(text))


def fixes(document: Any) -> Any:
    """Return a document in which every fix says how this program is called; values are left as they are."""
    if isinstance(document, dict):
        return {
            key: _called(each) if key == FIX and isinstance(each, str) else fixes(each)
            for key, each in document.items()
        }
    return [fixes(each) for each in document] if isinstance(document, list | tuple) else document


def _called(text: str) -> str:
    return _COMMAND.sub("dockgate ", text) if PurePath(sys.argv[0]).name.startswith("dockgate") else text
