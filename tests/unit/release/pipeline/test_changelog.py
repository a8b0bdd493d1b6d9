"""The changelog: what is not released yet, the section that a release makes of it, what is said of a version."""

from __future__ import annotations

from datetime import date

import pytest

from dockgate.core.errors import ConfigError
from dockgate.release.pipeline import changelog

LOG = (
    "# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- One\n* Two\n  more of it\n\n## [1.0.0] - 2026-01-01\n\n- First\n"
)
DAY = date(2026, 11, 23)


def test_changelog_is_cut_into_a_dated_section() -> None:
    """An empty one for what comes next stands above it."""
    text = changelog.cut(LOG, "CHANGELOG.md", "1.1.0", DAY)
    assert text == (
        "# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2026-11-23\n\n### Fixed\n\n- One\n* Two\n  more of it\n\n"
        "## [1.0.0] - 2026-01-01\n\n- First\n"
    )
    assert changelog.entries(changelog.unreleased(text, "x")) == ()
    assert changelog.notes(text, "1.1.0") == "### Fixed\n\n- One\n* Two\n  more of it"
    assert changelog.notes(text, "1.0.0") == "- First"
    assert changelog.notes(text, "2.0.0") == ""
    assert changelog.notes(text, "Unreleased") == ""


def test_the_first_release_has_no_section_below_it() -> None:
    """Whatever the heading looks like."""
    text = changelog.cut("## unreleased (soon)\n\n - One\n", "x", "0.1.0", DAY)
    assert text == "## unreleased (soon)\n\n## [0.1.0] - 2026-11-23\n\n- One\n"


def test_changelog_entries() -> None:
    """Their first lines, of both kinds of bullets, indented or not."""
    assert changelog.entries(changelog.unreleased(LOG, "x")) == ("One", "Two")
    assert changelog.unreleased(LOG, "x") == "### Fixed\n\n- One\n* Two\n  more of it"
    assert changelog.entries("  - One\n-no entry\ntext\n\t* Two") == ("One", "Two")


@pytest.mark.parametrize("call", [changelog.unreleased, lambda text, file: changelog.cut(text, file, "1.0.0", DAY)])
def test_changelog_without_the_section_is_an_error(call: object) -> None:
    """With the line that it lacks."""
    assert callable(call)
    with pytest.raises(ConfigError) as caught:
        call("# Changelog\n\n## [1.0.0]\n", "docs/CHANGELOG.md")
    assert str(caught.value) == "docs/CHANGELOG.md: has no Unreleased section\n  → add a line: ## [Unreleased]"
