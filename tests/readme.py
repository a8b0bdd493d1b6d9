"""The tables of tasks in the README, generated from the tasks: `python -m tests.readme` writes them."""

from __future__ import annotations

import re
from pathlib import Path

from dockgate.tasks import groups

README = Path(__file__).resolve().parents[1] / "README.md"
START, END = "<!-- tasks: `python -m tests.readme` writes these tables -->\n", "<!-- /tasks -->"


def commands() -> list[str]:
    """Return the commands in its `sh` blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line and not line.startswith("#")]


def table() -> str:
    """Return one table for each group of tasks: name and first line of the docstring."""
    tables = []
    for group in groups():
        rows = [f"| `inv {name}` | {(task.__doc__ or '').splitlines()[0]} |" for name, task in group.names()]
        tables.append("\n".join([f"| {group.title} | |", "|---|---|", *rows]) + "\n")
    return "\n".join(tables)


def written(text: str) -> str:
    """Return the README with current tables."""
    head, _, rest = text.partition(START)
    return head + START + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
