"""A tiny image made of this machine's own shell: no registry, no build."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dockgate.engine.sdk_client import Engine

PROGRAMS = ("sh", "sleep", "touch", "rm")
AGREES = b"#!/bin/sh\nexit 0\n"


def make(
    engine: Engine,
    tag: str,
    repository: str = "dockgate-test",
    agreeing: Iterable[str] = (),
    changes: Sequence[str] = (),
) -> str:
    """Import the image and return its reference, `dockgate-test:tag`.

    Programs in `agreeing` are there, and end with 0 at once; `changes` are instructions of a Dockerfile.
    """
    files = {f"/bin/{name}": Path(str(shutil.which(name))).resolve() for name in PROGRAMS}
    for program in list(files.values()):
        said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        files |= {path: Path(path).resolve() for path in re.findall(r"(/\S+) \(0x", said)}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for inside, path in files.items():
            archive.add(path, inside)
        for name in {*agreeing} - {*PROGRAMS}:
            entry = tarfile.TarInfo(f"/bin/{name}")
            entry.mode, entry.size = 0o755, len(AGREES)
            archive.addfile(entry, io.BytesIO(AGREES))
    engine.client.api.import_image_from_data(packed.getvalue(), repository=repository, tag=tag, changes=list(changes))
    return f"{repository}:{tag}"
