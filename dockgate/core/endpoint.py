"""Which engine a command would talk to, as the Docker client decides it."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_HOST = "unix:///var/run/docker.sock"


class Endpoint(Struct, frozen=True):
    """An engine: its address, and what chose it (`DOCKER_HOST`, `DOCKER_CONTEXT`, `active context`, `default`).

    `tls`: the client has certificates for it, or is told to verify its.
    """

    host: str
    chosen_by: str
    context: str = "default"
    tls: bool = False

    @property
    def local(self) -> bool:
        """Return whether the engine is on this machine, behind a socket."""
        return self.host.startswith(("unix://", "npipe://"))

    @property
    def encrypted(self) -> bool:
        """Return whether nothing on the way to the engine can read or change what is sent."""
        return self.local or self.tls or self.host.startswith("ssh://")

    @property
    def socket(self) -> str:
        """Return the socket's path of a local engine."""
        return self.host.removeprefix("unix://")

    @property
    def machine(self) -> str:
        """Return the name of the machine behind it, as a client reaches it; empty where that is this one."""
        return "" if self.local else urlsplit(self.host).hostname or ""

    @property
    def identity(self) -> str:
        """Return the address without the links to a socket, which mostly are `/var/run` to `/run`."""
        if not self.host.startswith("unix://") or "\0" in self.host:
            return self.host
        return f"unix://{os.path.realpath(self.socket)}"

    def __str__(self) -> str:
        """Return the address, and the context where one chose it."""
        return self.host if self.context == "default" else f"{self.host} (context {self.context})"


def find(process: Mapping[str, str]) -> Endpoint:
    """Return the endpoint for this process environment: DOCKER_HOST, then DOCKER_CONTEXT, then the active context."""
    if host := process.get("DOCKER_HOST"):
        return Endpoint(host, "DOCKER_HOST", tls=bool(process.get("DOCKER_TLS_VERIFY")))
    folder = _folder(process)
    if name := process.get("DOCKER_CONTEXT"):
        return _context(folder, name, "DOCKER_CONTEXT")
    name = client_config(process).get("currentContext", "default")
    return _context(folder, str(name), "active context")


def client_config(process: Mapping[str, str]) -> dict[str, Any]:
    """Return what the Docker client's own configuration file says; nothing where there is none."""
    return _read(client_file(process))


def client_file(process: Mapping[str, str]) -> Path:
    """Return the place of that file."""
    return _folder(process) / "config.json"


def _folder(process: Mapping[str, str]) -> Path:
    return Path(process.get("DOCKER_CONFIG") or Path(process.get("HOME", "/")) / ".docker")


def _context(folder: Path, name: str, chosen_by: str) -> Endpoint:
    if name == "default":
        return Endpoint(DEFAULT_HOST, "default")
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    meta = _read(folder / "contexts" / "meta" / digest / "meta.json")
    try:
        host = str(meta["Endpoints"]["docker"]["Host"])
    except (LookupError, TypeError):
        host = ""
    if not host:
        raise ConfigError(
            f"Docker context {name!r} ({chosen_by}) does not exist", fix="docker context ls shows those that do"
        )
    return Endpoint(host, chosen_by, name, tls=(folder / "contexts" / "tls" / digest / "docker").is_dir())


def _read(path: Path) -> dict[str, Any]:
    where = Location(str(path))
    try:
        document = json.loads(_text(path))
    except (FileNotFoundError, NotADirectoryError):  # a service's home may be /dev/null
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"cannot be read: {error}", where=where) from error
    if not isinstance(document, dict):
        raise ConfigError("is no JSON object", where=where)
    return document


def _text(path: Path) -> str:
    if path.exists() and not path.is_file():  # a pipe would keep us waiting, a device never ends
        raise OSError(errno.EINVAL, "not a regular file")
    return path.read_bytes().decode()
