"""The table of tasks in the README, made from the tasks themselves: `python -m tests.readme` writes it."""

from __future__ import annotations

import re
from pathlib import Path

from dockgate.tasks import build

README = Path(__file__).resolve().parents[1] / "README.md"
START, END = "<!-- tasks: `python -m tests.readme` writes this table -->\n", "<!-- /tasks -->"


def commands() -> list[str]:
    """Return the lines of its blocks of shell commands."""
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line and not line.startswith("#")]


def table() -> str:
    """Return the table: each task with the first line of what it says of itself."""
    collection = build()
    rows = [
        f"| `inv {name}` | {(collection[name].__doc__ or '').splitlines()[0]} |"
        for name in sorted(collection.task_names)
    ]
    return "\n".join(["| task | what it does |", "|---|---|", *rows]) + "\n"


def written(text: str) -> str:
    """Return the README with the table as it has to be."""
    head, _, rest = text.partition(START)
    return head + START + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
