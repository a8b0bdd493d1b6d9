"""Git, as far as a release needs it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Command
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockgate.core.project import Project


OWN = frozenset(
    "GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_CONFIG_GLOBAL GIT_SSL_CAINFO "
    "GIT_SSH_COMMAND SSH_AUTH_SOCK".split()
)
FETCH_SECONDS = 30.0
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


class Git(Struct, frozen=True):
    """The repository around the project."""

    project: Project

    def run(self, *words: str, check: bool = True, env: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return what git says; it asks nothing, and the user's identity stays theirs."""
        command = self._command(words, env)
        return process.run(command, check=check).stdout.decode(errors="replace").rstrip("\n")

    def _command(self, words: Sequence[str], env: Mapping[str, str], timeout: float = 60.0) -> Command:
        child = self.project.child_env(GIT_TERMINAL_PROMPT="0", GIT_OPTIONAL_LOCKS="0", **env)
        child |= {name: value for name, value in self.project.process.items() if name in OWN}
        return Command(("git", *words), child, self.project.root, timeout)

    def head(self) -> str:
        """Return the commit that is checked out."""
        return self.run("rev-parse", "HEAD")

    def parent(self, commit: str) -> str:
        """Return the first parent of a commit, empty for the first one."""
        return self.run("rev-parse", "--verify", "--quiet", f"{commit}^", check=False)

    def contains(self, head: str, commit: str) -> bool:
        """Tell whether a commit is in the history of `head`."""
        return self.run("rev-list", "--count", "--max-count=1", f"{head}..{commit}", check=False) == "0"

    def identified(self) -> bool:
        """Tell whether Git knows who commits, and would take it."""
        return bool(self.run("var", "GIT_COMMITTER_IDENT", check=False))

    def tree(self) -> Tree:
        """Return the state of the working tree, all of it from one question."""
        words = ("status", "--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all")
        lines = self.run(*words).rstrip("\0").split("\0")
        said = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# "))
        branch = said["branch.head"]
        return Tree(
            said["branch.oid"],
            "" if branch == "(detached)" else branch,
            int(said["branch.ab"].rpartition("-")[2]) if "branch.ab" in said else None,
            tuple(line.split(" ", FIELDS[line[0]])[-1] for line in lines if line[:1] in FIELDS),
        )

    def remote(self, branch: str) -> str:
        """Return a branch's remote: the only one, else its upstream's; empty where it has none."""
        known = self.run("remote").splitlines()
        if len(known) < 2:  # noqa: PLR2004 - one, or none
            return "".join(known)
        set_up = self.run("config", f"branch.{branch}.remote", check=False)
        return set_up if set_up in known else ""

    def fetch(self, remote: str) -> str:
        """Ask a remote what it has; return why it did not answer, empty where it did."""
        try:
            process.run(self._command(("fetch", "--quiet", "--no-tags", remote), {}, FETCH_SECONDS))
        except ToolFailedError as error:
            return error.what.splitlines()[-1].lstrip(" |")
        return ""

    def behind(self, remote: str, branch: str) -> int:
        """Return how many commits a remote has of a branch that we have not, as last fetched."""
        count = self.run("rev-list", "--count", f"HEAD..refs/remotes/{remote}/{branch}", check=False)
        return int(count) if count.isdigit() else 0

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
