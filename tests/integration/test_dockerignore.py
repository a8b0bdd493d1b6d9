"""What counts for an image is what BuildKit is sent: many contexts, one build each, compared with our reading."""

from __future__ import annotations

import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.images import inputs
from tests.integration.engine_facts import DOCKER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILES = [
    *("a.txt", "b.txt", "c.txt", "A.TXT", ".hidden", "README.md", "[draft].md", "d.md", "[.md", "a/b/c.txt"),
    *("a/b/d/e.txt", "a/c.pyc", "a/.env", "b/x", "docs/x", "docs/y", "docs/a/b.md", "docs/a/b/c.md", "app/main.py"),
    *("app/cache/x", "app/cache/deep/y", "tests/x.py", "src/node_modules/b.js", "node_modules/a/b.js", "src/a.pyc"),
    *("src/deep/er/a.pyc", "dist/x", "sp\u00e4t.txt", "with-space/a b.txt", "star/*lit", "star/lit", "back\\slash"),
    *("backslash", "x^y", "-dash", "!bang", "#hash", "a.b.c", "axb", "build/out/keep", "build/out/drop"),
    *("foo/bar/baz/q", "foo/barx/q", "foobar", "foo.d/x", "deep/1/2/3/x", "deep/1/2/y", "deep/1/z"),
    *("deep/.git/config", ".git/config", "$dollar", "(paren)", "{brace}", "plus+", "pipe|x", "v1.txt", "vd.txt"),
    "tab\tx",
]
PATTERNS = [
    *("", "a.txt", "*.txt", "A.TXT", "a.TXT", "*", "**", "*/*", "*\n!a.txt", "*\n!app", "*\n!app\napp/cache"),
    *("*\n!app/cache/deep", "**\n!**/*.txt", r"\[draft\].md", "[draft].md", "[[]draft].md", r"\[*.md", "?.md"),
    *("??txt", "[a-c].txt", "[^a].txt", "[!a].txt", r"[\^]y", r"x[\^]y", "b/../docs", "b/.", "docs//x", "./docs"),
    *("/docs", "docs/", "docs/.", "//docs", "docs/../docs/x", "../docs", "..", ".", "/", "./", "docs/*", "docs/**"),
    *("docs/**/", "docs/**/*.md", "**/docs", "**/x", "**/*.pyc", "**/a.pyc", "**/**/a.pyc", "**a.pyc", "**.pyc"),
    *("*.pyc", "src/**/a.pyc", "src/**a.pyc", "a/**/e.txt", "a/**/c.txt", "**/node_modules", "node_modules"),
    *("*/node_modules", "**/node_modules/**", "# comment\na.txt", " # comment", " #hash", "#hash", r"\#hash"),
    *("  a.txt  ", "! a.txt", "*\n! a.txt", "!a.txt", r"\!bang", "*\n!!bang", "!*", "*\n!/docs", "*\n!docs/\ndocs/a"),
    *("foo/bar", "foo/ba*", "foo/ba?", "foo*", "foo/*/q", "foo/**/q", "foo.", r"star/\*lit", "star/*lit"),
    *(r"back\\slash", r"back\slash", r"v\d.txt", r"v\D.txt", r"v\w.txt", "deep/*/2", "deep/**/x", "deep/**/2/**"),
    *("**/1/*", "deep/1/2\n!deep/1/2/3/x", "deep\n!deep/1/2/3", "deep/**\n!deep/*/z", "**/deep/1\n!**/y"),
    *("*\n!**/y\n", "**/.git", ".*", "**/.*", "*/.*", "with-space/a b.txt", "with-space/a?b.txt", "sp\u00e4t.txt"),
    *("sp?t.txt", "sp??t.txt", "$dollar", "(paren)", "{brace}", "plus+", "pipe|x", "a.b.c", "a?b?c", "\ufeffa.txt"),
    *("a.txt\r\nb.txt\r", "Dockerfile", ".dockerignore", "*\n!.dockerignore", "build/out\n!build/out/keep"),
    *("build/*\n!build/out", "a/b/c.txt\n!a", "a\n!a/b\na/b/d", "*.md\n!README*.md\nREADME.md", "**/*\n!app/**"),
    *("**/*\n!app/**/*.py", "***", "a***", "**/", "/**/x", "a/./b", "a/b/../b/c.txt", "docs/[xy]", "docs/[^x]"),
    *("docs?x", r"[\a].txt", "[.]hidden", "*[.]txt", "*[^.]*txt", "[^.]*", "\t*.txt\t", "\u00a0a.txt", r"tab\tx"),
    r"tab\sx",
]
AT_ONCE = 50  # one layer each, of which an image may have 127
REFUSED = ["[a", "!", "[-]dash", "[b-a].txt", r"star/\lit"]  # the rest is a unit test


def make(root: Path, patterns: Iterable[str], name: str = ".dockerignore") -> None:
    for number, pattern in enumerate(patterns):
        for file in FILES:
            path = root / str(number) / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        (root / str(number) / "Dockerfile").write_text("FROM scratch\nCOPY . /\n", encoding="utf-8")
        (root / str(number) / name).write_bytes(pattern.encode())


def build(root: Path, contexts: Iterable[int]) -> set[str]:
    """Return the files, `context/path`, of an image that copies whole contexts, all sent in one build."""
    names = [str(each) for each in contexts]
    copies = (f"COPY --from=c{each} . /{each}/\n" for each in names)
    (root / "Dockerfile").write_text("FROM scratch\n" + "".join(copies), encoding="utf-8")
    return _sent(root, *(f"--build-context=c{each}={each}" for each in names))


def _sent(context: Path, *options: str) -> set[str]:
    archive = context.parent / "out.tar"
    argv = [DOCKER, "buildx", "build", "--provenance=false", f"--output=type=tar,dest={archive}", *options, "."]
    subprocess.run(argv, cwd=context, capture_output=True, text=True, timeout=300, check=True)
    with tarfile.open(archive) as opened:
        return {member.name for member in opened if member.isfile()}


def test_buildkit_is_sent_what_counts(tmp_path: Path) -> None:
    """Our Dockerfile counts where it is left out of the context, too: it is read for the build."""
    make(tmp_path, PATTERNS)
    everything = range(len(PATTERNS))
    theirs = set().union(*(build(tmp_path, everything[first : first + AT_ONCE]) for first in everything[::AT_ONCE]))
    ours = {f"{number}/{file}" for number in everything for file in inputs.context(tmp_path / str(number))}
    differing = (file.partition("/") for file in ours ^ theirs)
    assert sorted((PATTERNS[int(number)], file) for number, _, file in differing if file != "Dockerfile") == []


def test_the_ignore_file_of_the_dockerfile_wins(tmp_path: Path) -> None:
    """Both are there, and name another file each."""
    make(tmp_path, ["a.txt"])
    make(tmp_path, ["b.txt"], "Dockerfile.dockerignore")
    theirs = _sent(tmp_path / "0")
    assert set(inputs.context(tmp_path / "0")) == theirs
    assert "b.txt" not in theirs


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_buildkit_refuses_is_refused(tmp_path: Path, pattern: str) -> None:
    """Before anything is built."""
    make(tmp_path, [pattern])
    with pytest.raises(subprocess.CalledProcessError):
        _sent(tmp_path / "0")
    with pytest.raises(ConfigError, match="rejects this pattern"):
        list(inputs.context(tmp_path / "0"))
