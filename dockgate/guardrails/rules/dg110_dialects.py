"""DG110: a statement that python-dotenv and Compose read differently.

An error where Compose would see another value than Dockgate, a warning where only a program that reads the file with
python-dotenv's own interpolation would. The fix is the spelling on which all of them agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.core.findings import Severity
from dockgate.detection import candidates, credential, strength
from dockgate.env import dialect, malformed, quoting, references
from dockgate.env.dialect import Agreement
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.env.env_files import Assignment
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.guardrails.context import Context

CODE = malformed.DIALECT
TITLE = "A statement that python-dotenv and Compose read differently"
SCOPE = Scope.SCHEMA
BITS = 64  # below this nothing is fingerprinted, so that nothing the guardrails look for is weaker


def check(context: Context) -> Iterator[Hit]:
    """Find statements that do not mean the same to all.

    Errors where Compose sees another value than Dockgate; warnings where these two agree, but a program that reads
    the file with python-dotenv's own interpolation (pydantic-settings, environs) does not.
    """
    env = context.resolved
    yield from (Hit.of(finding) for finding in env.findings if finding.code == CODE)
    # A bare name is right in an `env_file:`, where Compose passes it through; what python-dotenv gives up on is not.
    unparsed = [replace(each, assignments=()) for each in context.served.get(context.environment.name, ())]
    yield from (Hit.of(finding) for finding in malformed.refused(unparsed, context.environment.name))
    values = env.clear()
    statements = (*env.written(), *(each for each, _ in context.stated()))
    for each in statements:
        if each.value is None or not each.raw:
            continue  # a bare name is refused already; without raw text the value comes literally from a store
        verdict = dialect.compare(each, values)
        if verdict is Agreement.DIFFERENT:
            message = f"{each.name} means one thing to python-dotenv and another to Compose"
            yield Hit(message, _fix(env, each, values), each.origin, name=each.name)
        elif verdict is Agreement.APART_FROM_DOTENV:
            message = f"{each.name} is read alike by Dockgate and Compose, but not by python-dotenv's own interpolation"
            yield Hit(message, _fix(env, each, values), each.origin, Severity.WARNING, name=each.name)


def _fix(env: ResolvedEnv, statement: Assignment, values: Mapping[str, str]) -> str:
    """Return the spelling that makes them agree; the value is shown only where it is declared, and holds no secret."""
    if not references.NAME.fullmatch(statement.name):
        return "use letters, digits and _ in the name"
    wanted = dialect.meaning(statement, values)
    spelling = None if wanted is None else quoting.respell(dialect.text(statement), wanted, values)
    if spelling is None:
        return "correct the reference: ${NAME}, ${NAME:-default}, ${NAME:?message} or ${NAME:+other}"
    if spelling.verdict is not Agreement.ALIKE:
        return "no spelling makes all agree: keep this file away from programs that read it with python-dotenv"
    variable = env.schema.variables.get(statement.name)
    if variable and not variable.secret and "\n" not in spelling.text and not _may_hold_secret(wanted or ""):
        return f"write {statement.name}={spelling.text}"
    quotes = "single" if spelling.text.startswith("'") else "double"  # without any, all agree already
    return f"write the value of {statement.name} in {quotes} quotes"


def _may_hold_secret(value: str) -> bool:
    """Return whether some part of a value is long and mixed enough for a secret, and no path, number or placeholder."""
    return any(
        strength.ceiling(each) >= BITS and credential.may_be_chosen(each) for each in candidates.candidates(value)
    )
