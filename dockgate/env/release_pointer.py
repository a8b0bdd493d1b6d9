"""Which release an environment runs: `env/<environment>.release.toml`, written by promote and rollback."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - the decoder reads the types of fields
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.system import atomic_file, regular_file

if TYPE_CHECKING:
    from pathlib import Path

HISTORY = 20  # chosen: how far a rollback can reach back by default
VERSION_VARIABLE = "APP_VERSION"
HEADER = "# Which release {environment} runs. Written by `inv promote` and `inv rollback`; what it says is verified.\n"


class Pointer(Struct, frozen=True):
    """A release by version and manifest digest, its images, and the versions that ran before, latest first."""

    version: str
    manifest: str
    since: str
    images: Mapping[str, str]
    history: tuple[str, ...] = ()
    reason: str = ""

    def variables(self) -> dict[str, str]:
        """Return what Compose gets whatever the environment's layers say: pinned images by variable, the version."""
        return {**self.images, VERSION_VARIABLE: self.version}


def file(environment: str) -> str:
    """Return the file's name in the project."""
    return f"env/{environment}.release.toml"


def read(root: Path, environment: str) -> Pointer | None:
    """Return an environment's pointer, None where nothing was promoted."""
    where = Location(file(environment))
    try:
        return msgspec.toml.decode(regular_file.read(root / file(environment)), type=Pointer)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        fix = f"git checkout -- {where.path}; or remove it and promote again"
        raise ConfigError(f"is damaged: {error}", where=where, fix=fix) from error


def write(root: Path, environment: str, pointer: Pointer) -> None:
    """Write an environment's pointer."""
    lines = [
        HEADER.format(environment=environment).rstrip("\n"),
        f"version = {_quoted(pointer.version)}",
        f"manifest = {_quoted(pointer.manifest)}",
        f"since = {_quoted(pointer.since)}",
        f"history = [{', '.join(map(_quoted, pointer.history[:HISTORY]))}]",
        *([f"reason = {_quoted(pointer.reason)}"] if pointer.reason else []),
        "",
        "[images]",
        *(f"{name} = {_quoted(reference)}" for name, reference in sorted(pointer.images.items())),
    ]
    atomic_file.replace(root / file(environment), ("\n".join(lines) + "\n").encode(), 0o644)


def remove(root: Path, environment: str) -> None:
    """Forget what was promoted."""
    (root / file(environment)).unlink(missing_ok=True)


def _quoted(text: str) -> str:
    import json  # noqa: PLC0415 - a JSON string without surrogates is a TOML basic string

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
