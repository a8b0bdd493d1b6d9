"""Images on the engine, for releases."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Command
from dockgate.engine import containers
from dockgate.images import archive
from dockgate.system import docker_cli, process

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project
    from dockgate.system.process import Result

PUSHED = re.compile(r"digest: (sha256:[0-9a-f]{64})")
TIMEOUT = 900.0  # seconds; chosen: some gigabytes over a slow line to a registry
WORKERS = 8  # chosen: waiting for the engine costs no processor


class EngineStore(Struct, frozen=True):
    """The engine of a target."""

    project: Project
    endpoint: Endpoint

    def digests(self, references: Sequence[str]) -> Mapping[str, str]:
        """Return the digest that each reference has here, empty where it is not; the engine takes 15 ms for each."""
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            return dict(zip(references, pool.map(self._digest, references), strict=True))

    def _digest(self, reference: str) -> str:
        found = containers.image(self.endpoint, reference)
        if found is None:
            return ""
        return next((each.rpartition("@")[2] for each in found.digests), found.id)

    def save(self, references: Sequence[str], file: Path) -> None:
        """Save images as one OCI layout in a tar."""
        process.run(archive.save(self.project, references, file))

    def load(self, file: Path) -> None:
        """Load such a tar."""
        self._docker("image", "load", "--quiet", "--input", str(file))

    def pull(self, source: str, reference: str) -> None:
        """Pull an image by its digest and give it the tag `reference`, and no other name."""
        self._docker("image", "pull", "--quiet", source)
        self._docker("image", "tag", source, reference)
        self._docker("image", "rm", source)

    def push(self, reference: str, target: str) -> str:
        """Push an image under a name that it has here for no longer; return the digest that the registry has."""
        self._docker("image", "tag", reference, target)
        try:
            match = PUSHED.search(self._docker("image", "push", target))
        finally:
            self._docker("image", "rm", target)
        if match is None:
            raise ToolFailedError(f"the registry did not say which digest {target} has")
        return match[1]

    def remote(self, reference: str, beside: str) -> bytes | None:
        """Return a manifest as its registry has it, None where it has none; `beside` is one that it must have.

        A registry that answers for `beside` and not for `reference`, asked before and after, does not have it: that it
        failed just then would have to happen twice.
        """
        found = self._inspect(reference, check=False)
        if found.code != 0:
            self._inspect(beside)
            found = self._inspect(reference, check=False)
        return found.stdout if found.code == 0 else None

    def _inspect(self, reference: str, *, check: bool = True) -> Result:
        words = ("imagetools", "inspect", f"--builder={self.endpoint.context}", "--raw", reference)
        argv = (*docker_cli.buildx(self.project.process), *words)
        return process.run(Command(argv, self.project.child_env(), self.project.root, TIMEOUT), check=check)

    def _docker(self, *words: str) -> str:
        argv = (docker_cli.docker(self.project.process), *words)
        environment = docker_cli.environment(self.project, self.endpoint)
        command = Command(argv, environment, self.project.root, TIMEOUT)
        return process.run(command).text
