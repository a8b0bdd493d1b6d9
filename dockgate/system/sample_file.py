"""The sample of a file that each machine has of its own: what a README says to copy first.

beside(missing) -> its sample (`.env.example`, `env.sample`, `sample.env`), None where there is none
creating(missing, root) -> what makes the missing file, for messages
"""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_WORD = re.compile(r"[._-]?(?:example|sample|template|dist|defaults?)(?=[._-]|$)", re.IGNORECASE)


def beside(missing: Path) -> Path | None:
    """Return the file in the same folder whose name is that of `missing`, but for the word that calls it a sample."""
    name = missing.name.lstrip(".")
    try:
        found = sorted(missing.parent.iterdir())
    except OSError:
        return None
    samples = (each for each in found if _WORD.search(each.name) and _WORD.sub("", each.name).lstrip(".") == name)
    return next(samples, None)


def creating(missing: Path, root: Path) -> str:
    """Return the command that copies the sample of a file, seen from `root`; "create it" where it has none."""
    sample = beside(missing)
    return f"cp {os.path.relpath(sample, root)} {os.path.relpath(missing, root)}" if sample else "create it"
