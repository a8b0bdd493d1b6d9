"""Where python-dotenv, Dockgate and Compose read a statement differently."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from dotenv.variables import parse_variables

from dockgate.core.secret import Secret
from dockgate.env import compose_dialect, references

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.env.env_files import Assignment

# A statement without quotes, blanks, backslashes, comments or dollars, or one in single quotes that all else stands
# in but backslashes, dollars and what is not printable ASCII: nothing to disagree about.
_PLAIN = re.compile(
    r"[ \t\n]*(?:export )?[A-Za-z_][A-Za-z0-9_]*="
    r"(?:[\w./:@%+,=~^&*?!;|<>()\[\]{}-]*|'[ -#%&(-\[\]-~]*')\n?",
    re.ASCII,
)


class Agreement(Enum):
    """How alike a statement is read.

    ALIKE by all; APART_FROM_DOTENV: Dockgate and Compose agree, python-dotenv's own interpolation (which
    pydantic-settings and environs use) does not; DIFFERENT: Compose sees another value than Dockgate, or none.
    """

    ALIKE = "alike"
    APART_FROM_DOTENV = "apart from dotenv"
    DIFFERENT = "different"


def compare(statement: Assignment, values: Mapping[str, str]) -> Agreement:
    """Compare the readings of one statement, where references find `values`."""
    if statement.value is None:
        return Agreement.DIFFERENT
    if _PLAIN.fullmatch(statement.raw):
        return Agreement.ALIKE
    ours = meaning(statement, values)
    compose = _compose(statement.raw, values)
    if compose is None or ours is None:
        return Agreement.APART_FROM_DOTENV if compose is None and ours is None else Agreement.DIFFERENT
    if compose != ((statement.name, ours),):
        return Agreement.DIFFERENT
    if compose != ((statement.name, _dotenv(text(statement), values)),):
        return Agreement.APART_FROM_DOTENV
    return Agreement.ALIKE


def text(statement: Assignment) -> str:
    """Return the value of `statement` before references are resolved, in clear."""
    return statement.value.reveal() if isinstance(statement.value, Secret) else statement.value or ""


def meaning(statement: Assignment, values: Mapping[str, str]) -> str | None:
    """Return what Dockgate makes of `statement`, undefined references empty; None where it refuses."""
    written = text(statement)
    if not statement.interpolate or "$" not in written:
        return written
    try:
        return references.expand(references.parse(written), values.get, undefined="")
    except references.ReferenceProblemError:
        return None


def _compose(raw: str, values: Mapping[str, str]) -> tuple[tuple[str, str | None], ...] | None:
    """Return what Compose makes of a statement: None where it refuses a reference, nothing where the statement."""
    try:
        return compose_dialect.read(raw, values.get)
    except compose_dialect.BadReferenceError:
        return None
    except compose_dialect.RefusedError:
        return ()


def _dotenv(written: str, values: Mapping[str, str]) -> str:
    return "".join(atom.resolve(values) for atom in parse_variables(written)) if "$" in written else written
