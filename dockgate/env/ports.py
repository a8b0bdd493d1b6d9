"""Variables that name the published port of another one, which an instance on free ports does not have: pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.env.resolved import ResolvedEnv


def named(resolved: ResolvedEnv) -> Mapping[str, str]:
    """Return which variables have the number of a port in their value, with the variable that the port belongs to."""
    plain, declared = resolved.plain(), resolved.schema.variables
    ports = {
        value: name for name, value in plain.items() if name in declared and declared[name].type == "port" and value
    }
    return {
        name: ports[number]
        for name, value in plain.items()
        if name not in ports.values()
        for number in re.findall(r"(?<=:)\d{1,5}(?!\d)", value)
        if number in ports
    }
