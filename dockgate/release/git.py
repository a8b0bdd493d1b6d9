"""Git, as far as a release needs it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from dockgate import execute
from dockgate.plan import Command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockgate.project import Project


OWN = frozenset(
    "GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_CONFIG_GLOBAL GIT_SSL_CAINFO".split()
)


@dataclass(frozen=True, slots=True)
class Git:
    """The repository around the project."""

    project: Project

    def run(self, *words: str, check: bool = True, env: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return what git says; it asks nothing, and the user's identity stays theirs."""
        child = self.project.child_env(GIT_TERMINAL_PROMPT="0", GIT_OPTIONAL_LOCKS="0", **env)
        child |= {name: value for name, value in self.project.process.items() if name in OWN}
        command = Command(("git", *words), child, self.project.root, 60.0)
        return execute.run(command, check=check).stdout.decode(errors="replace").rstrip("\n")

    def head(self) -> str:
        """Return the commit that is checked out."""
        return self.run("rev-parse", "HEAD")

    def parent(self, commit: str) -> str:
        """Return the first parent of a commit, empty for the first one."""
        return self.run("rev-parse", "--verify", "--quiet", f"{commit}^", check=False)

    def branch(self) -> str:
        """Return the branch, empty when HEAD is detached."""
        return self.run("branch", "--show-current")

    def behind(self) -> int:
        """Return how many commits the branch's remote has that we have not, as last fetched; 0 without a remote."""
        count = self.run("rev-list", "--count", "HEAD..@{upstream}", check=False)
        return int(count) if count.isdigit() else 0

    def dirty(self) -> tuple[str, ...]:
        """Return the paths that are not committed, untracked ones too."""
        lines = self.run("status", "--porcelain=v1", "-z", "--untracked-files=all").split("\0")
        return tuple(line[3:] for line in lines if line[2:3] == " ")

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
