"""The errors that reach a user, one class per exit code (DESIGN: exit codes)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from dockgate.core.counted import first_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockgate.core.location import Location


class DockgateError(Exception):
    """Something went wrong: `what`, `where` it is, and `fix`, what to do about it."""

    code: ClassVar[int] = 1
    kind: ClassVar[str] = "bug"

    def __init__(self, what: str, *, where: Location | None = None, fix: str = "") -> None:
        """Keep the parts apart, so that text and JSON can each say them their way."""
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        """Return `where: what` and the fix on a line of its own."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  → {self.fix}" if self.fix else head

    def add(self, note: str) -> None:
        """Add to what it says."""
        self.what += note

    def as_json(self) -> Mapping[str, object]:
        """Return what `--json` prints for this error."""
        where = {"path": self.where.path, "line": self.where.line, "column": self.where.column} if self.where else None
        return {"error": {"kind": self.kind, "code": self.code, "message": self.what, "where": where, "fix": self.fix}}


class ConfigError(DockgateError):
    """The configuration, an environment or the command line is wrong."""

    code = 2
    kind = "configuration"


class SeveralError(ConfigError):
    """Several problems found in one go: reads as the first one, and keeps them all."""

    def __init__(self, problems: Sequence[ConfigError]) -> None:
        """Say the first, and how many more there are."""
        first = problems[0]
        super().__init__(first_of(first.what, len(problems), "problem"), where=first.where, fix=first.fix)
        self.problems = tuple(problems)


def together(problems: Sequence[ConfigError]) -> ConfigError:
    """Return one error for one problem or more."""
    each = [one for problem in problems for one in apart(problem)]
    return each[0] if len(each) == 1 else SeveralError(each)


def apart(error: ConfigError) -> tuple[ConfigError, ...]:
    """Return the problems that an error is about, one each."""
    return error.problems if isinstance(error, SeveralError) else (error,)


class FindingsError(DockgateError):
    """A guardrail or a linter found something that blocks; `shown` is the text after findings that were shown whole."""

    code = 3
    kind = "findings"

    def __init__(self, what: str, *, where: Location | None = None, fix: str = "", shown: str = "") -> None:
        """Keep what a document says of it, and what is left to say to a person."""
        super().__init__(what, where=where, fix=fix)
        self.shown = shown

    def add(self, note: str) -> None:
        """Add to both."""
        super().add(note)
        self.shown += note if self.shown else ""

    def __str__(self) -> str:
        """Return what a person has not read yet."""
        return self.shown or super().__str__()


class MissingToolError(DockgateError):
    """A tool or the engine is missing, too old or does not answer."""

    code = 4
    kind = "missing"


class ToolFailedError(DockgateError):
    """A tool or a service failed."""

    code = 5
    kind = "failed"


class NotConfirmedError(DockgateError):
    """Something destructive was not confirmed."""

    code = 6
    kind = "not-confirmed"


class LockedError(DockgateError):
    """Another process works on the same stack."""

    code = 7
    kind = "locked"
