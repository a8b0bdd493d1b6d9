"""DG102: a variable that the environment needs has no value.

An error. For a secret it is a warning where the environment has no secrets file yet (a fresh clone), and a sealed
store is assumed to hold it.
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
    for name, variable in env.schema.variables.items():
        if name in env.values or not variable.required_in(env.environment) or (variable.secret and sealed):
            continue
        not_yet = variable.secret and not held and not env.development
        severity = Severity.WARNING if not_yet else Severity.ERROR
        fix = _fix(env, variable, not_yet=not_yet)
        yield Hit(f"{name} is required and has no value", fix, variable.origin, severity, name=name)


def _fix(env: ResolvedEnv, variable: Variable, *, not_yet: bool) -> str:
    if variable.secret and not env.development:
        if not_yet or variable.generate:
            return f"inv secrets.init --env={env.environment}"
        return f"inv secrets.set {variable.name} --env={env.environment}"
    own = next((layer.path for layer in env.layers if layer.name == env.environment), "an env layer")
    return f"set {variable.name} in {own}"
