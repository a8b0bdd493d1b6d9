"""Commands and tables as the user has them: messages say `inv up` and `[tool.dockgate.base]`.

The program may be `dockgate`, and a dockgate.toml has `[base]`.

text(text) -> what is shown         fixes(document) -> a document of JSON whose fixes say the same
"""

from __future__ import annotations

import re
import sys
from pathlib import Path, PurePath
from typing import Any

from dockgate.core import terminal
from dockgate.core.toml_lines import PREFIX

# A task behind `inv`, and no word that only ends so.
_COMMAND = re.compile(r"(?<![\w-])inv (?=[a-z-])")
_TABLE = re.compile(r"\[tool\.dockgate\] |(?<=\[)tool\.dockgate\.")
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
    if PREFIX in text and _without_prefix(Path.cwd()):
        text = _TABLE.sub("", text)
    return _COMMAND.sub("dockgate ", text) if PurePath(sys.argv[0]).name.startswith("dockgate") else text


def _without_prefix(start: Path) -> bool:
    """Return whether the configuration of the nearest project is a dockgate.toml whose tables have no prefix."""
    from dockgate.core import project
    from dockgate.core.errors import ConfigError
    from dockgate.system import regular_file

    try:
        for folder in (start, *start.parents):
            if file := project.configured(folder):
                return file == project.OWN_FILE and f"[{PREFIX}" not in regular_file.text(folder / file)
    except (ConfigError, OSError, ValueError):
        return False  # what is wrong with it is said as it stands
    return False
