"""The sample of a file that each machine has of its own: what a README says to copy first.

meant(name) -> what a sample is of, its own name where it is none
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


def meant(name: str) -> str:
    """Return the name of the file that a sample is of: its own, but for the word that calls it a sample."""
    return _WORD.sub("", name)


def beside(missing: Path) -> Path | None:
    """Return the sample of `missing` in the same folder."""
    name = missing.name.lstrip(".")
    try:
        found = sorted(missing.parent.iterdir())
    except OSError:
        return None
    samples = (each for each in found if meant(each.name) != each.name and meant(each.name).lstrip(".") == name)
    return next(samples, None)


def creating(missing: Path, root: Path) -> str:
    """Return the command that copies the sample of a file, seen from `root`; "create it" where it has none."""
    sample = beside(missing)
    return f"cp {os.path.relpath(sample, root)} {os.path.relpath(missing, root)}" if sample else "create it"
