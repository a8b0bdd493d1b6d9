"""What a database is told about its roles: statements of PostgreSQL, with verifiers in place of passwords. Pure."""

from __future__ import annotations

IN_USE = "is still in use"


def password(role: str, verifier: str) -> str:
    """Return what gives a role a password."""
    return f"ALTER ROLE {_name(role)} PASSWORD {_text(verifier)};\n"


def member(role: str, owner: str, verifier: str, *, idle: bool) -> str:
    """Return what makes a role that acts as `owner` from its first statement on, or gives it a password.

    With `idle`, it fails where a client still uses the role: its next connection would be refused.
    """
    lines = (
        "BEGIN;",
        *((_unused(role),) if idle else ()),
        _block(f"IF NOT EXISTS ({_known(role)}) THEN CREATE ROLE {_name(role)}; END IF;"),
        f"GRANT {_name(owner)} TO {_name(role)};",
        f"ALTER ROLE {_name(role)} LOGIN PASSWORD {_text(verifier)};",
        f"ALTER ROLE {_name(role)} SET role TO {_text(owner)};",
        "COMMIT;",
    )
    return "\n".join(lines) + "\n"


def no_password(role: str) -> str:
    """Return what keeps a role, where it exists, from opening connections; those that are open stay."""
    return _block(f"IF EXISTS ({_known(role)}) THEN ALTER ROLE {_name(role)} PASSWORD NULL; END IF;") + "\n"


def _known(role: str) -> str:
    return f"SELECT FROM pg_roles WHERE rolname = {_text(role)}"


def _unused(role: str) -> str:
    used = f"EXISTS (SELECT FROM pg_stat_activity WHERE usename = {_text(role)})"
    said = _text(f"{role} {IN_USE}: by a container that was not replaced yet, or by another client")
    return _block(f"IF {used} THEN RAISE EXCEPTION USING MESSAGE = {said}; END IF;")


def _block(body: str) -> str:
    return f"DO $dockgate$ BEGIN {body} END $dockgate$;"


def _name(role: str) -> str:
    return '"' + role.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
