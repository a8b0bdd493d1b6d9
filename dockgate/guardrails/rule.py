"""The interface of a rule: a module with a code, a title, a scope and `check`, which sees a Context and yields hits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context
    from dockgate.guardrails.hit import Hit, Scope


class Rule(Protocol):
    """The interface that every module in `rules/` has; its docstring is its section of docs/guardrails.md."""

    CODE: str
    TITLE: str
    SCOPE: Scope
    __doc__: str | None

    def check(self, context: Context) -> Iterator[Hit]:
        """Yield what this rule finds in `context`."""
