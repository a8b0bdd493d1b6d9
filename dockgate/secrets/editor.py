"""A copy of a store in clear for an editor: on RAM, for its owner alone, and gone afterwards."""

from __future__ import annotations

import os
import shlex
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.core.secret import Secret
from dockgate.system import process as processes
from dockgate.system import ram_folder, regular_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.core.project import Project

PREFIX = "edit-"
# An editor with a window of its own needs to find the screen.
SCREEN = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS")
# What keeps Vim from writing text into its swap, history and undo files at home.
VIM = ("-n", "-i", "NONE", "--cmd", "set noundofile nobackup nowritebackup")


@contextmanager
def draft(process: Mapping[str, str], name: str, text: Secret) -> Iterator[Path]:
    """Write `text` to a file with mode 0600 on RAM; it is removed in the end, as is what a killed run left behind."""
    ours = ram_folder.base(process) / f"dockgate-{os.geteuid()}"
    folder = ours / f"{PREFIX}{os.getpid()}"
    _sweep(ours)
    with ram_folder.below(ours, folder.name) as descriptor:
        path = folder / f"{name}.env"
        try:
            ram_folder.put(descriptor, path.name, text.reveal().encode())
            yield path
        finally:
            _empty(folder)


def edit(project: Project, path: Path) -> Secret:
    """Let the user's editor work on `path`, and return what it left there."""
    argv = editor(project.process)
    extra = {name: project.process[name] for name in SCREEN if name in project.process}
    code = processes.attach(Command((*argv, str(path)), project.child_env(**extra)))
    if code != 0:
        raise ToolFailedError(f"{argv[0]} exited {code}; nothing was changed")
    try:
        return Secret(regular_file.read(path).decode())
    except UnicodeDecodeError as error:
        raise ConfigError("the edited text is not UTF-8; nothing was changed") from error
    except OSError as error:
        raise ToolFailedError(f"{argv[0]} did not leave a file: {error.strerror}; nothing was changed") from error


def editor(process: Mapping[str, str]) -> tuple[str, ...]:
    """Return the argument list of the user's editor; ConfigError where VISUAL and EDITOR name none."""
    given = process.get("VISUAL") or process.get("EDITOR") or ""
    try:
        argv = tuple(shlex.split(given))
    except ValueError:
        argv = ()
    if not argv:
        raise ConfigError("no editor set", fix="set EDITOR (or VISUAL), such as EDITOR=nano")
    return (*argv, *VIM) if _is_vim(argv[0]) else argv


def _is_vim(program: str) -> bool:
    """Return whether a program is Vim, by another name too: `vi` mostly is a link to it."""
    found = shutil.which(program)
    names = {Path(program).name, Path(found).resolve().name if found else ""}
    return not names.isdisjoint({"vim", "nvim", "vim.basic", "vim.tiny", "vim.nox", "vim.gtk3"})


def _sweep(ours: Path) -> None:
    """Remove the drafts of processes that are gone; a killed one may have had our number."""
    for folder in ours.glob(f"{PREFIX}*") if ram_folder.ours(ours) else ():
        number = folder.name.removeprefix(PREFIX)
        if number == str(os.getpid()) or (number.isdecimal() and not Path(f"/proc/{number}").exists()):
            with suppress(FileNotFoundError):  # another edit removes it just now
                _empty(folder)


def _empty(folder: Path) -> None:
    """Remove a folder of ours with all that is in it: an editor leaves its own beside the file that it edits."""
    shutil.rmtree(folder)
    with suppress(OSError):  # other stacks have copies there
        folder.parent.rmdir()
