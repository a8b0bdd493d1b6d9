"""DG335: a secret that a service would get empty.

A Compose file writes `${SECRET_KEY}`, the name is that of a secret, and nothing sets it, or only an empty default of
the schema: Compose puts nothing in its place, and the program starts without one. A warning in development, an error
elsewhere. Outside development it is a warning, too, where an env file sets it to nothing. `${SECRET_KEY:-}` says that
it may be empty; a name that the schema declares secret is refused earlier, everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose import variables
from dockgate.core.findings import Severity
from dockgate.detection import credential
from dockgate.env.env_files import SCHEMA
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG335"
TITLE = "A secret that a service would get empty"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for names of secrets that are empty, where a service uses them without saying that they may be."""
    declared = context.secret_names()
    for service, path, name in _used(context):
        if name in declared or not credential.names_a_secret(name):
            continue
        found = context.resolved.values.get(name)
        stated = found is not None and found.layer != SCHEMA
        if (found and (found.failed or found.reveal())) or (stated and context.development):
            continue
        how = f"{found.origin} sets it to nothing" if found and stated else "nothing sets it"
        yield Hit(
            f"{service} would get {name} empty: {how}",
            f"{_way(context, name)}; where it may be empty, write ${{{name}:-}}",
            context.place("services", service, *path),
            severity=Severity.WARNING if stated or context.development else Severity.ERROR,
            service=service,
            name=name,
        )


def _place(path: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Return the path of a text, with the name before `=` for its number in a list: files are merged, lists are not."""
    return (*path[:-1], text.partition("=")[0]) if path[-1].isdigit() else path


def _way(context: Context, name: str) -> str:
    if context.development:
        return f"set it in {context.resolved.own_file}"
    return f"inv secrets.set {name} --env={context.environment.name}"


def _used(context: Context) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield what each service uses without an operator, each name once: service, path in it, name."""
    for service, _ in context.services():
        found: dict[str, tuple[str, ...]] = {}
        for path, text in context.written_strings(service):
            for match in variables.ANY.finditer(text):
                if not match["operator"]:
                    found.setdefault(match["name"], _place(path, text))
        yield from ((service, path, name) for name, path in found.items())
