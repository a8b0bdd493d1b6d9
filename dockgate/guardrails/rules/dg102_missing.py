"""DG102: a variable that the environment needs has no value.

An error. For secrets it is one warning where the environment has no secrets file yet (a fresh clone), and a sealed
store is assumed to hold them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.env.env_files import SECRETS
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.env.resolved import ResolvedEnv
    from dockgate.env.variable import Variable
    from dockgate.guardrails.context import Context

CODE = "DG102"
TITLE = "A variable that the environment needs has no value"
SCOPE = Scope.SCHEMA


def check(context: Context) -> Iterator[Hit]:
    """Find required variables without a value.

    A secret is only a warning where the environment has no secrets file yet, and not looked for in a sealed one.
    """
    env = context.resolved
    held = [layer for layer in env.layers if layer.name == SECRETS]
    sealed = any(layer.sealed for layer in held)
    lacking = [
        variable
        for name, variable in env.schema.variables.items()
        if name not in env.values and variable.required_in(env.environment) and not (variable.secret and sealed)
    ]
    not_yet = [each for each in lacking if each.secret and not held and not env.development]
    if not_yet:
        names = ", ".join(each.name for each in not_yet)
        verb = "is required and has" if len(not_yet) == 1 else "are required and have"
        only = not_yet[0].name if len(not_yet) == 1 else ""
        yield Hit(f"{names} {verb} no value", _init(env), not_yet[0].origin, Severity.WARNING, name=only)
    for each in lacking:
        if each not in not_yet:
            yield Hit(f"{each.name} is required and has no value", _fix(env, each), each.origin, name=each.name)


def _init(env: ResolvedEnv) -> str:
    return f"inv secrets.init --env={env.environment}"


def _fix(env: ResolvedEnv, variable: Variable) -> str:
    if variable.secret and not env.development:
        if variable.generate:
            return _init(env)
        return f"inv secrets.set {variable.name} --env={env.environment}"
    own = next((layer.path for layer in env.layers if layer.name == env.environment), "an env layer")
    return f"set {variable.name} in {own}"
