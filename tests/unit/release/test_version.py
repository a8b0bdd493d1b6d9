"""Version numbers, and the one in pyproject.toml."""

from __future__ import annotations

import pytest

from dockgate.core.errors import ConfigError
from dockgate.release import version

HEAD = '[tool.other]\nversion = "9.9.9"\n'


@pytest.mark.parametrize(
    ("text", "part", "following"),
    [
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "major", "2.0.0"),
        ("2.0.0-rc.1", "major", "2.0.0"),
        ("1.2.3-rc.1", "patch", "1.2.3"),
        ("1.3.0-rc.1", "minor", "1.3.0"),
        ("1.2.3-rc.1", "minor", "1.3.0"),
    ],
)
def test_the_next_version(text: str, part: str, following: str) -> None:
    found = version.bump(version.parse(text), part)
    assert (str(found), version.tag(found)) == (following, f"v{following}")
    with pytest.raises(ConfigError):
        version.bump(version.parse(text), "release")


@pytest.mark.parametrize("text", ["1.2", "v1.2.3", "01.2.3", "1.2.3+build", "../x", "", "latest"])
def test_what_is_no_version(text: str) -> None:
    assert not version.valid(text)
    with pytest.raises(ConfigError):
        version.parse(text)
    assert version.valid("1.2.3-rc.1")


@pytest.mark.parametrize("line", ['version = "1.0.0"', "version='1.0.0'", 'version   =   "1.0.0"  # ours'])
def test_the_version_of_the_project_is_written_and_nothing_else(line: str) -> None:
    table = f'[project]\nname = "x"\n{line}\n'
    for text in (f"{HEAD}{table}", f"{table}# [project]\n"):
        assert str(version.current(text, "p")) == "1.0.0"
        assert version.written(text, "p", version.parse("1.0.1")) == text.replace("1.0.0", "1.0.1")


@pytest.mark.parametrize("text", [HEAD, f"{HEAD}[project]\nname = 'x'\n", "[project]\nversion = 1\n"])
def test_a_project_without_a_version(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        version.current(text, "p")
    assert str(caught.value.where) == "p"


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        '[project]\nname = "x"\n',
        '[project]\nname = "x"\n[tool.other]\nversion = "1.0.0"\n',
        'project.version = "1.0.0"\n# [project]\nname = """\nversion = "1.0.0"\n"""\n',
    ],
)
def test_a_version_that_is_not_found_is_not_written(text: str) -> None:
    """Nothing else is changed in its place."""
    with pytest.raises(ConfigError) as caught:
        version.written(text, "p", version.parse("1.0.1"))
    assert str(caught.value.where) == "p"
