"""Migrations of Django, read without running them: which the release before can live with. Pure.

read(texts) -> {name: destructive}        texts by name, in the order in which they apply
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct, field

from dockgate.release.promotion import django_fields, python_source, sql_migrations
from dockgate.release.promotion.python_source import argument, name, value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.release.promotion.python_source import Source

# What takes something from the code before, or narrows what it may write.
DESTRUCTIVE = frozenset(
    "RemoveField DeleteModel RenameField RenameModel AlterModelTable AlterOrderWithRespectTo AddConstraint"
    " AddConstraintNotValid AlterUniqueTogether".split()
)
SCHEMA_EDITOR = frozenset(
    "delete_model remove_field alter_field alter_db_table alter_unique_together add_constraint".split()
)


class State(Struct):
    """What is known of fields, and what a migration made itself: models, and fields that may stay empty."""

    known: dict[tuple[str, str], ast.Call] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    empty: set[tuple[str, str]] = field(default_factory=set)


def read(texts: Mapping[str, str]) -> dict[str, bool] | None:
    """Tell which migrations are destructive; None where none of the files is one of Django's."""
    known: dict[tuple[str, str], ast.Call] = {}
    found = dict[str, bool]()
    for each, text in texts.items():
        source = python_source.read(text)
        operations = _operations(source.tree) if source else None
        if source is None or operations is None:
            continue
        said, state = sql_migrations.declared(text), State(known)
        looked = [_operation(call, state, source) for call in operations]
        found[each] = any(looked) if said is None else said
    return found or None


def _operations(tree: ast.Module) -> list[ast.Call] | None:
    for each in tree.body:
        if isinstance(each, ast.ClassDef) and each.name == "Migration":
            for line in each.body:
                if isinstance(line, ast.Assign | ast.AnnAssign) and name(_target(line)) == "operations":
                    return _calls(line.value)
            return []
    return None


def _target(line: ast.Assign | ast.AnnAssign) -> ast.expr:
    return line.target if isinstance(line, ast.AnnAssign) else line.targets[0]


def _calls(listed: ast.expr | None) -> list[ast.Call]:
    elements = listed.elts if isinstance(listed, ast.List | ast.Tuple) else []
    return [each for each in elements if isinstance(each, ast.Call)]


def _operation(call: ast.Call, state: State, source: Source) -> bool:
    kind = name(call.func)
    if kind == "SeparateDatabaseAndState":
        parts = _calls(argument(call, "database_operations", 0))
        looked = [_operation(each, state, source) for each in parts]
        return any(looked)
    if kind == "RunSQL":
        text = source.text(argument(call, "sql", 0))
        return text is None or sql_migrations.destructive(text)
    if kind == "RunPython":
        return _destroys(argument(call, "code", 0), source)
    if kind == "CreateModel":
        _remember(call, state)
        return False
    fresh = _model(call) in state.models
    return _judged(call, kind, state) and not fresh


def _judged(call: ast.Call, kind: str, state: State) -> bool:
    if kind in {"AddField", "AlterField"}:
        return _field(call, state, added=kind == "AddField")
    if kind == "AlterUniqueTogether":
        return bool(value(argument(call, "unique_together", 1)))
    if kind == "AddConstraint":
        return not _over_empty(call, state)
    return kind in DESTRUCTIVE


def _model(call: ast.Call) -> str:
    keys = ("model_name", "old_name", "name")
    place = next((found for key in keys if (found := argument(call, key)) is not None), None)
    first = call.args[0] if call.args else place
    return str(value(first)).lower()


def _remember(call: ast.Call, state: State) -> None:
    model, listed = _model(call), argument(call, "fields", 1)
    state.models.add(model)
    for each in listed.elts if isinstance(listed, ast.List | ast.Tuple) else ():
        if isinstance(each, ast.Tuple) and len(each.elts) > 1 and isinstance(each.elts[1], ast.Call):
            state.known[model, str(value(each.elts[0]))] = each.elts[1]


def _field(call: ast.Call, state: State, *, added: bool) -> bool:
    """Return whether a field that is added or altered refuses what the code before writes."""
    key = (_model(call), str(value(argument(call, "name", 1))))
    new, old = argument(call, "field", 2), state.known.get(key)
    if not isinstance(new, ast.Call):
        return True
    state.known[key] = new
    if added:
        refused = django_fields.refuses(new)
        if not refused and argument(new, "db_default") is None:
            state.empty.add(key)
        return refused
    return old is None or django_fields.narrowed(old, new)


def _over_empty(call: ast.Call, state: State) -> bool:
    """Return whether a constraint makes only fields unique that the code before leaves empty."""
    made = argument(call, "constraint", 1)
    if not isinstance(made, ast.Call) or name(made.func) != "UniqueConstraint":
        return False
    fields = value(argument(made, "fields"))
    return (
        bool(fields)
        and fields is not python_source.UNKNOWN
        and all((_model(call), str(each)) in state.empty for each in fields)
    )


def _destroys(code: ast.expr | None, source: Source) -> bool:
    """Return whether a function of RunPython deletes; one of another module cannot be seen, and counts as if it did."""
    if isinstance(code, ast.Call) and name(code.func) == "partial":
        code = code.args[0] if code.args else None
    if isinstance(code, ast.Attribute) and code.attr == "noop":
        return False
    body = code if isinstance(code, ast.Lambda) else source.functions.get(name(code))
    if body is None:
        return True
    return any(source.destroys(each) or name(each.func) in SCHEMA_EDITOR for each in source.calls(body))
