"""Folders of the project that services mount and that are not there yet: the engine would make them, as root's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ToolFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def make(model: Mapping[str, Any], root: Path) -> list[str]:
    """Make them as the user, and return their paths below the project; what is outside is left to the engine.

    What was meant as a file never comes here: DG329 refuses it before.
    """
    made = []
    for path in dict.fromkeys(_bound(model)):
        if path.is_relative_to(root) and not os.path.lexists(path):
            try:
                path.mkdir(parents=True)
            except OSError as error:
                raise ToolFailedError(
                    f"{path} cannot be made, and a service mounts it: {error.strerror}", fix="create it"
                ) from error
            made.append(str(path.relative_to(root)))
    return made


def _bound(model: Mapping[str, Any]) -> Iterator[Path]:
    for entry in (model.get("services") or {}).values():
        for mount in entry.get("volumes") or ():
            source, made = mount.get("source"), (mount.get("bind") or {}).get("create_host_path", True)
            if mount.get("type") == "bind" and source and made:
                yield Path(os.path.normpath(source))
