"""DG101 to DG111: the checks of `dockgate.guardrails.env_checks`, as rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from dockgate.core.location import Location
from dockgate.guardrails import env_checks
from dockgate.guardrails.rule import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockgate.core.findings import Finding
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.guardrails.context import Context


class Check(Protocol):
    """The interface of a module in `envchecks`."""

    CODE: str
    __doc__: str | None

    def findings(self, env: ResolvedEnv, /) -> Iterable[Finding]:
        """Go through what is wrong with an environment."""


class EnvRule(Struct):
    """One check of the env files as a rule."""

    CODE: str
    TITLE: str
    module: Check
    SCOPE: Scope = Scope.ENV

    def check(self, context: Context) -> Iterator[Hit]:
        """Go through what the check finds, as hits."""
        for each in self.module.findings(context.resolved) if context.resolved else ():
            origin = Location(each.path, each.line, each.column)
            yield Hit(
                each.message, each.fix, origin, each.severity, name=each.message.partition(" ")[0], code=each.code
            )


def _rule(module: Check) -> EnvRule:
    first = (module.__doc__ or "").splitlines()[0].partition(": ")[2].rstrip(".")
    return EnvRule(module.CODE, first[:1].upper() + first[1:], module)


RULES: tuple[EnvRule, ...] = tuple(_rule(module) for module in sorted(env_checks.CHECKS, key=lambda each: each.CODE))
