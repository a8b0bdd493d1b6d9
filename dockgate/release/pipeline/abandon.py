"""`inv release --restart`: gives an interrupted release up, so that another one can begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.release import settings
from dockgate.release.pipeline import changelog, journal, release_context, version_commit
from dockgate.system import regular_file
from dockgate.system.git import Git

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from dockgate.release.pipeline.journal import Journal


def give_up(project: Project) -> bool:
    """Forget an interrupted release; its commits stay for the user to keep or take back. Return whether there was one.

    ConfigError while its version commit holds all that there is to release: nothing would be left to begin with.
    """
    left = journal.load(release_context.journal_path(project))
    if left is None:
        return False
    _refuse(project, left)
    left.end()
    return True


def _refuse(project: Project, left: Journal) -> None:
    config, git, commit = settings.load(project), Git(project), version_commit.made(left.outputs)
    text = regular_file.text(project.root / config.changelog)
    if not commit or changelog.entries(changelog.unreleased(text, config.changelog)):
        return
    head = git.head()
    if git.contains(head, commit):
        undo = version_commit.undone(str(left.inputs["base"]), commit, head)
        raise ConfigError(
            f"what is to be released stands in the section that {commit[:12]} made for {left.inputs['version']}",
            fix=f"{undo}; then inv release --restart",
        )
