"""Give the functions of a running process the code of a changed file: what imported them has the change, too."""

from __future__ import annotations

import gc
import os
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Place = tuple[str, str, int]  # the file of a function, its qualified name, its first line


def write(path: Path, text: str) -> None:
    """Write a file with a time of its own: by seconds and size, mypy and Python would take it for the one before."""
    later = int(path.stat().st_mtime) + 1
    path.write_text(text, encoding="utf-8")
    os.utime(path, (later, later))


def functions(folder: str) -> dict[Place, list[FunctionType]]:
    """Return the functions of a folder's files that this process has by now: closures and methods, too."""
    found: dict[Place, list[FunctionType]] = {}
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename.startswith(folder):
            found.setdefault(_place(each.__code__), []).append(each)
    return found


def replace(known: Mapping[Place, list[FunctionType]], path: str, before: str, after: str) -> bool:
    """Replace the code of what differs, and say whether that is the whole difference.

    It is not where a default, a decorator or a class body differs, or what only ran while the module was imported.
    """
    old, new = (compile(text, path, "exec", dont_inherit=True) for text in (before, after))
    pairs = list(_pairs(old, new))
    if not pairs or any(not known.get(_place(a)) for a, b in pairs if _is_outer(a) and _own(a) != _own(b)):
        return False
    for a, b in pairs:
        for function in known.get(_place(a), ()):
            function.__code__ = b
    return True


def _pairs(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    # What is inside of a changed function may live on its own: a decorator's, made as the module was imported.
    if old != new:
        yield old, new
        for a, b in zip(_inner(old), _inner(new), strict=False):
            yield from _pairs(a, b)


def _inner(code: CodeType) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType)]


def _own(code: CodeType) -> CodeType:
    """Return a code object without those that it makes functions of, and without the columns where they end."""
    constants = (None if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.replace(co_consts=tuple(constants), co_linetable=b"")


def _is_outer(code: CodeType) -> bool:
    return "<locals>" not in code.co_qualname and not code.co_name.startswith("<lambda")


def _place(code: CodeType) -> Place:
    return code.co_filename, code.co_qualname, code.co_firstlineno
