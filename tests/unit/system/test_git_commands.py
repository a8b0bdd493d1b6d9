"""Every word that git is given, and every word of its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ToolFailedError
from dockgate.system import git_conflict, git_index, process
from dockgate.system.git import Git, Tree, metadata
from dockgate.system.process import Result
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockgate.core.plan import Command

FIRST = [
    "git",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "diff.external="),
    *("-c", "safe.bareRepository=explicit"),
]
# Where an exit code is an answer, or the error is one of ours.
UNCHECKED = (
    *("ls-files", "diff", "status --porcelain -z", "check-", "config --local --includes", "config --local --get"),
    *("config branch", "rev-parse --verify", "rev-list", "var"),
)
FILTERS = r"config --local --includes -z --name-only --get-regexp ^filter\..*\.(clean|process|smudge)$"


@pytest.mark.parametrize(
    ("asked", "said", "lines", "env"),
    [
        (lambda git: git.tracked(), b"", ["ls-files -z --stage"], {"LC_ALL": "C"}),
        (lambda git: git.ignored(["a"]), b"", ["check-ignore -z --stdin"], {"LC_ALL": "C"}),
        (
            lambda git: git.changes(),
            b"",
            [FILTERS, "status --porcelain -z --no-renames --untracked-files=all -- ."],
            {"LC_ALL": "C"},
        ),
        (
            lambda git: git.tree(),
            b"# branch.head main\0# branch.oid 1\0",
            [FILTERS, "status --porcelain=v2 --branch -z --no-renames --untracked-files=all"],
            {},
        ),
        (lambda git: git.parent("1"), b"", ["rev-parse --verify --quiet 1^"], {}),
        (lambda git: git.contains("1", "2"), b"", ["rev-list --count --max-count=1 1..2"], {}),
        (lambda git: git.identified(), b"", ["var GIT_COMMITTER_IDENT"], {}),
        (lambda git: git.remote("main"), b"a\nb\n", ["remote", "config branch.main.remote"], {}),
        (lambda git: git.fetch("a"), b"", ["fetch --quiet --no-tags a"], {}),
        (lambda git: git.behind("a", "main"), b"", ["rev-list --count HEAD..refs/remotes/a/main"], {}),
        (lambda git: git.remote_tags("a"), b"", ["ls-remote --tags --refs a"], {}),
        (lambda git: git.tags(), b"", ["tag --list"], {}),
        (lambda git: git.tagged("v1"), b"", ["rev-parse --verify --quiet refs/tags/v1^{commit}"], {}),
        (lambda git: git.show("1", "a"), b"", ["show 1:a"], {}),
        (
            lambda git: git.commit(["a", "b"], "said", "2026"),
            b"",
            ["add -- a b", "commit --quiet --no-verify --message=said -- a b", "rev-parse HEAD"],
            {},
        ),
        (
            lambda git: git.tag("v1", "1", "said", "2026"),
            b"",
            ["tag --annotate --no-sign --message=said v1 1"],
            {"GIT_COMMITTER_DATE": "2026"},
        ),
        (
            git_index.staged,
            b"",
            ["diff --cached --raw -z --no-abbrev --no-renames --relative --diff-filter=ACMR"],
            {"LC_ALL": "C"},
        ),
        (lambda git: git_conflict.stages(git.project, "a"), b"", ["ls-files --unmerged -z -- a"], {"LC_ALL": "C"}),
        (lambda git: git_conflict.attribute(git.project, "a"), b"", ["check-attr merge -- a"], {}),
        (lambda git: git_conflict.driver(git.project, "d"), b"", ["config --local --get merge.d.driver"], {}),
        (
            lambda git: git_conflict.set_driver(git.project, "d", "t", "c"),
            b"",
            ["config --local merge.d.name t", "config --local merge.d.driver c"],
            {},
        ),
    ],
)
def test_every_word_that_git_is_given(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: Callable[[Git], object],
    said: bytes,
    lines: list[str],
    env: dict[str, str],
) -> None:
    """In the project's folder, without a question to the user, and no longer than a remote may take."""
    (tmp_path / ".git").mkdir()
    given: list[Command] = []

    def run(command: Command, *, check: bool = True, **_options: object) -> Result:
        assert check is not " ".join(command.argv[len(FIRST) :]).startswith(UNCHECKED)
        given.append(command)
        return Result(0, said if "config" not in command.argv else b"", b"", 0.0)

    monkeypatch.setattr(process, "run", run)
    project = projects.make(tmp_path, process={"GIT_DIR": "/elsewhere", "SSH_AUTH_SOCK": "/agent"})
    asked(Git(project))
    assert [[*each.argv] for each in given] == [[*FIRST, *line.split(" ")] for line in lines]
    own = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "SSH_AUTH_SOCK": "/agent"}
    assert given[-1].env == project.child_env() | own | env
    remote = {"fetch", "ls-remote"} & set(given[-1].argv)
    assert (given[-1].cwd, given[-1].timeout) == (tmp_path, 30.0 if remote else 60.0)


def test_names_that_are_no_text_stay_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is bytes; what is only shown is read as far as it goes."""
    (tmp_path / ".git").mkdir()
    git, asked = Git(projects.make(tmp_path)), list[bytes | None]()

    def answer(stdout: bytes) -> None:
        def run(_command: Command, *, stdin: bytes | None = None, **_options: object) -> Result:
            asked.append(stdin)
            return Result(0, stdout, b"", 0.0)

        monkeypatch.setattr(process, "run", run)

    answer(b"100644 1 0\ta\xff\x00120000 2 0\tb\tc\x00")
    assert git.tracked() == {"a\udcff": "100644", "b\tc": "120000"}
    answer(b"a\xff\0")
    assert git.ignored(["a\udcff", "b"]) == {"a\udcff"}
    assert asked[-1] == b"a\xff\0b"
    answer(b"v\xff\nv2\n")
    assert git.tags() == {"v\ufffd", "v2"}
    answer(b"1\trefs/tags/v\xff\n2\trefs/tags/refs/tags/v2\n")
    assert git.remote_tags("origin") == {"v\ufffd", "refs/tags/v2"}
    answer(b"  two\n\n")
    assert (git.show("1", "a"), git.head()) == ("  two\n", "  two")
    (tmp_path / ".git").rmdir()
    (tmp_path / ".git").write_bytes(b"gitdir: ../gitdir:a\xff\n")
    assert metadata(tmp_path) == tmp_path / "../gitdir:a\udcff"
    assert metadata(tmp_path / "below") == tmp_path / "../gitdir:a\udcff"


def test_what_git_says_of_a_failure_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr(process, "run", lambda *_a, **_o: Result(1, b"", b"ab " * 200, 0.0))
    with pytest.raises(ToolFailedError) as caught:
        Git(projects.make(tmp_path)).tracked()
    assert caught.value.what == f"git failed in this repository: {'ab ' * 166}ab"


@pytest.mark.parametrize(
    ("remotes", "upstream", "remote"),
    [("", "a", ""), ("a\n", "b", "a"), ("a\nb\n", "b", "b"), ("a\nb\n", "c", ""), ("a\nb\n", "", "")],
)
def test_a_branch_has_the_only_remote_or_its_upstreams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remotes: str, upstream: str, remote: str
) -> None:
    """One that was removed is none."""
    said = {"remote": remotes, "config": upstream}
    monkeypatch.setattr(process, "run", lambda command, **_o: Result(0, said[command.argv[9]].encode(), b"", 0.0))
    assert Git(projects.make(tmp_path)).remote("main") == remote


@pytest.mark.parametrize(("heard", "behind"), [("3", 3), ("", 0), ("fatal: no such branch", 0)])
def test_a_remote_that_lacks_the_branch_has_nothing_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heard: str, behind: int
) -> None:
    monkeypatch.setattr(process, "run", lambda *_a, **_o: Result(0, heard.encode(), b"", 0.0))
    assert Git(projects.make(tmp_path)).behind("origin", "main") == behind


@pytest.mark.parametrize(
    ("lines", "tree"),
    [
        ("# branch.oid 1\0# branch.head (detached)\0", Tree("1", "", None, ())),
        ("# branch.oid 1\0# branch.head a\0# branch.upstream o/a\0# branch.ab +2 -13\0", Tree("1", "a", 13, ())),
        (
            (
                "# branch.oid 1\0# branch.head a\0"
                "1 .M N... 100644 100644 100644 1 1 one two\0"
                "u UU N... 1 2 3 4 a b c three four\0? five six\0! ignored\0"
            ),
            Tree("1", "a", None, ("one two", "three four", "five six")),
        ),
    ],
)
def test_what_git_says_of_a_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, tree: Tree) -> None:
    monkeypatch.setattr(
        process,
        "run",
        lambda command, **_o: Result(0, b"" if "config" in command.argv else lines.encode(), b"", 0.0),
    )
    assert Git(projects.make(tmp_path)).tree() == tree
