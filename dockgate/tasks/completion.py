"""The task that prints a shell's completion."""

from __future__ import annotations

import sys

from dockgate.core.errors import ConfigError, DockgateError
from dockgate.tasks.framework import Session, command


@command(positional=("shell",), json=False, help={"shell": "bash, zsh or fish"})
def completion(session: Session, *, shell: str | None = None) -> None:
    """Print the completion script of a shell, as in inv completion bash > ~/.inv-completion."""
    from pathlib import Path

    from dockgate import tasks
    from dockgate.tasks import completion_index, completion_scripts

    if shell not in completion_scripts.SHELLS:
        raise ConfigError(f"no completion for {shell}", fix=f"one of: {', '.join(completion_scripts.SHELLS)}")
    session.show(
        {}, completion_scripts.script(shell, Path(sys.argv[0]).name, tasks.specs(tasks.build())).rstrip("\n"), raw=True
    )
    try:
        variables = session.situation.schema.variables
    except DockgateError:
        return  # outside a project, or in a broken one: the tasks complete all the same
    completion_index.note(session.project, "", (), "", variables)


TASKS = (completion,)
