"""The page about the guardrails, made from the rules."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from dockgate.guardrails import docs, registry

ROOT = Path(__file__).parents[3]
PAGE = ROOT / docs.PATH


def test_the_page_is_current() -> None:
    """Every rule has its section, none is left of a rule that is gone."""
    page = PAGE.read_text(encoding="utf-8")
    assert page == docs.render(page), "run python -m dockgate.guardrails.docs"
    sections = re.findall(r"^### (DG\d{3}) · (.+)$", page, re.MULTILINE)
    assert sections == [
        ("DG000", "Something could not be looked at"),
        ("DG001", "An exemption has ended"),
        *((rule.CODE, rule.TITLE) for rule in registry.rules()),
    ]


def test_a_section_is_the_docstring() -> None:
    """Without its first line; what stands around the sections stays."""
    page = "# Page\n\n<!-- rules DG5 -->\nold\n<!-- end -->\n\n## After\n"
    made = docs.render(page)
    assert made.startswith("# Page\n\n<!-- rules DG5 -->\n### DG501 · An image that runs as root\nThe last `USER`")
    assert made.endswith("\n\n<!-- end -->\n\n## After\n")
    assert "old" not in made
    assert docs.render(made) == made


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    """Of the checkout that it is run in."""
    (tmp_path / "docs").mkdir()
    shutil.copy(PAGE, tmp_path / docs.PATH)
    changed = (tmp_path / docs.PATH).read_text(encoding="utf-8").replace("### DG501 · An image", "### DG501 · No image")
    (tmp_path / docs.PATH).write_text(changed, encoding="utf-8")
    docs.main(tmp_path)
    assert (tmp_path / docs.PATH).read_bytes() == PAGE.read_bytes()
