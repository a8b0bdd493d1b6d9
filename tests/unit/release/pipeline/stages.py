"""A project, one image of it, and a stack that is not real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.core.endpoint import Endpoint
from dockgate.release.protocols import Built
from dockgate.system import process
from dockgate.system.process import Result
from tests import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockgate.core.plan import Command


ENDPOINT = Endpoint("unix:///run/no.sock", "default")


DIGEST = "sha256:" + "a" * 64


API = Built("api", "API_IMAGE", "shop/api:1.0.0", DIGEST, DIGEST, 2, 1)


class Recorder:
    """Takes every command and answers with the same words."""

    def __init__(self, stdout: bytes = b"", code: int = 0) -> None:
        self.stdout = stdout
        self.code = code
        self.calls: list[tuple[str, ...]] = []
        self.before: Callable[[], None] = lambda: None

    def __call__(self, command: Command, *, check: bool = True, **_: Any) -> Result:
        self.before()
        said.command(command)
        self.calls.append(command.argv)
        result = Result(self.code, self.stdout, b"", 0.0)
        if check and self.code:
            raise process.failed(command, result)
        return result
