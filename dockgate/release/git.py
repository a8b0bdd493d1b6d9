"""Git, as far as a release needs it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from dockgate import execute
from dockgate.errors import ToolFailedError
from dockgate.plan import Command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockgate.project import Project


OWN = frozenset(
    "GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_CONFIG_GLOBAL GIT_SSL_CAINFO "
    "GIT_SSH_COMMAND SSH_AUTH_SOCK".split()
)
FETCH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Git:
    """The repository around the project."""

    project: Project

    def run(self, *words: str, check: bool = True, env: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return what git says; it asks nothing, and the user's identity stays theirs."""
        command = self._command(words, env)
        return execute.run(command, check=check).stdout.decode(errors="replace").rstrip("\n")

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

    def branch(self) -> str:
        """Return the branch, empty when HEAD is detached."""
        return self.run("branch", "--show-current")

    def remote(self) -> str:
        """Return the branch's remote: its upstream's, else the only one; empty where it has none."""
        known = self.run("remote").splitlines()
        set_up = self.run("config", f"branch.{self.branch()}.remote", check=False)
        return set_up if set_up in known else "".join(known) if len(known) == 1 else ""

    def fetch(self) -> str:
        """Ask the branch's remote what it has; return why it did not answer, empty where it did or there is none."""
        if not (remote := self.remote()):
            return ""
        try:
            execute.run(self._command(("fetch", "--quiet", "--no-tags", remote), {}, FETCH_SECONDS))
        except ToolFailedError as error:
            return error.what.splitlines()[-1].lstrip(" |")
        return ""

    def behind(self) -> int:
        """Return how many commits the branch's remote has that we have not, as last fetched; 0 without a remote."""
        for there in ("@{upstream}", f"refs/remotes/{self.remote()}/{self.branch()}"):
            count = self.run("rev-list", "--count", f"HEAD..{there}", check=False)
            if count.isdigit():
                return int(count)
        return 0

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
