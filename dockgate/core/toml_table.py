"""Typed reading of `[tool.dockgate]`: a table that knows its path, checks types and refuses unknown keys."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from dockgate.core import toml_lines
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.suggest import near

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Table:
    """One TOML table; every getter raises ConfigError on a wrong type, `done()` on keys that no getter read."""

    def __init__(
        self, values: Mapping[str, Any], path: str, file: str, root: Path | None = None, number: int | None = None
    ) -> None:
        """Wrap `values`, found at the dotted `path` of `file`, which is in `root` where errors can name its lines.

        `number` is which one it is of many, from 0.
        """
        self._values = values
        self._asked: set[str] = set()
        self.path = path
        self.file = file
        self.root = root
        self._number = number

    def _get(self, key: str, kind: type, default: Any) -> Any:
        self._asked.add(key)
        value = self._values.get(key, default)
        if value is not default and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise self.error(key, f"must be a {kind.__name__}, not {value!r}")
        return value

    def error(self, key: str, what: str, fix: str = "") -> ConfigError:
        """Return the error for `key` of this table."""
        return ConfigError(f"[{self.path}] {key} {what}", where=self.place(key), fix=fix)

    def place(self, key: str) -> Location:
        """Return where a key is, as far as the file shows it; it is read anew, for an error only."""
        text = self._text()
        if self._number is None:
            return Location(self.file, toml_lines.of(text, self.path, key))
        line = dict(enumerate(toml_lines.entries(text, self.path))).get(self._number)
        return Location(self.file, toml_lines.keys(text, line).get(key, line) if line else 0)

    def _text(self) -> str:
        try:
            path = self.root / self.file if self.root else None
            return path.read_bytes().decode() if path and path.is_file() else ""
        except (OSError, ValueError):
            return ""  # it has changed since it was read

    def string(self, key: str, default: str = "") -> str:
        """Return a string."""
        return str(self._get(key, str, default))

    def integer(self, key: str, default: int = 0) -> int:
        """Return a whole number."""
        return int(self._get(key, int, default))

    def number(self, key: str, default: float = 0.0) -> float:
        """Return a number, whole or not."""
        self._asked.add(key)
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error(key, f"must be a number, not {value!r}")
        return float(value)

    def boolean(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        return bool(self._get(key, bool, default))

    def strings(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return a list of strings."""
        values = self._get(key, list, default)
        if not all(isinstance(value, str) for value in values):
            raise self.error(key, "must be a list of strings")
        return tuple(values)

    def table(self, key: str) -> Table:
        """Return a table below this one, empty if there is none."""
        return Table(self._get(key, dict, {}), f"{self.path}.{key}", self.file, self.root)

    def tables(self, key: str) -> tuple[Table, ...]:
        """Return an array of tables."""
        path, every = f"{self.path}.{key}", enumerate(self._get(key, list, []))
        return tuple(Table(entry, path, self.file, self.root, number) for number, entry in every)

    def day(self, key: str) -> date:
        """Return a date, which may be written as a text."""
        self._asked.add(key)
        value = self._values.get(key)
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                value = None
        if type(value) is date:
            return value
        raise self.error(key, "must be a date", fix=f"write {key} = 2027-01-31")

    def __iter__(self) -> Iterator[str]:
        """Yield the keys as written."""
        return iter(self._values)

    def done(self) -> None:
        """Refuse keys that no getter asked for."""
        for key in self._values:
            if key not in self._asked:
                raise self.error(key, "is not a key of this table." + near(key, self._asked))


def alone(document: Mapping[str, Any], key: str, file: str) -> None:
    """Refuse keys beside `key`, whose table alone would be read."""
    if hidden := sorted(document.keys() - {key}):
        raise ConfigError(
            f"has keys with and without the prefix tool.dockgate; those without it are {', '.join(hidden)}",
            where=Location(file),
            fix=f"leave the prefix out everywhere in {file}: [images], not [tool.dockgate.images]",
        )
