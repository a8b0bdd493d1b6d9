"""What a run of the guardrails found, and whether it blocks: decided here, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core import terminal
from dockgate.core.counted import counted
from dockgate.core.errors import FindingsError
from dockgate.core.findings import Finding, Severity, blocking, summary
from dockgate.guardrails.evidence import Skipped  # noqa: TC001 - as below
from dockgate.guardrails.exemptions import Exemption  # noqa: TC001 - the cache reads the types of fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


SHOWN = 5  # paths of what was left out; `--json` has them all


class Checked(Struct, frozen=True):
    """What one run looked at: the environment (empty: the files of all) and the rules that ran."""

    environment: str
    rules: tuple[str, ...]


class Report(Struct, frozen=True):
    """Findings in a stable order, what was checked, the exemptions in force, and what they excused.

    `baseline` are those of the excused that the baseline has.
    """

    findings: tuple[Finding, ...] = ()
    checked: tuple[Checked, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    excused: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    baseline: tuple[Finding, ...] = ()

    @property
    def blocked(self) -> bool:
        """Return whether anything blocks."""
        return bool(blocking(self.findings))

    def __add__(self, other: Report) -> Report:
        """Return both reports as one; what both found is there once."""
        return Report(
            tuple(sorted({*self.findings, *other.findings})),
            (*self.checked, *other.checked),
            tuple(dict.fromkeys((*self.exemptions, *other.exemptions))),
            tuple(sorted({*self.excused, *other.excused})),
            tuple(sorted({*self.skipped, *other.skipped})),
            (*self.baseline, *other.baseline),
        )

    def as_json(self) -> Mapping[str, Any]:
        """Return what `inv guard --json` prints."""
        return {
            "findings": [dict(finding.as_json()) for finding in self.findings],
            "checked": [{"environment": each.environment, "rules": list(each.rules)} for each in self.checked],
            "blocked": self.blocked,
            "exemptions": [dict(each.as_json()) for each in self.exemptions],
            "excused": [dict(finding.as_json()) for finding in self.excused],
            "skipped": [{"path": each.path, "reason": each.reason} for each in self.skipped],
        }

    def __str__(self) -> str:
        """Return the findings, the exemptions and a line of figures."""
        count = {severity: sum(each.severity is severity for each in self.findings) for severity in Severity}
        figures = ", ".join(counted(number, severity) for severity, number in count.items() if number)
        where = ", ".join(dict.fromkeys(each.environment or "files" for each in self.checked)) or "nothing"
        lines = [*map(str, self.findings), *map(str, self.exemptions), *self._not_looked_at()]
        lines += [f"{counted(len(self.baseline), 'finding')} of the baseline, which no longer block"] * bool(
            self.baseline
        )
        return "\n".join([*lines, f"checked {where}: {figures or 'nothing found'}"])

    def _not_looked_at(self) -> Iterator[str]:
        """Yield lines on what was left out, one for each reason."""
        reasons: dict[str, list[str]] = {}
        for each in self.skipped:
            reasons.setdefault(each.reason, []).append(each.path)
        for reason, paths in reasons.items():
            more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
            yield f"not looked at: {', '.join(map(terminal.word, paths[:SHOWN]))}{more} ({reason})"

    def refuse(self) -> None:
        """Raise FindingsError where something blocks, for a caller that has shown the findings.

        Its document has the first finding, and how many more there are.
        """
        blocked = blocking(self.findings)
        if not blocked:
            return
        first = blocked[0]
        where = first.location if first.location.path else None
        shown = f"blocked by {counted(len(blocked), 'finding')}"
        raise FindingsError(summary(blocked, "inv guard"), where=where, fix=first.fix, shown=shown)
