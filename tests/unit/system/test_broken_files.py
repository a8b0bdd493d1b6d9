"""Whatever stands in the place of a file that is read, the answer is an error about that file, and comes at once."""

from __future__ import annotations

import ast
import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dockgate
from dockgate.compose import includes, source_map
from dockgate.core import endpoint
from dockgate.core.errors import DockgateError
from dockgate.env import release_pointer
from dockgate.images import dockerignore
from dockgate.release.artifact import layout, manifest
from dockgate.release.pipeline import journal
from dockgate.release.signing import keys
from dockgate.system import audit, git
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = Path(dockgate.__file__).parent
# Where a file is read otherwise: the ground that imports nothing of ours, the kernel's own, and what a tool just made.
ALLOWED = {"core/project.py", "core/toml_table.py", "core/endpoint.py", "system/ram_folder.py"}
BROKEN: dict[str, Callable[[Path], object]] = {
    "fifo": os.mkfifo,
    "folder": Path.mkdir,
    "loop": lambda path: path.symlink_to(path.name),
    "endless": lambda path: path.symlink_to("/dev/zero"),
    "binary": lambda path: path.write_bytes(b"\xff\xfe\0[" * 9),
    "nested": lambda path: path.write_text("[" * 1_200),
    "other": lambda path: path.write_text("[1, 2]"),
    "number": lambda path: path.write_text("7"),
}


def _pointer(root: Path) -> object:
    return release_pointer.read(root, "prod")


def _manifest(root: Path) -> object:
    (root / "releases/1.0.0/signature").parent.mkdir(parents=True, exist_ok=True)
    return manifest.load(root, "1.0.0")


def _docker(root: Path) -> object:
    return endpoint.find({"DOCKER_CONFIG": str(root / "docker")})


def _git(root: Path) -> object:
    return git.metadata(root)


def _late(_number: int, _frame: object) -> None:
    pytest.fail("reads for ever")


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "pointer": ("env/prod.release.toml", _pointer),
    "manifest": (f"releases/1.0.0/{manifest.NAME}", _manifest),
    "layout": ("oci/index.json", lambda root: layout.read_index(root / "oci")),
    "journal": ("journal.json", lambda root: journal.load(root / "journal.json")),
    "docker": ("docker/config.json", _docker),
    "key": ("key.pub", lambda root: keys.read_public(root / "key.pub", "key.pub", "")),
    "audit": (".dockgate/audit.jsonl", lambda root: list(audit.lines(projects.make(root)))),
    "git": (".git", _git),
    "ignored": (".dockerignore", dockerignore.read),
    "compose": ("compose.yaml", lambda root: source_map.services(root, ("compose.yaml",))),
    "include": ("compose.yaml", lambda root: includes.names([root / "compose.yaml"], root, {})),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("reader", READERS)
def test_a_broken_file_is_said(tmp_path: Path, reader: str, kind: str) -> None:
    """Nothing hangs, nothing eats memory, and no error is of a kind that the boundary takes for a bug."""
    name, read = READERS[reader]
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    BROKEN[kind](tmp_path / name)
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(300)  # traced and on a loaded machine, deep nesting alone takes half a minute
    try:
        read(tmp_path)
    except (DockgateError, OSError) as error:
        told = error
    else:
        return  # such a file is as good as none, or is of another tool that reports it
    finally:
        signal.alarm(0)
    assert told.code > 1 if isinstance(told, DockgateError) else told.filename is not None


def test_there_is_one_reader() -> None:
    """Path's own readers take a pipe, a device and a file of any size."""
    found = set[str]()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else ""
            if name in {"read_text", "read_bytes"}:
                found.add(file.relative_to(PACKAGE).as_posix())
    assert found <= ALLOWED


# Where something is written otherwise, and why.
WRITERS = {
    "system/atomic_file.py": "the writer",
    "system/audit.py": "only ever appended to",
    "system/locks.py": "locked, and never replaced",
    "system/ram_folder.py": "the writer for folders on RAM, by descriptor",
    "secrets/runtime_files.py": "what containers have mounted stays the same file",
    "system/workers.py": "a pipe between processes",
    "tasks/failures.py": "the traceback of a bug, under a new name",
    "tasks/framework.py": "/dev/null, for what nothing reads",
    "release/artifact/layout.py": "a tar in a folder in passing",
    "release/pipeline/api_tests.py": "a checkout in a folder in passing",
}
WRITING = frozenset(
    "write_text write_bytes touch fdopen copyfile copy2 copytree move mkstemp NamedTemporaryFile extractall".split()
)


def _writes(node: ast.AST) -> bool:
    """Return whether a piece of code writes to a file, by the names of what it uses."""
    if isinstance(node, ast.Attribute):
        return node.attr in WRITING or node.attr in {"O_WRONLY", "O_RDWR", "O_CREAT"}
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    given = [each for each in (*node.args, *(each.value for each in node.keywords)) if isinstance(each, ast.Constant)]
    modes = {each.value for each in given if isinstance(each.value, str)}
    return name == "open" and any(re.fullmatch(r"[wax][bt+]*|r[bt]*\+[bt]*|[wax][:|]\w*", mode) for mode in modes)


def test_there_is_one_writer() -> None:
    """A file written in place is half a file after a crash, and a full disk is then an error of no kind."""
    found = set[str]()
    for file in PACKAGE.rglob("*.py"):
        if any(map(_writes, ast.walk(ast.parse(file.read_text(encoding="utf-8"))))):
            found.add(file.relative_to(PACKAGE).as_posix())
    assert found == set(WRITERS)
