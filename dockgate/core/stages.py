"""Stages, as people write them into the names of files, folders and environments: development, production and others.

words(name) -> the words of a name          of_env_file(path) -> the stage that a path says, "" for none
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

DEVELOPMENT = frozenset({"dev", "development", "local", "devel", "develop"})
TEST = frozenset({"test", "tests", "testing", "ci", "e2e"})
ONE_PERSONS = DEVELOPMENT | TEST  # what environments of one developer, or of one test run, are called
STAGING = frozenset({"staging", "stage", "qa", "preprod", "uat", "demo", "preview"})
PRODUCTION = frozenset({"prod", "production", "live", "prd"})
DEV, PROD, OTHER = "development", "production", "other"

SAMPLE = re.compile(r"example|sample|te?mpl|\btpl\b|dist|defaults?$", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ENV = re.compile(r"^\.?env(?:[._-]|$)|[._-]env$", re.IGNORECASE)
_ENV_FOLDER = re.compile(r"\.?envs?", re.IGNORECASE)
_NEGATED = frozenset({"pre", "non", "not", "no"})  # `pre-prod.env` is another one's
_MACHINES = frozenset({".env", ".env.local", "local.env"})


def words(name: str) -> frozenset[str]:
    """Return the words of a name in lower case, as signs between them part it."""
    return frozenset(re.split(r"[._-]", name.lower()))


def of_env_file(path: str) -> str:
    """Return the stage that the path of an env file says, its nearest part first; a sample has none.

    `local` beside another word says which machine, not which stage.
    """
    if SAMPLE.search(PurePosixPath(path).name):
        return ""
    return next((found for part in reversed(PurePosixPath(path).parts) if (found := _of_part(part))), "")


def is_env_file(path: str) -> bool:
    """Return whether a file is one of variables by its name, or by that of its folder."""
    parts = PurePosixPath(path).parts
    return bool(_ENV.search(parts[-1]) or any(_ENV_FOLDER.fullmatch(part) for part in parts[:-1]))


def differs_by_machine(path: str) -> bool:
    """Return whether an env file is the one that each machine has of its own, as its name says: a plain `.env`."""
    return PurePosixPath(path).name.lower() in _MACHINES


def _of_part(part: str) -> str:
    found = frozenset(word.lower() for word in _WORD.findall(part))
    if found & (TEST | STAGING) or (found & PRODUCTION and found & _NEGATED):
        return OTHER
    if found & (DEVELOPMENT - {"local"}):
        return DEV
    if found & PRODUCTION:
        return PROD
    return DEV if "local" in found else ""
