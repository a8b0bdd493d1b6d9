"""`env/schema.toml`: every variable that may exist, and what is known about it."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from dockgate.core import toml_lines
from dockgate.core.errors import ConfigError, together
from dockgate.core.location import Location
from dockgate.core.reserved import is_reserved
from dockgate.core.suggest import near
from dockgate.core.toml_table import Table
from dockgate.env.value_types import TYPES, fault
from dockgate.env.variable import EXCEPT, NAME, PATH, Variable
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

_GENERATED = re.compile(r"(password|token|hex):(\d{1,4})|certificate(-key)?")


class Schema(Struct, frozen=True):
    """The declared variables by name, in the order of the file; `declared` is false where there is no file."""

    variables: Mapping[str, Variable]
    path: str = PATH
    declared: bool = True


def load(root: Path, environments: Collection[str] = ()) -> Schema:
    """Load the schema of the project at `root`; without a file it knows no variable and refuses none.

    With `environments`, a name of one that is none of them is an error too.
    """
    file = root / PATH
    try:
        return _parsed(regular_file.read(file).decode(), tuple(environments))
    except FileNotFoundError:
        return Schema(MappingProxyType({}), declared=False)
    except UnicodeDecodeError as error:
        raise ConfigError("not UTF-8", where=Location(PATH), fix="save the file as UTF-8") from error
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}", where=Location(PATH), fix="check its permissions"
        ) from error


@lru_cache(1)  # each environment is looked at beside the others, and all have this one
def _parsed(text: str, environments: tuple[str, ...]) -> Schema:
    return parse(text, environments)


def parse(text: str, environments: Collection[str] = ()) -> Schema:
    """Parse the text of a schema; ConfigError names every wrong variable and its line."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"not valid TOML: {error}", where=Location(PATH)) from error
    lines = toml_lines.headers(text)
    found: dict[str, Variable] = {}
    problems: list[ConfigError] = []
    for name, values in document.items():
        try:
            found[name] = _variable(name, values, lines.get(name) or toml_lines.keys(text, 0).get(name, 0), text)
            problems += _strangers(found[name], environments)
        except ConfigError as error:
            problems.append(error)
    if problems:
        raise together(problems)
    return Schema(MappingProxyType(found))


def _strangers(variable: Variable, environments: Collection[str]) -> Iterator[ConfigError]:
    """Find names of environments that do not exist: a required value would silently not be required."""
    required = frozenset[str]() if variable.required is True else variable.required
    for key, names in (("required", required), ("environments", variable.environments)):
        plain = frozenset(name.removeprefix(EXCEPT) for name in names)
        for name in sorted(plain - frozenset(environments) if environments else ()):
            what = f"[{variable.name}] {key} names an unknown environment, {name!r}." + near(name, environments)
            yield ConfigError(what, where=variable.origin, fix=f"environments: {', '.join(environments)}")


class _Entry(Table):
    """A table of the schema: its errors carry the line of the key, or else of the variable."""

    line: int = 0
    text: str = ""

    def value(self, key: str) -> object:
        """Return a value whose type is still to be checked."""
        return self._values[key]

    def error(self, key: str, what: str, fix: str = "") -> ConfigError:
        line = toml_lines.keys(self.text, self.line).get(key, self.line)
        return ConfigError(f"[{self.path}] {key} {what}", where=Location(PATH, line), fix=fix)


def _variable(name: str, values: Any, line: int, text: str) -> Variable:
    where = Location(PATH, line)
    if not NAME.fullmatch(name):
        raise ConfigError(f"{name!r} is not a variable name", where=where, fix="letters, digits, _; no digit first")
    if is_reserved(name):
        raise ConfigError(f"{name} is reserved for Docker, Compose or Dockgate", where=where, fix="choose another name")
    if not isinstance(values, dict):
        raise ConfigError(f"{name} must be a table", where=where, fix=f"write [{name}]")
    entry = _Entry(values, name, PATH)
    entry.line, entry.text = line, text
    fields: dict[str, Any] = {}
    problems: list[ConfigError] = []
    for key in values:
        try:
            field_name, read = _reader(entry, key)
            fields[field_name] = read(entry, key)
        except ConfigError as error:
            problems.append(error)
    if problems:
        raise together(problems)
    variable = Variable(name=name, origin=where, **fields)
    _check(variable, entry)
    return variable


def _reader(entry: _Entry, key: str) -> tuple[str, Callable[[_Entry, str], Any]]:
    if key not in _KEYS:
        raise entry.error(key, "is not a key of a variable." + near(key, _KEYS))
    return _KEYS[key]


def _default(entry: _Entry, key: str) -> str:
    value = entry.value(key)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    raise entry.error(key, "must be a string, a number, true or false")


def _required(entry: _Entry, key: str) -> frozenset[str] | Literal[True]:
    value = entry.value(key)
    if isinstance(value, bool):
        return True if value else frozenset()
    return _environments(entry, key)


def _environments(entry: _Entry, key: str) -> frozenset[str]:
    names = frozenset(entry.strings(key))
    excluded = {name for name in names if name.startswith(EXCEPT)}
    if excluded and excluded != names:
        raise entry.error(key, "mixes environments and excluded ones", fix=f'only names, or only {EXCEPT}: ["!dev"]')
    return names


def _expires(entry: _Entry, key: str) -> str:
    import datetime as dt  # noqa: PLC0415 - only a schema with dates needs it

    value = entry.value(key)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    raise entry.error(key, "must be a date", fix="write it bare: expires = 2027-01-31")


_KEYS: Mapping[str, tuple[str, Callable[[_Entry, str], Any]]] = {
    "type": ("type", Table.string),
    "description": ("description", Table.string),
    "default": ("default", _default),
    "dev-default": ("dev_default", Table.boolean),
    "required": ("required", _required),
    "secret": ("secret", Table.boolean),
    "environments": ("environments", _environments),
    "readers": ("readers", Table.strings),
    "values": ("values", Table.strings),
    "pattern": ("pattern", Table.string),
    "generate": ("generate", Table.string),
    "example": ("example", Table.string),
    "min-length": ("min_length", Table.integer),
    "max-length": ("max_length", Table.integer),
    "min-bits": ("min_bits", Table.integer),
    "minimum": ("minimum", Table.number),
    "maximum": ("maximum", Table.number),
    "max-age-days": ("max_age", Table.integer),
    "expires": ("expires", _expires),
}


def _check(variable: Variable, entry: _Entry) -> None:
    if variable.type not in TYPES:
        raise entry.error(
            "type", f"{variable.type!r} is not a type." + near(variable.type, TYPES), fix=", ".join(TYPES)
        )
    if (variable.type == "enum") != bool(variable.values):
        raise entry.error("values", "is required for type enum, and only allowed there")
    if (variable.type == "regex") and not variable.pattern:
        raise entry.error("pattern", "is required for type regex")
    try:
        re.compile(variable.pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise entry.error("pattern", f"is not a regular expression: {error}") from error
    if variable.dev_default and variable.default is None:
        raise entry.error("dev-default", "requires `default`")
    if variable.generate and not (variable.secret and _GENERATED.fullmatch(variable.generate)):
        raise entry.error(
            "generate",
            "must name a kind of value, and is only allowed for secrets",
            fix="password:32, token:48, hex:64, certificate or certificate-key",
        )
    if variable.secret and variable.default is not None and not variable.dev_default:
        raise entry.error(
            "default", "of a secret would apply in every environment", fix="limit it to development: dev-default = true"
        )
    literal = variable.default is not None and "$" not in variable.default
    if literal and variable.default and (wrong := fault(variable, variable.default)):
        raise entry.error("default", wrong)
