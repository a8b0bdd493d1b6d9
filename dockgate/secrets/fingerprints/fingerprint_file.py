"""What `env/fingerprints.toml` says, as values and as text."""

from __future__ import annotations

import re
import secrets
import tomllib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.toml_table import Table
from dockgate.secrets import conflict_markers
from dockgate.secrets.fingerprints.digests import Cost, DigestKind

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "env/fingerprints.toml"
HEADER = """\
# One-way fingerprints of the secrets of each environment; docs/threat-model.md says why this file may be public.
# Written by `inv secrets.init`, `set`, `edit`, `rotate` and `fingerprint`. Commit it.
"""
VERSION = 1  # of the file's format
SALT_BYTES = 32  # BLAKE2b takes keys of up to 64 bytes; 32 cannot be guessed
LEAST_COST, MOST_COST = Cost(), Cost(2**18, 16, 4)  # upwards: a file of others must not take minutes or gigabytes
_TAG = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
_HINT = re.compile(r"(?:[0-9a-f]{3})?")
_NAME = re.compile(r"\w{1,200}", re.ASCII)
_FIX = "inv secrets.fingerprint --env=… writes the file anew, once it is removed"


class Fingerprint(Struct, frozen=True, order=True):
    """One secret's fingerprint; `part` is the number of the part of the value that it is of, empty for the whole.

    `hint`: the bits that exclude most candidates of a slow one, empty where an older version wrote it.
    """

    environment: str
    name: str
    kind: DigestKind
    tag: str
    part: str = ""
    hint: str = ""


class Sheet(Struct, frozen=True):
    """The fingerprints of one environment, all under one random salt."""

    environment: str
    salt: bytes
    cost: Cost = LEAST_COST
    prints: tuple[Fingerprint, ...] = ()

    def of(self, kind: DigestKind) -> dict[str, Fingerprint]:
        """Return the fingerprints of one kind by tag."""
        return {each.tag: each for each in self.prints if each.kind is kind}


class Fingerprints(Struct, frozen=True):
    """The sheets of all environments."""

    sheets: tuple[Sheet, ...] = ()

    def only(self, *environments: str) -> Fingerprints:
        """Return the fingerprints of these environments alone."""
        return Fingerprints(tuple(sheet for sheet in self.sheets if sheet.environment in environments))

    def without(self, environment: str) -> Fingerprints:
        """Return the fingerprints of all other environments: what must not be found in this one."""
        return Fingerprints(tuple(sheet for sheet in self.sheets if sheet.environment != environment))

    def sheet(self, environment: str) -> Sheet:
        """Return the sheet of an environment, a fresh one with a new salt where there is none."""
        found = (sheet for sheet in self.sheets if sheet.environment == environment)
        return next(found, None) or Sheet(environment, secrets.token_bytes(SALT_BYTES))

    def with_prints(self, sheet: Sheet, prints: tuple[Fingerprint, ...]) -> Fingerprints:
        """Return the fingerprints with these on `sheet`, in place of those of its environment."""
        changed = replace(sheet, prints=tuple(sorted(prints)))
        return Fingerprints((*self.without(sheet.environment).sheets, changed))

    def __iter__(self) -> Iterator[Fingerprint]:
        """Yield every fingerprint."""
        return (each for sheet in self.sheets for each in sheet.prints)


def parse(text: str) -> Fingerprints:
    """Parse the text of the file; ConfigError for anything that this version would not have written."""
    if conflict_markers.inside(text.encode()):
        fix = "inv secrets.merge --env=… merges it, and the store where that is needed"
        raise ConfigError("has a merge conflict", where=Location(FILE), fix=fix)
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"not valid TOML: {error}", where=Location(FILE), fix=_FIX) from error
    table = Table(document, "fingerprints", FILE)
    if table.integer("version") != VERSION:
        raise table.error("version", f"must be {VERSION}", fix=_FIX)
    return Fingerprints(tuple(_sheet(name, table.table(name)) for name in document if name != "version"))


def text(everything: Fingerprints) -> str:
    """Return the file's text, always in the same order."""
    lines = [f"{HEADER}version = {VERSION}"]
    for sheet in sorted(everything.sheets, key=lambda sheet: sheet.environment):
        lines += [
            "",
            f"[{sheet.environment}]",
            f'salt = "{b64encode(sheet.salt).decode()}"',
            f"scrypt = {{n = {sheet.cost.n}, r = {sheet.cost.r}, p = {sheet.cost.p}}}",
            "secrets = [",
            *(f"    {_entry(each)}," for each in sorted(sheet.prints)),
            "]",
        ]
    return "\n".join(lines) + "\n"


def _entry(each: Fingerprint) -> str:
    part = f', part = "{each.part}"' if each.part else ""
    hint = f', hint = "{each.hint}"' if each.hint else ""
    return f'{{name = "{each.name}", kind = "{each.kind}", tag = "{each.tag}"{part}{hint}}}'


def _sheet(environment: str, table: Table) -> Sheet:
    sheet = Sheet(
        environment,
        _salt(table),
        _cost(table.table("scrypt")),
        tuple(_fingerprint(environment, entry) for entry in table.tables("secrets")),
    )
    table.done()
    return sheet


def _salt(table: Table) -> bytes:
    try:
        salt = b64decode(table.string("salt"), validate=True)
    except ValueError:
        salt = b""
    if len(salt) != SALT_BYTES:
        raise table.error("salt", f"must be {SALT_BYTES} bytes in base64", fix=_FIX)
    return salt


def _cost(table: Table) -> Cost:
    cost = Cost(table.integer("n"), table.integer("r"), table.integer("p"))
    table.done()
    within = all(low <= figure <= high for low, figure, high in zip(LEAST_COST, cost, MOST_COST, strict=True))
    if not within or cost.n & (cost.n - 1):
        least = ", ".join(f"{name} = {figure}" for name, figure in LEAST_COST._asdict().items())
        raise table.error("n", f"and r, p must be at least {least}, and n a power of two", fix=_FIX)
    return cost


def _fingerprint(environment: str, entry: Table) -> Fingerprint:
    name, kind, tag, part, hint = (entry.string(key) for key in ("name", "kind", "tag", "part", "hint"))
    entry.done()
    if kind not in set(DigestKind):
        raise entry.error("kind", f"{kind!r} is not one of {', '.join(DigestKind)}", fix=_FIX)
    if not _HINT.fullmatch(hint):
        raise entry.error("hint", "must be three hexadecimal digits", fix=_FIX)
    if not _TAG.fullmatch(tag) or not _NAME.fullmatch(name) or not (part == "" or _NAME.fullmatch(part)):
        raise entry.error("secrets", "contains an entry without a valid name and tag", fix=_FIX)
    return Fingerprint(environment, name, DigestKind(kind), tag, part, hint)
