"""A service that is built, and the files of its build's context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path
COPIES = "FROM x\nCOPY . .\n"


def model(folder: Path, **build: Any) -> dict[str, Any]:
    """Return a model with one service that is built there."""
    return {"name": "shop", "services": {"api": {"build": {"context": str(folder), **build}}}}


def write(folder: Path, **files: str) -> None:
    """Write files; `__` stands for a slash."""
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
