"""Migrations in SQL: what loses data, takes something from the code before, or narrows what it may write. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = r"[\w.\"`\[\]]+"
# Of a statement with single blanks.
DESTRUCTIVE = re.compile(
    r"\bDROP (?:TABLE|SCHEMA|TYPE|(?:MATERIALIZED )?VIEW|FUNCTION|PROCEDURE|ROUTINE|AGGREGATE|SEQUENCE|DOMAIN|DATABASE"
    r"|EXTENSION|ROLE|USER|OWNED|FOREIGN TABLE|SERVER|COLUMN)\b"
    r"|\bTRUNCATE (?!ON\b)[\w\"`]|\bDELETE FROM\b|^DELETE\b|\bREVOKE\b|\bRENAME TABLE\b"
    r"|\bALTER (?!TABLE\b|INDEX\b)\w+ .*\b(?:RENAME (?:TO|VALUE|ATTRIBUTE)|SET SCHEMA|SET NOT NULL|DROP ATTRIBUTE"
    r"|ADD CONSTRAINT|ADD CHECK)\b",
    re.IGNORECASE,
)
ALTERED = re.compile(rf"\bALTER TABLE (?:IF EXISTS )?(?:ONLY )?({NAME}) (?:\* )?(.*)", re.IGNORECASE)
# One action of ALTER TABLE, from its beginning: a default, a constraint, an index is no loss.
NARROWING = re.compile(
    r"DROP (?!(?:CONSTRAINT|INDEX|KEY|FOREIGN KEY|PRIMARY KEY|CHECK)\b)"
    r"|RENAME (?!(?:CONSTRAINT|INDEX|KEY)\b)|SET SCHEMA\b|(?:MODIFY|CHANGE)\b"
    r"|ALTER (?!CONSTRAINT\b|INDEX\b|CHECK\b)(?:COLUMN )?(?!COLUMN\b)\S+ (?!SET (?!NOT NULL\b|DATA TYPE\b)|RESET\b"
    r"|RESTART\b|ADD\b|DROP (?:NOT NULL|EXPRESSION)\b)|DETACH PARTITION\b|(?:ENABLE|FORCE) ROW LEVEL SECURITY\b",
    re.IGNORECASE,
)
CONSTRAINT = re.compile(
    rf"ADD (?:CONSTRAINT (?:IF NOT EXISTS )?(?:{NAME} )?)?(UNIQUE|CHECK|FOREIGN KEY|PRIMARY KEY|EXCLUDE|NOT NULL)\b",
    re.IGNORECASE,
)
ADDED = re.compile(rf"ADD ?\(? ?(?:COLUMN )?(?!(?:CONSTRAINT|INDEX|KEY)\b)(?:IF NOT EXISTS )?({NAME}) ", re.IGNORECASE)
FILLED = re.compile(r"\b(?:DEFAULT|GENERATED|IDENTITY|SERIAL|BIGSERIAL|SMALLSERIAL|AUTO_INCREMENT)\b", re.IGNORECASE)
NOT_NULL = re.compile(r"(?<!\bIS )\bNOT NULL\b", re.IGNORECASE)
UNIQUE = re.compile(rf"\bCREATE UNIQUE .*?\bON (?:ONLY )?({NAME}) ?(.*)", re.IGNORECASE)
LISTED = re.compile(r"\(([^()]*)\)")
DECLARED = re.compile(r"^(?:--|#)\s*destructive:\s*(yes|no)\s*$", re.IGNORECASE | re.MULTILINE)
# A string, a comment, and the body of a function, which is not run here; that of DO is.
ASIDE = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/|\$(\w*)\$(.*?)\$\1\$", re.DOTALL)
RUN = re.compile(r"\bDO\s+(?:LANGUAGE\s+\w+\s+)?\Z|\bEXECUTE\s+(?:format\s*\(\s*)?\Z", re.IGNORECASE)
BATCH = re.compile(r"^[ \t]*GO[ \t]*$", re.IGNORECASE | re.MULTILINE)
NEAR = 60  # characters between a string and what runs it; chosen, so that each search is short
# What goose, dbmate and sql-migrate run when they go back.
DOWN = re.compile(
    r"^--\s*(?:\+goose\s+Down|migrate:down|\+migrate\s+Down)\b.*\Z", re.IGNORECASE | re.MULTILINE | re.DOTALL
)
CREATED = re.compile(
    rf"\bCREATE (?:(?:GLOBAL|LOCAL) )?(?:TEMP\w* |UNLOGGED )?TABLE (?:IF NOT EXISTS )?({NAME})", re.IGNORECASE
)
TOUCHED = re.compile(
    rf"\b(?:ALTER TABLE|DROP TABLE|TRUNCATE(?: TABLE)?|DELETE FROM|INDEX\b.*?\bON) (?:IF EXISTS )?(?:ONLY )?({NAME})",
    re.IGNORECASE,
)


class Fresh(Struct):
    """What a file made so far, which the release before never wrote: tables, and columns that may stay empty."""

    tables: set[str] = field(default_factory=set)
    columns: set[tuple[str, str]] = field(default_factory=set)

    def only(self, table: str, listed: str) -> bool:
        """Return whether the first list of columns in a text names new ones of a table only."""
        found = LISTED.search(listed)
        names = [_plain(each.split()[0]) for each in found[1].split(",") if each.strip()] if found else []
        return bool(names) and all((table, name) in self.columns for name in names)


def declared(text: str) -> bool | None:
    """Return what a file says itself (`-- destructive: yes` or `no`; `#` in Python); None where it says nothing."""
    said = DECLARED.search(text)
    return said[1].lower() == "yes" if said else None


def destructive(sql: str) -> bool:
    """Tell what the file declares, else what its statements look like; what it creates itself it may change."""
    said = declared(sql)
    if said is not None:
        return said
    fresh = Fresh()
    return any(_statement(" ".join(each.split()), fresh) for each in _bare(DOWN.sub("", sql)).split(";"))


def _bare(sql: str) -> str:
    """Return what is run of a text: without strings, comments and bodies of functions."""
    text = BATCH.sub(";", sql)

    def aside(match: re.Match[str]) -> str:
        run = RUN.search(text, max(0, match.start() - NEAR), match.start())
        if match[0].startswith("'"):
            return f";{_bare(match[0][1:-1].replace(chr(39) * 2, chr(39)))};" if run else "''"
        return f";{_bare(match[2])};" if run and match[2] is not None else " "

    return ASIDE.sub(aside, text)


def _statement(text: str, fresh: Fresh) -> bool:
    touched = TOUCHED.search(text)
    known = bool(touched and _plain(touched[1]) in fresh.tables)
    fresh.tables.update(map(_plain, CREATED.findall(text)))
    if known:
        return False
    if (altered := ALTERED.search(text)) is not None:
        looked = [_action(each, _plain(altered[1]), fresh) for each in _split(altered[2])]
        return any(looked)
    if (index := UNIQUE.search(text)) is not None:
        return not fresh.only(_plain(index[1]), index[2])
    return bool(DESTRUCTIVE.search(text))


def _action(text: str, table: str, fresh: Fresh) -> bool:
    """Return whether an action of ALTER TABLE is one that the release before cannot live with."""
    if constraint := CONSTRAINT.match(text):
        kind = constraint[1].upper().split()[0]
        return not (kind in {"UNIQUE", "FOREIGN"} and fresh.only(table, text[constraint.end() :]))
    added = ADDED.match(text)
    if added is None:
        return bool(NARROWING.match(text))
    empty = not NOT_NULL.search(text)
    if empty and not FILLED.search(text):
        fresh.columns.add((table, _plain(added[1])))
    return not empty and not FILLED.search(text)


def _split(actions: str) -> Iterator[str]:
    """Yield the actions of ALTER TABLE: what commas outside parentheses separate."""
    depth, start = 0, 0
    for place, sign in enumerate(actions):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield actions[start:place].strip()
            start = place + 1
    yield actions[start:].strip()


def _plain(name: str) -> str:
    return re.sub(r"[\"`\[\]]", "", name).lower().removeprefix("public.")
