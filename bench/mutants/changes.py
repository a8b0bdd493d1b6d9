"""The changes that mutmut would make to the package, and a sample of them."""

from __future__ import annotations

import difflib
import random
from typing import TYPE_CHECKING

import libcst
from msgspec import Struct
from mutmut.mutation.file_mutation import Mutation, create_mutations

if TYPE_CHECKING:
    from pathlib import Path


class Mutant(Struct, frozen=True):
    """One changed place: its file below the repository, its line, and the file's two texts."""

    file: str
    line: int
    before: str
    after: str

    def difference(self) -> str:
        """Return the change as a unified diff."""
        before, after = (text.splitlines(keepends=True) for text in (self.before, self.after))
        return "".join(difflib.unified_diff(before, after, self.file, self.file, n=1))


def sample(copy: Path, count: int, seed: int, only: tuple[str, ...]) -> list[Mutant]:
    """Return that many mutants of all whose file's path begins so; the same ones for the same seed and source."""
    named = {str(path.relative_to(copy)): path for path in sorted((copy / "dockgate").rglob("*.py"))}
    found = {name: changes(path)[1] for name, path in named.items() if name.startswith(only or ("",))}
    places = [(name, number) for name, mutations in found.items() for number in range(len(mutations))]
    chosen = random.Random(seed).sample(places, min(count, len(places)))
    print(f"{len(places)} mutants, {len(chosen)} of them are tried", flush=True)
    return [mutant(copy, named[name], number) for name, number in chosen]


def changes(path: Path) -> tuple[libcst.Module, list[Mutation]]:
    """Return the changes that mutmut would make to a file: inside of functions, as the import has to work."""
    module, found, *_ = create_mutations(str(path), path.read_text(encoding="utf-8"))
    return module, [each for each in found if isinstance(each.contained_by_top_level_function, libcst.FunctionDef)]


def mutant(copy: Path, path: Path, number: int) -> Mutant:
    """Make one mutant of a file."""
    module, found = changes(path)
    change = found[number]
    after = module.deep_replace(change.original_node, change.mutated_node)
    assert isinstance(after, libcst.Module)
    pairs = zip(module.code.splitlines(), after.code.splitlines(), strict=False)
    line = next(line for line, (old, new) in enumerate(pairs, 1) if old != new)
    return Mutant(str(path.relative_to(copy)), line, module.code, after.code)
