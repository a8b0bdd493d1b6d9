"""`.dockerignore` as BuildKit reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.images import dockerignore

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("patterns", "path", "ignored"),
    [
        ("node_modules", "node_modules/a/b.js", True),
        ("node_modules", "src/node_modules/b.js", False),
        ("**/node_modules", "src/node_modules/b.js", True),
        ("**/*.pyc", "a/b/c.pyc", True),
        ("**/*.pyc", "c.pyc", True),
        ("*.pyc", "a/c.pyc", False),
        ("*.pyc", "c.pyc", True),
        ("/a/?.txt", "a/b.txt", True),
        ("/a/?.txt", "a/bb.txt", False),
        ("[ab].txt", "b.txt", True),
        ("[ab].txt", "c.txt", False),
        ("a.txt", "abtxt", False),
        ("*\n!app", "app/main.py", False),
        ("*\n!app", "tests/x.py", True),
        ("*\n!app\napp/cache", "app/cache/x", True),
        ("docs/**", "docs/a/b.md", True),
        ("# a comment\n\n  build  ", "build", True),
        ("# what C:\\x is\nbuild", "build", True),
        ("!only", "only", False),
        ("./dist/", "dist/x", True),
        (r"\[draft\].md", "[draft].md", True),
        (r"\[draft\].md", "d.md", False),
        ("[draft].md", "d.md", True),
        ("[[]draft].md", "[draft].md", True),
        ("[^a].txt", "a.txt", False),
        ("[!a].txt", "a.txt", True),
        ("b/../docs", "docs/x", True),
        ("b/.", "b/x", True),
        ("docs//x", "docs/x", True),
        ("../docs", "docs/x", False),
        (".", "docs/x", False),
        ("A.txt", "a.txt", False),
        ("**.pyc", "a/b.pyc", True),
        ("**a.pyc", "src/a.pyc", True),
        ("a/b/c.txt\n!a", "a/b/c.txt", True),
        ("deep\n!deep/1/2", "deep/1/2/3/x", False),
        ("*\n! a.txt", "a.txt", False),
        (r"\#hash", "#hash", True),
        (r"\!bang", "!bang", True),
        (" # no comment", "# no comment", True),
        ("\ufeffa.txt\r\nb.txt\r", "a.txt", True),
        ("\ufeffa.txt\r\nb.txt\r", "b.txt", True),
        (r"back\\slash", r"back\slash", True),
        (r"back\slash", r"back\slash", False),
        (r"v\d.txt", "v1.txt", True),
        (r"v\d.txt", "vd.txt", False),
        ("*", ".dockerignore", True),
    ],
)
def test_the_last_pattern_that_matches_decides(patterns: str, path: str, ignored: bool) -> None:  # noqa: FBT001 - a table
    assert dockerignore.parse(patterns).matches(path) is ignored
    assert dockerignore.by_folder(dockerignore.parse(patterns))(path) is ignored


def test_a_context_without_the_file_ignores_nothing(tmp_path: Path) -> None:
    assert not dockerignore.read(tmp_path).matches("anything")


def test_the_file_of_a_dockerfile_wins(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("a", encoding="utf-8")
    (tmp_path / "Dockerfile.dockerignore").write_text("b", encoding="utf-8")
    ignore = dockerignore.read(tmp_path)
    assert (ignore.matches("a"), ignore.matches("b")) == (False, True)


@pytest.mark.parametrize(
    "pattern", ["[a", "a[", "[]", "[]a]", "[-]x", "[a-]x", "[a-b-c]", "[b-a]", "!", "a\\", r"docs\x", r"\1"]
)
def test_what_buildkit_refuses_is_named_with_its_line(tmp_path: Path, pattern: str) -> None:
    (tmp_path / ".dockerignore").write_text(f"# first\n*.md\n{pattern}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"BuildKit rejects this pattern: .") as caught:
        dockerignore.read(tmp_path, "docker/api")
    assert (str(caught.value.where), caught.value.fix) == ("docker/api/.dockerignore:3", dockerignore.FIX)
    with pytest.raises(ConfigError) as caught:
        dockerignore.read(tmp_path)
    assert str(caught.value.where) == ".dockerignore:3"
    with pytest.raises(ConfigError) as caught:
        dockerignore.parse(pattern)
    assert str(caught.value.where) == ".dockerignore:1"


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("x" * 4097, "longer than any path (4096 characters)"),
        (r"docs\x", "no escape for 'x': folders are separated by /"),
    ],
)
def test_why_a_pattern_is_refused_is_said(pattern: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        dockerignore.parse(pattern)
    assert str(caught.value) == (
        f".dockerignore:1: BuildKit rejects this pattern: {why}\n"
        "  → see docs.docker.com/build/concepts/context/#dockerignore-files for the syntax"
    )


def test_the_longest_pattern_is_read() -> None:
    assert not dockerignore.parse("x" * 4096).matches("x")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("#" * (2**18 + 1), encoding="utf-8")
    with pytest.raises(OSError, match=r"large|big"):
        dockerignore.read(tmp_path)


@pytest.mark.parametrize(
    ("sign", "matching", "other"),
    [
        *(("d", "5", "x"), ("D", "x", "5"), ("w", "_", "-"), ("W", "-", "_"), ("s", "\t", "x"), ("S", "x", "\t")),
        *((sign, value, sign) for sign, value in zip("aftnrv", "\a\f\t\n\r\v", strict=True)),
    ],
)
def test_an_escaped_letter_is_what_go_makes_of_it(sign: str, matching: str, other: str) -> None:
    ignore = dockerignore.parse(f"a\\{sign}b")
    assert (ignore.matches(f"a{matching}b"), ignore.matches(f"a{other}b")) == (True, False)


@pytest.mark.parametrize(
    ("dockerfile", "ignored"), [("Dockerfile", "a"), ("x.Dockerfile", "b"), ("sub/Dockerfile", "c")]
)
def test_the_file_of_the_dockerfile_that_is_built_counts(tmp_path: Path, dockerfile: str, ignored: str) -> None:
    (tmp_path / "sub").mkdir()
    for name, text in ((".", "a"), ("x.Dockerfile.", "b"), ("sub/Dockerfile.", "c")):
        (tmp_path / f"{name.removesuffix('.')}.dockerignore").write_text(text, encoding="utf-8")
    ignore = dockerignore.read(tmp_path, dockerfile=dockerfile)
    assert [name for name in "abc" if ignore.matches(name)] == [ignored]


def test_a_pattern_in_the_file_of_a_dockerfile_is_named_there(tmp_path: Path) -> None:
    (tmp_path / "x.dockerignore").write_text("[a", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        dockerignore.read(tmp_path, "ctx", "x")
    assert str(caught.value.where) == "ctx/x.dockerignore:1"
