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
    from dockgate.engine.sdk_client import Engine

PROGRAMS = ("sh", "sleep", "touch", "rm")


def make(engine: Engine, tag: str) -> str:
    """Import the image and return its reference, `dockgate-test:tag`."""
    files = {f"/bin/{name}": Path(str(shutil.which(name))).resolve() for name in PROGRAMS}
    for program in list(files.values()):
        said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        files |= {path: Path(path).resolve() for path in re.findall(r"(/\S+) \(0x", said)}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for inside, path in files.items():
            archive.add(path, inside)
    engine.client.api.import_image_from_data(packed.getvalue(), repository="dockgate-test", tag=tag)
    return f"dockgate-test:{tag}"
