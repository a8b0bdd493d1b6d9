"""Settings: plain ones from the environment, every secret from the file that NAME_FILE names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

# Without control characters: PostgreSQL takes no NUL.
Email = Annotated[
    str, Meta(pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+\.[^@\s\x00-\x1f\x7f]+\Z", max_length=254)
]
Password = Annotated[str, Meta(min_length=12, max_length=128)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Key = Annotated[str, Meta(min_length=32)]


class SettingsError(Exception):
    """Which variable is missing or wrong, in one line, without a secret's value."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename="upper"):
    """What the environment says; a secret that the command does not use stays empty."""

    environment: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]*$")]
    app_version: str = "0.0.0+unversioned"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    debug: bool = False
    public_url: Annotated[str, Meta(pattern=r"^https?://[^/\s]+/?$")] = "http://localhost:8000"
    session_hours: Annotated[int, Meta(ge=1, le=720)] = 12
    forwarded_allow_ips: str = "127.0.0.1"
    postgres_host: str = "postgres"
    postgres_port: Port = 5432
    postgres_user: str
    postgres_db: str
    postgres_sslmode: str = "disable"
    valkey_host: str = "valkey"
    valkey_port: Port = 6379
    admin_email: Email = "admin@example.com"
    demo_email: Email = "demo@example.com"
    postgres_password_file: str = ""
    valkey_password: str = ""
    session_key: Key = ""
    totp_encryption_key: Key = ""
    admin_password: Password = ""
    demo_password: Password = ""

    # The generated one would print the secrets.
    __repr__ = object.__repr__


def load(environ: Mapping[str, str], *secrets: str) -> Settings:
    """Return the settings with the named secrets, or raise SettingsError."""
    known = {name for name in Settings.__struct_encode_fields__ if not name.endswith(("_PASSWORD", "_KEY"))}
    values = {name: environ[name] for name in known if environ.get(name)}
    try:
        settings = msgspec.convert(values | {name: secret(environ, name) for name in secrets}, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(str(error).replace("$.", "")) from error
    if settings.environment == "prod" and settings.debug:
        raise SettingsError("DEBUG would show tracebacks to strangers: refused in prod")
    return settings


def secret(environ: Mapping[str, str], name: str) -> str:
    """Return the content of a secret's file without the line end."""
    path = environ.get(f"{name}_FILE")
    if not path:
        raise SettingsError(f"{name}_FILE is not set")
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise SettingsError(f"{name}_FILE names {path}: {error.strerror}") from error
