"""Settings from the environment, secrets from the files that it names (NAME_FILE)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORTEST_KEY = 32


class SettingsError(Exception):
    """What is missing or wrong, in one line that names every variable concerned."""


class Source:
    """Reads typed settings out of a mapping; collects the mistakes, so that one run reports them all."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._mistakes: list[str] = []

    def text(self, name: str, default: str | None = None, pattern: str = r".+") -> str:
        """Return the value of `name`, which must match `pattern` as a whole."""
        value = self._environ.get(name, "") or default
        if value is None:
            self._mistakes.append(f"{name} is not set")
        elif not re.fullmatch(pattern, value):
            self._mistakes.append(f"{name} is {value!r}, which does not match {pattern}")
        return value or ""

    def number(self, name: str, default: int, highest: int) -> int:
        """Return the value of `name` as an integer from 1 to `highest`."""
        value = self._environ.get(name, "") or str(default)
        if not value.isdecimal() or not 1 <= int(value) <= highest:
            self._mistakes.append(f"{name} is {value!r}, not a number from 1 to {highest}")
            return default
        return int(value)

    def flag(self, name: str) -> bool:
        """Return whether `name` is `true`; unset or empty is false."""
        return self.text(name, "false", "true|false") == "true"

    def secret(self, name: str, shortest: int = 1) -> str:
        """Return the content of the file that NAME_FILE names, without the line end; never shown in a message."""
        variable = f"{name}_FILE"
        path = self._environ.get(variable, "")
        if not path:
            self._mistakes.append(f"{variable} is not set")
            return ""
        try:
            value = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            self._mistakes.append(f"{variable} names {path}: {reason}")
            return ""
        if len(value) < shortest:
            self._mistakes.append(f"{variable} names {path}: {shortest} characters at least, it has {len(value)}")
        return value

    def refuse(self, mistake: str) -> None:
        """Record a mistake that only a combination of settings shows."""
        self._mistakes.append(mistake)

    def check(self) -> None:
        """Raise SettingsError when anything read so far was missing or wrong."""
        if self._mistakes:
            raise SettingsError("; ".join(self._mistakes))


@dataclass(frozen=True)
class Process:
    """What every command needs to know about where it runs."""

    environment: str
    version: str
    log_level: str

    @classmethod
    def read(cls, source: Source) -> Process:
        """Read ENVIRONMENT, APP_VERSION and LOG_LEVEL."""
        return cls(
            environment=source.text("ENVIRONMENT", pattern=r"[a-z][a-z0-9-]*"),
            version=source.text("APP_VERSION", "0.0.0+unversioned"),
            log_level=source.text("LOG_LEVEL", "info", "debug|info|warning|error").upper(),
        )


@dataclass(frozen=True)
class Postgres:
    """Where the database is, and as whom to speak to it."""

    host: str
    port: int
    user: str
    database: str
    sslmode: str
    password: str = field(repr=False)

    @classmethod
    def read(cls, source: Source) -> Postgres:
        """Read POSTGRES_*."""
        return cls(
            host=source.text("POSTGRES_HOST", "postgres"),
            port=source.number("POSTGRES_PORT", 5432, 65535),
            user=source.text("POSTGRES_USER"),
            database=source.text("POSTGRES_DB"),
            sslmode=source.text("POSTGRES_SSLMODE", "disable", "disable|prefer|require|verify-ca|verify-full"),
            password=source.secret("POSTGRES_PASSWORD"),
        )


@dataclass(frozen=True)
class Valkey:
    """Where the cache is."""

    host: str
    port: int
    password: str = field(repr=False)

    @classmethod
    def read(cls, source: Source) -> Valkey:
        """Read VALKEY_*."""
        return cls(
            host=source.text("VALKEY_HOST", "valkey"),
            port=source.number("VALKEY_PORT", 6379, 65535),
            password=source.secret("VALKEY_PASSWORD"),
        )


@dataclass(frozen=True)
class Web:
    """What the HTTP interface needs."""

    public_url: str
    session_hours: int
    forwarded_allow_ips: str
    debug: bool
    session_key: str = field(repr=False)
    totp_key: str = field(repr=False)

    @classmethod
    def read(cls, source: Source, environment: str) -> Web:
        """Read the settings of the API; DEBUG is refused in production."""
        debug = source.flag("DEBUG")
        if debug and environment == "prod":
            source.refuse("DEBUG is 'true', which would show tracebacks to strangers in prod")
        return cls(
            public_url=source.text("PUBLIC_URL", "http://localhost:8000", r"https?://[^/\s]+/?"),
            session_hours=source.number("SESSION_HOURS", 12, 24 * 30),
            forwarded_allow_ips=source.text("FORWARDED_ALLOW_IPS", "127.0.0.1"),
            debug=debug,
            session_key=source.secret("SESSION_KEY", SHORTEST_KEY),
            totp_key=source.secret("TOTP_ENCRYPTION_KEY", SHORTEST_KEY),
        )
