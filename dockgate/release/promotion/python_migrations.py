"""Migrations of Django and Alembic, read without running them: which the release before can live with. Pure.

django(texts) -> {name: destructive}        texts by name, in the order in which they apply
alembic(text) -> (revision, down, destructive) | None
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from dockgate.release.promotion import sql_migrations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What takes something from the code before, or narrows what it may write.
DJANGO = frozenset(
    "RemoveField DeleteModel RenameField RenameModel AlterModelTable AddConstraint AlterUniqueTogether".split()
)
ALEMBIC = frozenset(
    "drop_column drop_table rename_table create_unique_constraint create_check_constraint create_foreign_key".split()
)
UNKNOWN = object()


class Fields(Struct):
    """What is known of a model's fields: by model and name, their type and arguments."""

    known: dict[tuple[str, str], ast.Call] = field(default_factory=dict)


def django(texts: Mapping[str, str]) -> dict[str, bool] | None:
    """Tell which migrations are destructive; None where none of the files is one of Django's."""
    fields, found = Fields(), dict[str, bool]()
    for name, text in texts.items():
        tree = _parsed(text)
        operations = _django_operations(tree) if tree else None
        if tree is None or operations is None:
            continue
        said = sql_migrations.declared(text)
        looked = [_django(each, fields, tree) for each in operations]
        found[name] = any(looked) if said is None else said
    return found or None


def alembic(text: str) -> tuple[str, str, bool] | None:
    """Return a migration's revision, the one before, and whether it is destructive; None where it is none."""
    tree = _parsed(text)
    if tree is None:
        return None
    names = dict(_assigned(tree))
    upgrade = next((each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == "upgrade"), None)
    revision = _value(names.get("revision"))
    if upgrade is None or not isinstance(revision, str):
        return None
    before = _value(names.get("down_revision"))
    said = sql_migrations.declared(text)
    destructive = any(_alembic(each) for each in ast.walk(upgrade) if isinstance(each, ast.Call))
    return revision, before if isinstance(before, str) else "", destructive if said is None else said


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for each in tree.body:
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
            yield each.targets[0].id, each.value
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.value:
            yield each.target.id, each.value


def _django_operations(tree: ast.Module) -> list[ast.Call] | None:
    for each in tree.body:
        if isinstance(each, ast.ClassDef) and each.name == "Migration":
            for line in each.body:
                if isinstance(line, ast.Assign) and _name(line.targets[0]) == "operations":
                    return _calls(line.value)
            return []
    return None


def _calls(value: ast.expr | None) -> list[ast.Call]:
    elements = value.elts if isinstance(value, ast.List | ast.Tuple) else []
    return [each for each in elements if isinstance(each, ast.Call)]


def _name(node: ast.expr | None) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _value(node: ast.expr | None) -> Any:
    if node is None:
        return None
    try:
        return ast.literal_eval(node)
    except ValueError:
        return UNKNOWN


def _argument(call: ast.Call, name: str, place: int = -1) -> ast.expr | None:
    named = next((each.value for each in call.keywords if each.arg == name), None)
    return named or (call.args[place] if 0 <= place < len(call.args) else None)


def _django(call: ast.Call, fields: Fields, tree: ast.Module) -> bool:
    kind = _name(call.func)
    if kind == "SeparateDatabaseAndState":
        return any(_django(each, fields, tree) for each in _calls(_argument(call, "database_operations", 0)))
    if kind == "RunSQL":
        return sql_migrations.destructive(_text(_argument(call, "sql", 0)))
    if kind == "RunPython":
        return _deletes(_name(_argument(call, "code", 0)), tree)
    if kind == "CreateModel":
        _remember(call, fields)
        return False
    if kind in {"AddField", "AlterField"}:
        return _field(call, fields, added=kind == "AddField")
    return kind in DJANGO


def _remember(call: ast.Call, fields: Fields) -> None:
    model, listed = str(_value(_argument(call, "name", 0))).lower(), _argument(call, "fields", 1)
    for each in listed.elts if isinstance(listed, ast.List | ast.Tuple) else ():
        if isinstance(each, ast.Tuple) and len(each.elts) > 1 and isinstance(each.elts[1], ast.Call):
            fields.known[model, str(_value(each.elts[0]))] = each.elts[1]


def _field(call: ast.Call, fields: Fields, *, added: bool) -> bool:
    """Return whether a field that is added or altered refuses what the code before writes."""
    key = (str(_value(_argument(call, "model_name", 0))).lower(), str(_value(_argument(call, "name", 1))))
    new, old = _argument(call, "field", 2), fields.known.get(key)
    if not isinstance(new, ast.Call):
        return True
    fields.known[key] = new
    if _name(new.func) == "ManyToManyField":
        return False
    if added:
        # Django fills in a default itself, and leaves the column without: an INSERT of the code before has none.
        return not _flag(new, "null") and _argument(new, "db_default") is None
    return old is None or _narrowed(old, new)


def _narrowed(old: ast.Call, new: ast.Call) -> bool:
    if _name(old.func) != _name(new.func) or _value(_argument(old, "db_column")) != _value(_argument(new, "db_column")):
        return True
    if (_flag(old, "null") and not _flag(new, "null")) or (_flag(new, "unique") and not _flag(old, "unique")):
        return True
    sizes = ("max_length", "max_digits", "decimal_places")
    pairs = [(_value(_argument(old, name)), _value(_argument(new, name))) for name in sizes]
    return any(isinstance(then, int) and isinstance(now, int) and now < then for then, now in pairs)


def _flag(call: ast.Call, name: str) -> bool:
    return _value(_argument(call, name)) is True


def _deletes(name: str, tree: ast.Module) -> bool:
    """Return whether a function of the migration deletes rows."""
    bodies = [each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == name]
    calls = [each for body in bodies for each in ast.walk(body) if isinstance(each, ast.Call)]
    return any(_name(each.func) in {"delete", "_raw_delete"} for each in calls) or any(map(_executes, calls))


def _executes(call: ast.Call) -> bool:
    return _name(call.func) == "execute" and sql_migrations.destructive(_text(call.args[0] if call.args else None))


def _text(node: ast.expr | None) -> str:
    """Return all the text in an expression: a string, a list of them, `sa.text("…")`, a joined one."""
    found = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)] if node else []
    return "\n".join(each for each in found if isinstance(each, str))


def _alembic(call: ast.Call) -> bool:
    kind = _name(call.func)
    if kind == "execute":
        return _executes(call)
    if kind == "add_column":
        column = next((each for each in call.args if isinstance(each, ast.Call)), None)
        return column is not None and _value(_argument(column, "nullable")) is False and not _defaulted(column)
    if kind == "alter_column":
        named = {each.arg for each in call.keywords}
        narrow = _value(_argument(call, "nullable")) is False
        return bool(named & {"new_column_name", "name", "type_"}) or narrow
    if kind == "create_index":
        return _flag(call, "unique")
    return kind in ALEMBIC


def _defaulted(column: ast.Call) -> bool:
    return any(each.arg in {"server_default", "primary_key"} for each in column.keywords)
