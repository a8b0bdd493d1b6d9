"""The secrets and configs of a stack as Swarm's own: named after a keyed digest of what they hold."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.compose import readers
from dockgate.core.compose_escape import unescape
from dockgate.core.errors import ConfigError
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.stack.prepare import Prepared

KINDS = ("secrets", "configs")
LONGEST = 63  # characters of a name that a swarm takes


class Content(Struct, frozen=True):
    """One secret or config: Compose's key, the name on the swarm, and what it holds (None: it is there already).

    Its text shows no value, wherever it is printed.
    """

    kind: str
    key: str
    name: str
    data: bytes | None = None

    def __repr__(self) -> str:
        """Return kind and name."""
        return f"Content({self.kind}/{self.name})"


def of(prepared: Prepared) -> dict[tuple[str, str], Content]:
    """Return what the services of a stack use, by kind and key; ConfigError where there is no content."""
    raw = prepared.composition.model.raw
    used = {
        (kind, str(each["source"]))
        for entry in (raw.get("services") or {}).values()
        for kind in KINDS
        for each in entry.get(kind) or ()
    }
    return {(kind, key): _content(prepared, kind, key) for kind, key in sorted(used)}


def name(project: str, key: str, digest: str) -> str:
    """Return the name on the swarm: another one for another content, since a swarm changes none that is used."""
    return f"{f'{project}_{key}'[: LONGEST - len(digest) - 1]}-{digest}"


def fingerprint(secret: bytes, kind: str, key: str, data: bytes) -> str:
    """Return a digest of a content, made with a key: who can list names cannot try values against it."""
    digest = hashlib.blake2b(key=secret[:64], digest_size=8, person=b"dockgate-swarm")
    for part in (kind.encode(), key.encode(), data):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _content(prepared: Prepared, kind: str, key: str) -> Content:
    model = prepared.composition.model
    entry: Mapping[str, Any] = (model.secrets if kind == "secrets" else model.configs).get(key) or {}
    if entry.get("external"):
        return Content(kind, key, str(entry.get("name") or key))
    data = _data(prepared, f"{kind}.{key}", entry)
    return Content(kind, key, name(model.project, key, fingerprint(prepared.key, kind, key, data)), data)


def _data(prepared: Prepared, where: str, entry: Mapping[str, Any]) -> bytes:
    if "content" in entry:
        return unescape(str(entry["content"])).encode()
    known = {name: value.reveal() for name, value in prepared.resolved.secrets().items()}
    folder, path = prepared.composition.env.get(readers.FOLDER), unescape(str(entry.get("file") or ""))
    variable = str(entry.get("environment") or "")
    if folder and path.startswith(f"{folder}/"):
        variable, path = path.removeprefix(f"{folder}/"), ""
    if variable:
        value = known.get(variable, prepared.composition.env.get(variable))
        if value is None:
            fix = f"inv secrets.set {variable} --env={prepared.target.environment.name}"
            raise ConfigError(f"{where}: {variable} has no value", fix=fix)
        return value.encode()
    try:
        return regular_file.read(Path(path))
    except OSError as error:
        raise ConfigError(f"{where}: {path} cannot be read: {error.strerror}") from error
