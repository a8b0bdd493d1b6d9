"""DG505: a real credential in a committed or mounted file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate import credential
from dockgate.guardrails.context import Kind
from dockgate.guardrails.rule import Hit, Scope
from dockgate.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG505"
TITLE = "A credential in a committed file"
SCOPE = Scope.FILES


def check(context: Context) -> Iterator[Hit]:
    """Classify every assignment and every key of a known format in the files about to be committed."""
    for file in context.of_kind(Kind.COMMITTED):
        for number, line in enumerate(file.text.splitlines(), 1):
            for name, found in credential.in_line(line):
                yield Hit(
                    f"{name or 'this line'} looks like a real credential ({found.kind})",
                    "inv secrets.set keeps it encrypted; revoke it if it was ever pushed",
                    Origin(file.path, number),
                    name=name,
                )
