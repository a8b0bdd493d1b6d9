"""`docs/variables.md`, made from the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.env.variable import EXCEPT

if TYPE_CHECKING:
    from dockgate.env.schema import Schema
    from dockgate.env.variable import Variable

PATH = "docs/variables.md"
HEAD = """# Variables

Every variable of every environment. Generated from `{path}` by `inv env.docs`; edit it there.
Layers, types and references are described in [env-layering.md](env-layering.md).

| variable | type | required | default | environments | read by | description |
|---|---|---|---|---|---|---|
"""


def render(schema: Schema) -> str:
    """Return the page: one table row a variable, in the order of the schema."""
    rows = "".join(f"| {' | '.join(map(_cell, _row(each)))} |\n" for each in schema.variables.values())
    return HEAD.format(path=schema.path) + rows


def _row(variable: Variable) -> tuple[str, ...]:
    return (
        f"`{variable.name}`",
        _type(variable),
        "yes" if variable.required is True else _environments(variable.required),
        _default(variable),
        _environments(variable.environments) or "all",
        ", ".join(variable.readers),
        variable.description + (f", for example `{variable.example}`" if variable.example else ""),
    )


def _environments(names: frozenset[str]) -> str:
    shown = ", ".join(sorted(name.removeprefix(EXCEPT) for name in names))
    return f"all but {shown}" if any(name.startswith(EXCEPT) for name in names) else shown


def _type(variable: Variable) -> str:
    kind = f"{variable.type}: {', '.join(variable.values)}" if variable.values else variable.type
    return f"{kind}, secret" if variable.secret else kind


def _default(variable: Variable) -> str:
    if variable.default is None:
        return ""
    if variable.secret:
        return "one for development"
    shown = f"`{variable.default}`" if variable.default else "empty"
    return f"{shown}, development only" if variable.dev_default else shown


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
