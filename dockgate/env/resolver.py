"""Resolves the references of one environment against its merged layers, once, in linear time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Finding, Severity
from dockgate.core.redacted import Redacted
from dockgate.core.secret import Secret
from dockgate.env import references
from dockgate.env.references import ReferenceProblemError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.env.env_files import Assignment
    from dockgate.env.references import Template
    from dockgate.env.variable import Variable

CODE = "DG109"


class Resolution(Redacted, frozen=True):
    """What a statement came to; `failed` means that `value` is what was written."""

    unshown = frozenset({"value"})

    value: str | Secret
    references: tuple[str, ...] = ()
    failed: bool = False


class Resolver:
    """Expands each winner; problems become findings (DG109) at the line of the reference."""

    def __init__(
        self, winners: Mapping[str, Assignment], environment: str, declared: Mapping[str, Variable], *, locked: bool
    ) -> None:
        """Take the winning statement of every name; nothing is resolved yet.

        With `locked` the layer of secrets is absent or cannot be opened here, and what refers to a missing one is
        left unresolved instead of being called wrong.
        """
        self._declared = declared
        self._secrets = frozenset(name for name, each in declared.items() if each.secret)
        self._locked = locked
        self._winners = winners
        self._environment = environment
        self._done: dict[str, Resolution] = {}
        self._templates: dict[str, Template] = {}
        self.findings: list[Finding] = []

    def resolve(self, name: str) -> Resolution:
        """Return the value of `name`, resolving what it refers to first; no recursion, chains may be long."""
        if name not in self._done and not _refers(self._winners[name]):
            self._done[name] = Resolution(_value(self._winners[name]))
        stack, open_names = [name], dict[str, None]()
        while stack:
            current = stack[-1]
            if current in self._done:
                stack.pop()
                open_names.pop(current, None)
                continue
            wanted = self._wanted(current)
            if current not in open_names:
                open_names[current] = None
                if circle := [each for each in wanted if each in open_names]:
                    self._circular(circle[0], list(open_names))
                    continue
                pending = [each for each in wanted if each not in self._done]
                stack.extend(pending)
                if pending:
                    continue
            self._done[current] = self._expand(current)
        return self._done[name]

    def _wanted(self, name: str) -> list[str]:
        """Return the defined names that `name` mentions."""
        if name not in self._templates:
            statement = self._winners[name]
            try:
                self._templates[name] = (
                    references.parse(_text(statement)) if _refers(statement) else (_text(statement),)
                )
            except ReferenceProblemError as problem:
                self._fail(name, problem)
                return []
        return [each for each in references.names(self._templates[name]) if each in self._winners]

    def _expand(self, name: str) -> Resolution:
        if name in self._done:
            return self._done[name]
        template = self._templates[name]
        mentioned = self._mentioned(name)
        if self._locked and any(each in self._secrets and each not in self._done for each in mentioned):
            return Resolution(Secret(_text(self._winners[name])), mentioned, failed=True)
        try:
            value = references.expand(template, self._lookup)
        except ReferenceProblemError as problem:
            return self._fail(name, problem)
        broken = any(self._done[each].failed for each in mentioned if each in self._done)
        secret = isinstance(self._winners[name].value, Secret) or any(map(self._is_secret, mentioned))
        return Resolution(Secret(value) if secret else value, mentioned, broken)

    def _mentioned(self, name: str) -> tuple[str, ...]:
        """Return the names that `name` refers to; of a secret only known ones: others may be a piece of its value."""
        found = references.names(self._templates.get(name, ()))
        if not isinstance(self._winners[name].value, Secret):
            return found
        return tuple(each for each in found if self._known(each))

    def _known(self, name: str) -> bool:
        return name in self._winners or name in self._declared

    def _is_secret(self, name: str) -> bool:
        return name in self._secrets or (name in self._done and isinstance(self._done[name].value, Secret))

    def _lookup(self, name: str) -> str | None:
        outcome = self._done.get(name)
        if outcome is None:
            return None
        return outcome.value.reveal() if isinstance(outcome.value, Secret) else outcome.value

    def _circular(self, first: str, open_names: list[str]) -> None:
        """Fail every member of the circle that closes at `first`."""
        members = open_names[open_names.index(first) :]
        path = " → ".join([*members, first])
        for member in members:
            self._fail(
                member,
                ReferenceProblemError(
                    f"circular reference: {path}", name=first, fix="give one of them a literal value"
                ),
            )

    def _fail(self, name: str, problem: ReferenceProblemError) -> Resolution:
        statement = self._winners[name]
        what, fix = problem.what, problem.fix
        if isinstance(statement.value, Secret) and not (problem.name and self._known(problem.name)):
            what, fix = "cannot be resolved", "put the value in single quotes if `$` is a part of it"
        self.findings.append(
            Finding(statement.origin, CODE, Severity.ERROR, f"{name}: {what}", self._environment, fix, name)
        )
        self._done[name] = Resolution(_value(statement), self._mentioned(name), failed=True)
        return self._done[name]


def _refers(statement: Assignment) -> bool:
    return statement.interpolate and "$" in _text(statement)


def _value(statement: Assignment) -> str | Secret:
    return "" if statement.value is None else statement.value


def _text(statement: Assignment) -> str:
    value = _value(statement)
    return value.reveal() if isinstance(value, Secret) else value
