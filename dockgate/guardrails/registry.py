"""Every rule, found in the folder `rules`: the names of the modules begin with their codes."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from dockgate.guardrails import rules as folder

if TYPE_CHECKING:
    from dockgate.guardrails.rule import Rule

OF_FILES = ("DG114", "DG203", "DG5")  # what is looked at where no environment is: the others are not imported for it


@cache
def rules(*codes: str) -> tuple[Rule, ...]:
    """Return the rules whose code begins with one of these, or all, in the order of their codes.

    The modules of the others are not imported.
    """
    names = sorted(each.name for each in pkgutil.iter_modules(folder.__path__))
    chosen = (name for name in names if name.startswith(tuple(code.lower() for code in codes) or "dg"))
    return tuple(cast("Rule", import_module(f"{folder.__name__}.{name}")) for name in chosen)
