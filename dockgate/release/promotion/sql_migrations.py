"""Migrations in SQL: what loses data, takes something from the code before, or narrows what it may write. Pure."""

from __future__ import annotations

import re

DESTRUCTIVE = re.compile(
    r"\bDROP\s+(?:TABLE|COLUMN|SCHEMA|TYPE|VIEW|MATERIALIZED\s+VIEW|FUNCTION|PROCEDURE|SEQUENCE|DOMAIN|DATABASE)\b"
    r"|\bTRUNCATE\b|\bDELETE\s+FROM\b|\bREVOKE\b"
    r"|\bRENAME\s+(?:TO|COLUMN|VALUE|TABLE)\b|\bRENAME\s+[\w\"`]+\s+TO\b|\bSET\s+SCHEMA\b"
    r"|\b(?:MODIFY|CHANGE)\s+(?:COLUMN\s+)?[\w\"`]+"
    r"|\bALTER\s+(?:COLUMN\s+)?\S+\s+(?:TYPE|SET\s+DATA\s+TYPE|SET\s+NOT\s+NULL|DROP\s+DEFAULT)\b"
    r"|\bCREATE\s+UNIQUE\s+INDEX\b|\bADD\s+(?:CONSTRAINT\b|UNIQUE\b|CHECK\b|FOREIGN\s+KEY\b|PRIMARY\s+KEY\b)",
    re.IGNORECASE,
)
# `DROP name` inside ALTER TABLE drops a column; a default, a constraint, an index is no loss.
DROPPED = re.compile(
    r"\bALTER\s+TABLE\b[^;]*?\bDROP\s+(?!CONSTRAINT\b|DEFAULT\b|NOT\s+NULL\b|INDEX\b|KEY\b|FOREIGN\b|PRIMARY\b"
    r"|IDENTITY\b|EXPRESSION\b|CHECK\b)(?:IF\s+EXISTS\s+)?[\w\"`]+",
    re.IGNORECASE,
)
ADDED = re.compile(r"\bADD\s+(?:COLUMN\s+)?(?!CONSTRAINT\b)(?:IF\s+NOT\s+EXISTS\s+)?[\w\"`]+\s[^,;]*", re.IGNORECASE)
FILLED = re.compile(r"\b(?:DEFAULT|GENERATED|SERIAL|BIGSERIAL|SMALLSERIAL|AUTO_INCREMENT)\b", re.IGNORECASE)
DECLARED = re.compile(r"^(?:--|#)\s*destructive:\s*(yes|no)\s*$", re.IGNORECASE | re.MULTILINE)
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
QUOTED = re.compile(r"'(?:[^']|'')*'")
# What goose, dbmate and sql-migrate run when they go back.
DOWN = re.compile(
    r"^--\s*(?:\+goose\s+Down|migrate:down|\+migrate\s+Down)\b.*\Z", re.IGNORECASE | re.MULTILINE | re.DOTALL
)
CREATED = re.compile(
    r"\bCREATE\s+(?:TEMP\w*\s+|UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w.\"`]+)", re.IGNORECASE
)


def declared(text: str) -> bool | None:
    """Return what a file says itself (`-- destructive: yes` or `no`; `#` in Python); None where it says nothing."""
    said = DECLARED.search(text)
    return said[1].lower() == "yes" if said else None


def destructive(sql: str) -> bool:
    """Tell what the file declares, else what its statements look like; what it creates itself it may change."""
    said = declared(sql)
    if said is not None:
        return said
    text = QUOTED.sub("''", COMMENT.sub(" ", DOWN.sub("", sql)))
    fresh = {name.lower() for name in CREATED.findall(text)}
    return any(_statement(each) for each in text.split(";") if not _of(each, fresh))


def _of(statement: str, tables: set[str]) -> bool:
    words = re.search(
        r"\b(?:ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?|INDEX\b.*?\bON\s+)([\w.\"`]+)",
        statement,
        re.IGNORECASE | re.DOTALL,
    )
    return words is not None and words[1].lower() in tables


def _statement(text: str) -> bool:
    if DESTRUCTIVE.search(text) or DROPPED.search(text):
        return True
    return any(
        re.search(r"\bNOT\s+NULL\b", each[0], re.IGNORECASE) and not FILLED.search(each[0])
        for each in ADDED.finditer(text)
    )
