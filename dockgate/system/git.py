"""Git: the one wrapper, for what guardrails look at and for what a release does."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct, field

from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Command
from dockgate.system import process, regular_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from dockgate.core.project import Project


OWN = frozenset(
    "GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_CONFIG_GLOBAL GIT_SSL_CAINFO "
    "GIT_SSH_COMMAND SSH_AUTH_SOCK".split()
)
# What the checkout's own configuration would have git start, for a checkout may be untrusted.
FIXED = tuple(
    word
    for setting in (
        "core.fsmonitor=false",
        "core.hooksPath=/dev/null",
        "diff.external=",
        "safe.bareRepository=explicit",
    )
    for word in ("-c", setting)
)
FETCH_SECONDS = 30.0  # chosen: `release` waits for a remote that answers, not for one that does not
FILTERS = r"^filter\..*\.(clean|process|smudge)$"
# `git status --porcelain` has two letters and a blank before a path.
STATUS_COLUMNS = 3
# Of a line of `git status --porcelain=v2`, by its first letter: how many fields stand before the path.
FIELDS = {"1": 8, "u": 10, "?": 1}


class Tree(Struct, frozen=True):
    """The commit that is checked out, its branch (empty when detached), and what is not committed, untracked too.

    `behind` is how many commits the branch's upstream has that we have not, as last fetched; None without an upstream.
    """

    commit: str
    branch: str
    behind: int | None
    dirty: tuple[str, ...]


class GitFiles(Struct, frozen=True):
    """The files of a project that git tracks, those with changes that are not committed, and env files it ignores.

    What a project in a folder uses of the repository above it is among the tracked, as `../path`.
    `links` are those of the tracked that are symbolic links: git has where they lead (a path in the project, empty for
    one outside of it), and nothing of what is there.
    """

    tracked: frozenset[str] = frozenset()
    dirty: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    links: Mapping[str, str] = field(default_factory=dict)


class Git(Struct, frozen=True):
    """The repository around the project."""

    project: Project

    def run(self, *words: str, check: bool = True, env: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return what git says; it asks nothing, and the user's identity stays theirs."""
        command = self._command(words, env)
        return process.run(command, check=check).text.rstrip("\n")

    def _command(self, words: Sequence[str], env: Mapping[str, str], timeout: float = 60.0) -> Command:
        child = self.project.child_env(GIT_TERMINAL_PROMPT="0", GIT_OPTIONAL_LOCKS="0", **env)
        child |= {name: value for name, value in self.project.process.items() if name in OWN}
        return Command(("git", *FIXED, *words), child, self.project.root, timeout)

    def ask(self, *words: str, stdin: bytes | None = None) -> bytes:
        """Return what git prints, byte by byte; ToolFailedError where it fails: then nothing is known."""
        command = self._command(words, {"LC_ALL": "C"})
        result = process.run(command, stdin=stdin, check=False)
        if result.code != 0:
            raise ToolFailedError(
                f"git failed in this repository: {process.said(result.stderr)[:500]}",
                fix="the guardrails need git's list of tracked and changed files; fix git, then run again",
            )
        return result.stdout

    def tracked(self) -> dict[str, str] | None:
        """Return the paths that git tracks, relative to the project, with their modes; None outside a repository."""
        return None if repository(self.project.root) is None else self._listed()

    def above(self, paths: Iterable[Path]) -> dict[str, str]:
        """Return what git tracks of these files and folders, where the repository has them above the project."""
        root, top = self.project.root, top_of(self.project.root)
        outside = (each for each in paths if each.is_relative_to(top) and not each.is_relative_to(root))
        named = sorted({f":(literal){os.path.relpath(each, root)}" for each in outside})
        found = self._listed(*named) if named else {}
        return {path: mode for path, mode in found.items() if path.startswith("../")}

    def _listed(self, *paths: str) -> dict[str, str]:
        words = ("ls-files", "-z", "--stage", *paths)
        entries = (entry.partition("\t") for entry in _text(self.ask(*words)).split("\0"))
        return {path: said.partition(" ")[0] for said, _, path in entries if path}

    def ignored(self, paths: Collection[str]) -> frozenset[str]:
        """Return those of these paths that git would never take along; it says so with its exit code, too."""
        if not paths or repository(self.project.root) is None:
            return frozenset()
        command = self._command(("check-ignore", "-z", "--stdin"), {"LC_ALL": "C"})
        result = process.run(command, stdin=os.fsencode("\0".join(paths)), check=False)
        return frozenset(filter(None, _text(result.stdout).split("\0")))

    def changes(self) -> tuple[str, ...]:
        """Return the paths with changes that are not committed, untracked ones too, relative to the project."""
        inside = self.project.root.relative_to(top_of(self.project.root))
        words = (*self._unfiltered(), "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", ".")
        entries = filter(None, _text(self.ask(*words)).split("\0"))
        return tuple(entry[STATUS_COLUMNS:].removeprefix(f"{inside.as_posix()}/") for entry in entries)

    def _unfiltered(self) -> tuple[str, ...]:
        """Return the words that keep git from starting the content filters that this repository itself configures."""
        asked = ("config", "--local", "--includes", "-z", "--name-only", "--get-regexp", FILTERS)
        names = self.run(*asked, check=False).split("\0")
        return tuple(word for name in names if name for word in ("-c", f"{name}="))

    def head(self) -> str:
        """Return the commit that is checked out."""
        return self.run("rev-parse", "HEAD")

    def parent(self, commit: str) -> str:
        """Return the first parent of a commit, empty for the first one."""
        return self.run("rev-parse", "--verify", "--quiet", f"{commit}^", check=False)

    def contains(self, head: str, commit: str) -> bool:
        """Return whether a commit is in the history of `head`."""
        return self.run("rev-list", "--count", "--max-count=1", f"{head}..{commit}", check=False) == "0"

    def identified(self) -> bool:
        """Return whether Git knows who commits, and would take it."""
        return bool(self.run("var", "GIT_COMMITTER_IDENT", check=False))

    def tree(self) -> Tree:
        """Return the state of the working tree, all of it from one question."""
        status = ("status", "--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all")
        lines = self.run(*self._unfiltered(), *status).split("\0")
        said = {words[1]: words[-1] for words in (line.split(" ") for line in lines) if words[0] == "#"}
        branch = said["branch.head"]
        return Tree(
            said["branch.oid"],
            "" if branch == "(detached)" else branch,
            -int(said["branch.ab"]) if "branch.ab" in said else None,
            tuple(line.split(" ", FIELDS[line[0]])[-1] for line in lines if line[:1] in FIELDS),
        )

    def remote(self, branch: str) -> str:
        """Return a branch's remote: the only one, else its upstream's; empty where it has none."""
        known = self.run("remote").splitlines()
        if len(known) < 2:  # noqa: PLR2004 - one, or none
            return next(iter(known), "")
        set_up = self.run("config", f"branch.{branch}.remote", check=False)
        return set_up if set_up in known else ""

    def fetch(self, remote: str) -> str:
        """Ask a remote what it has; return why it did not answer, empty where it did."""
        try:
            process.run(self._command(("fetch", "--quiet", "--no-tags", remote), {}, FETCH_SECONDS))
        except ToolFailedError as error:
            return error.what.splitlines()[-1].removeprefix("  | ")
        return ""

    def behind(self, remote: str, branch: str) -> int:
        """Return how many commits a remote has of a branch that we have not, as last fetched."""
        count = self.run("rev-list", "--count", f"HEAD..refs/remotes/{remote}/{branch}", check=False)
        return int(count) if count.isdigit() else 0

    def remote_tags(self, remote: str) -> frozenset[str]:
        """Return the tags of a remote, asked now; none where it does not answer, which `fetch` says."""
        try:
            listed = process.run(self._command(("ls-remote", "--tags", "--refs", remote), {}, FETCH_SECONDS))
        except ToolFailedError:
            return frozenset()
        lines = listed.text.splitlines()
        return frozenset(line.partition("refs/tags/")[2] for line in lines)

    def tags(self) -> frozenset[str]:
        """Return all tags."""
        return frozenset(self.run("tag", "--list").splitlines())

    def tagged(self, tag: str) -> str:
        """Return the commit of a tag, empty where there is none."""
        return self.run("rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}", check=False)

    def show(self, commit: str, path: str) -> str:
        """Return a file as it is in a commit, its last line end included."""
        return self.run("show", f"{commit}:{path}") + "\n"

    def commit(self, paths: Sequence[str], message: str, date: str) -> str:
        """Commit these paths as they are on disk, dated so that a resumed release makes the same commit."""
        self.run("add", "--", *paths)
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        self.run("commit", "--quiet", "--no-verify", f"--message={message}", "--", *paths, env=dates)
        return self.head()

    def tag(self, name: str, commit: str, message: str, date: str) -> None:
        """Make an annotated tag."""
        words = ("tag", "--annotate", "--no-sign", f"--message={message}", name, commit)
        self.run(*words, env={"GIT_COMMITTER_DATE": date})


def repository(folder: Path) -> Path | None:
    """Return `.git` of the repository that `folder` is in, None outside one."""
    return next((each / ".git" for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def top_of(folder: Path) -> Path:
    """Return the folder of the repository that `folder` is in; outside one, the folder itself."""
    found = repository(folder)
    return found.parent if found else folder


def metadata(folder: Path) -> Path | None:
    """Return where git keeps HEAD and index of the working tree that `folder` is in: elsewhere for a second one."""
    found = repository(folder)
    if found is None or not found.is_file():
        return found
    _, _, named = os.fsdecode(regular_file.read(found)).partition("gitdir:")
    return found.parent / named.strip()


def _text(data: bytes) -> str:
    return os.fsdecode(data)
