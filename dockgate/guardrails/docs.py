"""The rules' sections of docs/guardrails.md, made from their docstrings: `python -m dockgate.guardrails.docs`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.guardrails import registry
from dockgate.system import atomic_file, regular_file

if TYPE_CHECKING:
    from dockgate.guardrails.rule import Rule

PATH = "docs/guardrails.md"
_SECTIONS = re.compile(r"(?P<begin><!-- rules (?P<codes>DG\d) -->\n).*?(?P<end><!-- end -->\n)", re.DOTALL)


def render(page: str) -> str:
    """Return the page with the sections between its `<!-- rules DGx -->` and `<!-- end -->` made anew."""
    return _SECTIONS.sub(lambda found: found["begin"] + _sections(found["codes"]) + found["end"], page)


def _sections(codes: str) -> str:
    return "".join(f"### {rule.CODE} · {rule.TITLE}\n{text(rule)}\n\n" for rule in registry.rules(codes))


def text(rule: Rule) -> str:
    """Return a rule's docstring without its first line, which repeats code and title."""
    return (rule.__doc__ or "").partition("\n")[2].strip()


def main(root: Path) -> None:
    """Write the page of the checkout at `root`."""
    path = root / PATH
    atomic_file.replace(path, render(regular_file.text(path)).encode(), 0o644)


if __name__ == "__main__":
    main(Path.cwd())
