"""DG334: a volume that Compose reads otherwise than it was meant.

`v:/v` is a path of Windows to Compose, not the volume `v`; `data` and `./data:ro` have no target; an option that it
does not know (`:readonly`, `:RO`) is ignored, and the mount stays writable. The engine refuses what is not an absolute
path, with a message that names no key: here it is found before anything starts. An option without effect is a warning.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.compose import volume_strings
from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from dockgate.guardrails.context import Context

CODE = "DG334"
TITLE = "A volume that Compose reads otherwise than it was meant"
SCOPE = Scope.MODEL
_WINDOWS = re.compile(r"[A-Za-z]:|\\\\")


def check(context: Context) -> Iterator[Hit]:
    """Judge the short volumes that are in effect, and the mounts that no engine takes."""
    for service, entry in context.services():
        mounts = entry.get("volumes") or ()
        targets = {each.get("target") for each in mounts}
        said = set[str]()
        for written, place in context.short_volumes:
            found = volume_strings.judge(written.text) if written.service == service else None
            if found and found.target in targets:
                said.add(found.target)
                severity = Severity.WARNING if found.harmless else Severity.ERROR
                yield Hit(f"{service}: {found.what}", found.fix, place, severity, service)
        for each in mounts:
            if each.get("target") not in said and (what := _refused(each)):
                place = context.place("services", service, "volumes")
                yield Hit(f"{service}: {what}", "an absolute path: /path/in/the/container", place, service=service)


def _refused(mount: Mapping[str, Any]) -> str:
    """Return why the engine refuses a mount, empty where it does not."""
    target, source = str(mount.get("target", "")), str(mount.get("source", ""))
    if not target.startswith("/") or target == "/":
        return f"a volume has the target {target or '(none)'}"
    if mount.get("type") == "bind" and _WINDOWS.match(source):
        return f"{source} is a path of Windows, which this engine does not have"
    return ""
