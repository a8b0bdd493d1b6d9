"""Migrations of Alembic, read without running them: which the release before can live with. Pure.

read(text) -> (revision, down, destructive) | None
"""

from __future__ import annotations

import ast
import math

from dockgate.release.promotion import python_source, sql_migrations
from dockgate.release.promotion.python_source import Source, argument, flag, name, value

# What takes something from the code before, or narrows what it may write.
DESTRUCTIVE = frozenset(
    "drop_column drop_table rename_table create_check_constraint create_primary_key create_exclude_constraint"
    " drop".split()
)
# Operations on a table, by the place and the name of the argument that names it; a batch has it already.
TABLE = {
    **dict.fromkeys(("add_column", "drop_column", "alter_column", "drop_table", "create_table"), (0, "table_name")),
    "rename_table": (0, "old_table_name"),
    "create_foreign_key": (1, "source_table"),
    **dict.fromkeys(
        (
            "create_unique_constraint",
            "create_check_constraint",
            "create_primary_key",
            "create_exclude_constraint",
            "create_index",
        ),
        (1, "table_name"),
    ),
}
# Where an operation names its columns, once its table is left out.
COLUMNS = {
    "create_unique_constraint": (1, "columns"),
    "create_index": (1, "columns"),
    "create_foreign_key": (2, "local_cols"),
}
TEXTS = frozenset("String VARCHAR Unicode Text TEXT UnicodeText AutoString".split())
LONG = frozenset("Text TEXT UnicodeText".split())
INTEGERS = {"SmallInteger": 0, "SMALLINT": 0, "Integer": 1, "INTEGER": 1, "BigInteger": 2, "BIGINT": 2}


def read(text: str) -> tuple[str, str, bool] | None:
    """Return a migration's revision, the one before, and whether it is destructive; None where it is none."""
    source = python_source.read(text)
    if source is None:
        return None
    upgrade, revision = source.functions.get("upgrade"), value(source.assigned.get("revision"))
    if upgrade is None or not isinstance(revision, str):
        return None
    before, said = value(source.assigned.get("down_revision")), sql_migrations.declared(text)
    looking = _Upgrade(source)
    looking.visit(upgrade)
    return revision, before if isinstance(before, str) else "", looking.found if said is None else said


class _Upgrade(ast.NodeVisitor):
    """Looks at the operations in their order; what a migration makes itself, the release before never wrote."""

    def __init__(self, source: Source) -> None:
        self.found = False
        self._source = source
        self._batches: dict[str, str] = {}
        self._tables: set[str] = set()
        self._empty: set[tuple[str, str]] = set()
        self._entered: set[str] = set()

    def visit_With(self, node: ast.With) -> None:
        """Note which table a batch is about."""
        for each in node.items:
            call, alias = each.context_expr, name(each.optional_vars)
            if isinstance(call, ast.Call) and name(call.func) == "batch_alter_table":
                self._batches[alias] = str(value(argument(call, "table_name", 0)))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Look at one call, and at the function of this module that it is about."""
        self.found = self._destructive(node) or self.found
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        if called in self._source.functions.keys() - self._entered:
            self._entered.add(called)
            self.visit(self._source.functions[called])
        self.generic_visit(node)

    def _destructive(self, call: ast.Call) -> bool:
        kind = name(call.func)
        table, call = self._without_table(call, kind)
        if kind == "create_table":
            self._tables.add(table)
        if table in self._tables:
            return False
        if kind == "add_column":
            return self._added(call, table)
        if kind == "alter_column":
            return _altered(call)
        if kind in COLUMNS:
            return (kind != "create_index" or flag(call, "unique")) and not self._over_empty(call, kind, table)
        return kind in DESTRUCTIVE or self._source.destroys(call)

    def _without_table(self, call: ast.Call, kind: str) -> tuple[str, ast.Call]:
        """Return the table of an operation, empty where it has none, and the call without it."""
        receiver = name(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        if receiver in self._batches:
            return self._batches[receiver], call
        if kind not in TABLE:
            return "", call
        place, key = TABLE[kind]
        rest = ast.Call(call.func, [*call.args[:place], *call.args[place + 1 :]], call.keywords)
        return str(value(argument(call, key, place))), rest

    def _added(self, call: ast.Call, table: str) -> bool:
        column = argument(call, "column", 0)
        if not isinstance(column, ast.Call):
            return True
        filled = any(each.arg in {"server_default", "primary_key"} for each in column.keywords) or any(
            isinstance(each, ast.Call) and name(each.func) in {"Identity", "Computed"} for each in column.args
        )
        required = value(argument(column, "nullable")) is False
        if not required and not filled:
            self._empty.add((table, str(value(argument(column, "name", 0)))))
        return required and not filled

    def _over_empty(self, call: ast.Call, kind: str, table: str) -> bool:
        """Return whether a constraint is about columns only that the code before leaves empty."""
        place, key = COLUMNS[kind]
        columns = value(argument(call, key, place))
        named = isinstance(columns, list | tuple) and bool(columns)
        return named and all((table, str(each)) in self._empty for each in columns)


def _altered(call: ast.Call) -> bool:
    if {each.arg for each in call.keywords} & {"new_column_name", "name"} or value(argument(call, "nullable")) is False:
        return True
    default = argument(call, "server_default")
    if default is not None and value(default) is None and not flag(call, "existing_nullable"):
        return True
    new = argument(call, "type_")
    return new is not None and not _wide_enough(argument(call, "existing_type"), new)


def _wide_enough(old: ast.expr | None, new: ast.expr) -> bool:
    before, now = _kind(old), _kind(new)
    if before in INTEGERS and now in INTEGERS:
        return INTEGERS[before] <= INTEGERS[now]
    if before in TEXTS and now in TEXTS:
        return now in LONG or (before not in LONG and _size(old, "length", 0) <= _size(new, "length", 0))
    if {before, now} <= {"Numeric", "NUMERIC", "DECIMAL"}:
        (digits, places), (more, finer) = (
            (_size(each, "precision", 0), _size(each, "scale", 1)) for each in (old, new)
        )
        return digits - places <= more - finer and places <= finer
    return False


def _kind(node: ast.expr | None) -> str:
    return name(node.func if isinstance(node, ast.Call) else node)


def _size(node: ast.expr | None, key: str, place: int) -> float:
    found = value(argument(node, key, place)) if isinstance(node, ast.Call) else None
    return found if isinstance(found, int) else math.inf
