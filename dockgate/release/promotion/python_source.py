"""The source of a migration in Python, read without running it: values, texts, and what it calls. Pure."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.release.promotion import sql_migrations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNKNOWN = object()
DEEPEST = 20  # calls or blocks in each other; chosen: far above what a generator or a person writes
SAME_TEXT = frozenset("format strip lstrip rstrip replace bindparams".split())
HOLDS_TEXT = frozenset("text DDL SQL dedent cleandoc RawSQL".split())
READS = frozenset("select insert update".split())
DELETES = frozenset("delete _raw_delete".split())


class Source(Struct, frozen=True):
    """A module: its functions by name, and what is assigned to each name, in functions too."""

    tree: ast.Module
    functions: Mapping[str, ast.FunctionDef]
    assigned: Mapping[str, ast.expr]

    def text(self, node: ast.expr | None, depth: int = 0) -> str | None:
        """Return the text that an expression is, values in it left open; None where it cannot be seen here."""
        if node is None or depth > DEEPEST:
            return None
        inner = [self.text(each, depth + 1) for each in _parts(node)]
        found: str | None = None
        match node:
            case ast.Constant(value=str(text)):
                found = text
            case ast.Attribute(attr="noop"):
                found = ""
            case ast.Name(id=known):
                found = self.text(self.assigned.get(known), depth + 1)
            case ast.JoinedStr():
                found = "".join("x" if each is None else each for each in inner)
            case ast.List() | ast.Tuple() | ast.Set() | ast.IfExp():
                texts = [each for each in inner if each is not None]
                found = ";\n".join(texts) if texts else None
            case ast.BinOp() | ast.Call() if inner and inner[0] is not None:
                found = inner[0] + "".join(each or "x" for each in inner[1:])
        return found

    def calls(self, node: ast.AST) -> Iterator[ast.Call]:
        """Yield every call below a node, and below the functions of this module that are called there."""
        seen: set[str] = set()
        waiting = [node]
        while waiting:
            for each in ast.walk(waiting.pop()):
                if isinstance(each, ast.Call):
                    yield each
                    if name(each.func) in self.functions.keys() - seen and isinstance(each.func, ast.Name):
                        seen.add(each.func.id)
                        waiting.append(self.functions[each.func.id])

    def destroys(self, call: ast.Call) -> bool:
        """Return whether a call deletes rows, or runs a statement that is destructive, or that cannot be seen here."""
        if name(call.func) != "execute":
            return name(call.func) in DELETES
        statement = call.args[0] if call.args else next((each.value for each in call.keywords), None)
        if (text := self.text(statement)) is not None:
            return sql_migrations.destructive(text)
        if isinstance(statement, ast.Name):
            statement = self.assigned.get(statement.id)
        named = {name(each) for each in ast.walk(statement) if isinstance(each, ast.expr)} if statement else set()
        return bool(named & DELETES) or not named & READS


def read(text: str) -> Source | None:
    """Return the source of a file; None where it is no Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    functions = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
    return Source(tree, functions, dict(_assigned(tree)))


def _assigned(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for each in ast.walk(tree):
        match each:
            case ast.Assign(targets=[ast.Name(id=to), *_], value=given) | ast.For(target=ast.Name(id=to), iter=given):
                yield to, given
            case ast.AnnAssign(target=ast.Name(id=to), value=ast.expr() as given):
                yield to, given


def _parts(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.JoinedStr(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return parts
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, op=ast.Add(), right=other):
            return [one, other]
        case ast.BinOp(left=one, op=ast.Mod()):
            return [one]
        case ast.Call(func=ast.Attribute(value=one, attr=kind)) if kind in SAME_TEXT:
            return [one]
        case ast.Call(func=func, args=[one, *_]) if name(func) in HOLDS_TEXT:
            return [one]
    return []


def name(node: ast.expr | ast.AST | None) -> str:
    """Return the last word of a name (`models.CharField`), empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def value(node: ast.expr | None) -> Any:
    """Return what a literal stands for; UNKNOWN for what has to be run, None where there is none."""
    if node is None:
        return None
    try:
        return ast.literal_eval(node)
    except ValueError:
        return UNKNOWN


def argument(call: ast.Call, key: str, place: int = -1) -> ast.expr | None:
    """Return an argument by its name, or by its place."""
    named = next((each.value for each in call.keywords if each.arg == key), None)
    return named or (call.args[place] if 0 <= place < len(call.args) else None)


def flag(call: ast.Call, key: str) -> bool:
    """Return whether an argument is `True`."""
    return value(argument(call, key)) is True
