"""README and docs tell the truth: table, links, commands, exit codes."""

from __future__ import annotations

import re
import shlex
import tomllib
from typing import TYPE_CHECKING

import pytest

from dockgate.core import errors
from dockgate.tasks import arguments, build, specs
from tests import readme

if TYPE_CHECKING:
    from pathlib import Path

ROOT = readme.README.parent
TEXT = readme.README.read_text(encoding="utf-8")
PAGES = sorted((ROOT / "docs").glob("**/*.md")) + [
    ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
]
# A command in text, or a line of a block; what follows two spaces, a pipe or a redirection is not its own.
WRITTEN = re.compile(r"(?:`|^)((?:\./bootstrap )?inv [^`\n|<>&\\]*)", re.MULTILINE)


def test_table_of_tasks_is_current() -> None:
    """`python -m tests.readme` writes it."""
    assert readme.written(TEXT) == TEXT


def test_blocks_are_commands_of_ours() -> None:
    """`tests/integration/test_readme.py` runs every one of them."""
    assert (ROOT / "bootstrap").stat().st_mode & 0o111
    assert len(readme.commands()) >= 6
    for command in readme.commands():
        assert command.removeprefix("./bootstrap ").split()[0] in {"inv", "nox"}, command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_written_commands_are_accepted(page: Path) -> None:
    """Every `inv …` in a page is one that the tasks take as it stands, placeholders included."""
    known = specs(build())
    for found in WRITTEN.findall(page.read_text(encoding="utf-8")):
        text = re.split(r"  +|;", found)[0].replace("=…", "=dev").replace("…", "")
        text = text.rpartition("'")[0] if text.count("'") % 2 else text  # cut inside a word, at a sign of the shell
        words = shlex.split(text.removeprefix("./bootstrap "))[1:]
        if len(words) > 1:
            arguments.check(words, known)
        else:  # a task by its name alone, or `inv …`
            assert not words or words[0] in known, found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link is a file of the repository."""
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert ":" in link or (page.parent / link).exists(), link


@pytest.mark.parametrize("name", ["README.md", "docs/onboarding.md"])
def test_files_that_are_named_exist(name: str) -> None:
    """What the checklist says to change is there; what a placeholder stands in, or git ignores, is not asked for."""
    text = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(r"`((?:bench|compose|docker|dockgate|docs|env|tests)/[\w./-]+)`", text)
    assert named
    made = {"env/dev.local.env", "env/recipients.toml", "env/fingerprints.toml"}
    assert [
        path for path in named if path not in made and ".secrets.age" not in path and not (ROOT / path).exists()
    ] == []


def test_tables_of_the_checklist_are_in_the_configuration() -> None:
    """Each `[tool.dockgate…]` that it names is one of this repository's."""
    text = (ROOT / "docs/onboarding.md").read_text(encoding="utf-8")
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for name in re.findall(r"`\[(tool\.dockgate[\w.]*)\]", text):
        table = document
        for key in name.removesuffix(".NAME").removesuffix(".prod.markers").split("."):
            assert key in table, name
            table = table[key]


def test_contributing_names_every_session() -> None:
    """What `nox -l` lists is explained."""
    sessions = re.findall(
        r"^@nox\.session[^\n]*\n(?:@[^\n]*\n)*def (\w+)", (ROOT / "noxfile.py").read_text(), re.MULTILINE
    )
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "integration" in sessions
    assert [name for name in sessions if f"`{name}`" not in told and f"-s {name}" not in told] == []


def test_exit_codes_are_those_of_the_errors() -> None:
    """Every class of errors has its row."""
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, flags=re.MULTILINE)}
    assert told == {0} | {
        each.code for each in vars(errors).values() if isinstance(each, type) and hasattr(each, "code")
    }
