"""Fields of Django's models: whether one of now takes everything that the one before took. Pure."""

from __future__ import annotations

import ast
import math

from dockgate.release.promotion.python_source import argument, flag, name, value

# Types whose columns hold what those of a lower rank hold: a family, a rank, and 1 where numbers may be negative.
FAMILIES = {
    **dict.fromkeys(
        "CharField SlugField EmailField URLField FilePathField FileField ImageField".split(), ("text", 0, 1)
    ),
    "TextField": ("text", 1, 1),
    "SmallAutoField": ("auto", 0, 1),
    "AutoField": ("auto", 1, 1),
    "BigAutoField": ("auto", 2, 1),
    "PositiveSmallIntegerField": ("int", 0, 0),
    "SmallIntegerField": ("int", 0, 1),
    "PositiveIntegerField": ("int", 1, 0),
    "IntegerField": ("int", 1, 1),
    "PositiveBigIntegerField": ("int", 2, 0),
    "BigIntegerField": ("int", 2, 1),
}
LENGTHS = {"EmailField": 254, "URLField": 200, "SlugField": 50} | dict.fromkeys(
    ("FilePathField", "FileField", "ImageField"), 100
)


def refuses(new: ast.Call) -> bool:
    """Return whether an INSERT that does not know a new field fails.

    Django fills in a default itself, and leaves the column without one.
    """
    if name(new.func) in {"ManyToManyField", "GeneratedField"}:
        return False
    return not flag(new, "null") and argument(new, "db_default") is None


def narrowed(old: ast.Call, new: ast.Call) -> bool:
    """Return whether the code before may write what the new field refuses, or read it under another name."""
    if not _same(old, new, "db_column", -1) or not _wide_enough(old, new):
        return True
    if flag(new, "unique") and not flag(old, "unique"):
        return True
    if flag(new, "null"):
        return False
    return flag(old, "null") or (argument(old, "db_default") is not None and argument(new, "db_default") is None)


def _wide_enough(old: ast.Call, new: ast.Call) -> bool:
    before, now = name(old.func), name(new.func)
    if now == "DecimalField" == before:
        (digits, places), (more, finer) = _numbers(old), _numbers(new)
        return digits <= more and places <= finer
    if before not in FAMILIES or now not in FAMILIES:
        return before == now and _same(old, new, "to", 0)
    (family, rank, signed), (other, higher, negative) = FAMILIES[before], FAMILIES[now]
    return family == other and rank <= higher and signed <= negative and _length(old) <= _length(new)


def _same(old: ast.Call, new: ast.Call, key: str, place: int) -> bool:
    one, other = argument(old, key, place), argument(new, key, place)
    return (one and ast.dump(one)) == (other and ast.dump(other))


def _length(call: ast.Call) -> float:
    if name(call.func) == "TextField":
        return math.inf
    found = value(argument(call, "max_length"))
    return found if isinstance(found, int) else LENGTHS.get(name(call.func), math.inf)


def _numbers(call: ast.Call) -> tuple[float, float]:
    """Return how many digits a decimal has before its point, and after it."""
    digits, places = (value(argument(call, key)) for key in ("max_digits", "decimal_places"))
    if isinstance(digits, int) and isinstance(places, int):
        return digits - places, places
    return math.inf, math.inf
