"""Short volumes (`SOURCE:TARGET:OPTIONS`) that Compose reads otherwise than they were meant.

judge(text) -> Misread | None        as compose-go splits it; pure
written(files, values) -> Written …  every one of the files, with its place
"""

from __future__ import annotations

import os.path
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.compose import filling, sources
from dockgate.compose.sources import Role
from dockgate.compose.yaml_nodes import child, entries, pairs, scalar
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from dockgate.core.project import Environment

PROPAGATION = frozenset("rprivate private rshared shared rslave slave".split())
OPTIONS = PROPAGATION | frozenset("ro rw z Z nocopy cached delegated consistent".split())
_MOST = 3  # source, target, options
_READ_ONLY = frozenset("readonly read-only read_only r o".split())
_DRIVE = re.compile(r"[A-Za-z]:")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_UNDEFINED = re.compile(r"undefined volume (?P<source>.+?)(?:: invalid compose project)?$")


class Misread(Struct, frozen=True):
    """What Compose makes of a volume's text instead of what was meant, and the fix; `harmless`: it starts."""

    what: str
    fix: str
    target: str = ""
    harmless: bool = False


class Written(Struct, frozen=True):
    """One volume as it is written: its service, its text with variables filled in, and its place."""

    service: str
    text: str
    path: Path
    line: int
    column: int


def judge(text: str) -> Misread | None:
    """Return how Compose misreads a short volume, None where it is read as it is meant."""
    parts = split(text)
    if not all(parts):
        return Misread(f"{text} has an empty part between its colons", "SOURCE:/path/in/the/container, both given")
    if len(parts) > _MOST:
        return Misread(f"{text} has more than three parts", "list the options with commas: SOURCE:/target:ro,z")
    if _DRIVE.match(parts[0]):
        return _drive(text, parts)
    if len(parts) == 1:
        return _alone(text)
    return _target(text, parts[0], parts[1]) or (_options(text, parts) if len(parts) == _MOST else None)


def split(text: str) -> list[str]:
    """Return the parts, as compose-go has them: a colon behind a single letter is that of a Windows drive."""
    parts = [""]
    for sign in text:
        if sign == ":" and not (len(parts[-1]) == 1 and parts[-1].isascii() and parts[-1].isalpha()):
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _drive(text: str, parts: list[str]) -> Misread:
    """Return what is wrong with a source that begins like a path of Windows."""
    letter, rest = parts[0][0], parts[0][2:]
    target = parts[1] if len(parts) > 1 else parts[0]
    if rest.startswith("/") and not (len(parts) > 1 and target.startswith("/")):
        long = f"{{type: volume, source: {letter}, target: {rest}}}"
        fix = f"name the volume with two letters or more, or write {long}"
        return Misread(f"{text} is read as the Windows path {parts[0]}, not as the volume {letter}", fix, target)
    return Misread(
        f"{text} mounts a path of Windows, which this engine does not have", "./FOLDER of the project", target
    )


def _alone(text: str) -> Misread | None:
    if text.startswith("/"):
        return None
    fix = f"{text}:/path/in/the/container"
    return Misread(f"{text} has no target: it is read as a path in the container", fix, text)


def _target(text: str, source: str, target: str) -> Misread | None:
    if target.strip() != target:
        return Misread(
            f"the target of {text} begins or ends with a blank", f"{source.strip()}:{target.strip()}", target
        )
    if target == "/":
        return Misread(f"{text} would mount over the whole container", f"{source}:/path/in/the/container", target)
    if target.startswith("/"):
        return None
    if OPTIONS.issuperset(target.split(",")):
        what, fix = f"{text} has no target: {target} is read as one", f"{source}:/path/in/the/container:{target}"
    else:
        what, fix = f"the target of {text} is no absolute path", f"{source}:/{target.lstrip('./')}"
    return Misread(what, fix, target)


def _options(text: str, parts: list[str]) -> Misread | None:
    source, target, options = parts
    unknown = [each for each in options.split(",") if each not in OPTIONS]
    if not unknown:
        return None
    meant = any(each.lower() in _READ_ONLY or each.lower() == "ro" for each in unknown)
    effect = "and the mount stays writable" if meant else "so it has no effect"
    fix = f"{source}:{target}:ro" if meant else f"remove {unknown[0]}, or use the long syntax of volumes:"
    return Misread(f"{text}: Compose ignores the option {unknown[0]}, {effect}", fix, target, harmless=not meant)


def written(files: Iterable[Path], values: Mapping[str, str]) -> Iterator[Written]:
    """Yield the short volumes of services in Compose files; one with an unknown variable is left out."""
    for path in files:
        for tree in sources.trees(path):
            for service, node in pairs(child(tree, "services")):
                for each in entries(child(node, "volumes")):
                    text = filling.filled(scalar(each), values)
                    if text and not (each.value != text and not all(split(text))):
                        yield Written(service, text, path, each.start_mark.line + 1, each.start_mark.column + 1)


@contextmanager
def explaining(root: Path, environment: Environment, values: Mapping[str, str]) -> Iterator[None]:
    """Give Compose's refusal of a short volume its place and its fix."""
    try:
        yield
    except ConfigError as error:
        read = sources.read([root / file for file in environment.files], root / environment.directory, values)
        for each in written(read.of(Role.COMPOSE), values):
            if refusal := _refusal(each, error.what):
                where = Location(os.path.relpath(each.path, root), each.line, each.column)
                what = f"services.{each.service}.volumes: {refusal.what}"
                raise ConfigError(what, where=where, fix=refusal.fix) from error
        raise


def _refusal(each: Written, said: str) -> Misread | None:
    """Return how to repair what Compose refuses, None where it speaks of something else."""
    if f"invalid spec: {each.text}:" in said:
        return judge(each.text)
    undefined = _UNDEFINED.search(said)
    source = split(each.text)[0]
    if not undefined or undefined["source"].strip("\"'") != source.strip("\"'"):
        return None
    folder = f"./{source.strip()}:…, if it is a folder of the project"
    if not _NAME.fullmatch(source):
        return Misread(f"{source} is no name of a volume, and a path begins with ./, / or ~", folder)
    return Misread(f"the volume {source} is not declared", f"{folder}; else at the top level volumes: {{{source}: }}")
