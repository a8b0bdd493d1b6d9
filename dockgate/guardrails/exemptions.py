"""Exemptions: `[[tool.dockgate.exemptions]]`, each with a rule, a place, a reason and a date on which it ends."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - the Struct reads the types of its fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.toml_lines import PREFIX
from dockgate.core.toml_table import Table
from dockgate.guardrails.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.findings import Finding
    from dockgate.core.project import Project

EXPIRED = "DG001"
CROSSING = "DG2"


class Exemption(Struct, frozen=True):
    """One exemption; `environment` and `name` (of a variable) narrow it, empty means any. `number`: which one it is."""

    code: str
    path: str
    service: str
    name: str
    environment: str
    reason: str
    expires: date
    number: int = 0

    def covers(self, hit: Hit, finding: Finding) -> bool:
        """Return whether the exemption is about this finding."""
        return (
            self.code == finding.code
            and (not self.path or fnmatchcase(finding.location.path, self.path))
            and (not self.service or self.service == hit.service)
            and (not self.name or self.name == hit.name)
            and (not self.environment or self.environment == finding.environment)
        )

    def as_json(self) -> Mapping[str, str]:
        """Return the exemption as `--json` prints it."""
        place = {key: value for key, value in (("path", self.path), ("service", self.service)) if value}
        named = {key: value for key, value in (("name", self.name), ("environment", self.environment)) if value}
        return {"code": self.code, **place, **named, "reason": self.reason, "expires": self.expires.isoformat()}

    def __str__(self) -> str:
        """Return what the text output lists."""
        place = " ".join(filter(None, (self.environment, self.path or self.service, self.name)))
        return f"exempt until {self.expires.isoformat()}: {self.code} {place}: {self.reason}"

    def expired(self, project: Project) -> Hit:
        """Return the error that an exemption becomes after its date."""
        return Hit(
            f"the exemption from {self.code} ended on {self.expires.isoformat()}",
            "repair what it excused, or decide anew and write a new date",
            _tables(project)[self.number].place("expires"),
        )


def load(project: Project) -> tuple[Exemption, ...]:
    """Return the exemptions; ConfigError for one without a reason, a date, or a place that is narrow enough."""
    return tuple(_exemption(number, table) for number, table in enumerate(_tables(project)))


def _tables(project: Project) -> tuple[Table, ...]:
    return Table(project.settings, PREFIX, project.file, project.root).tables("exemptions")


def _exemption(number: int, table: Table) -> Exemption:
    exemption = Exemption(
        code=table.string("code"),
        path=table.string("path"),
        service=table.string("service"),
        name=table.string("name"),
        environment=table.string("environment"),
        reason=table.string("reason").strip(),
        expires=table.day("expires"),
        number=number,
    )
    table.done()
    for key in ("code", "reason"):
        if not getattr(exemption, key):
            raise table.error(key, "is missing", fix="an exemption names the rule, the place, a reason and a date")
    if not exemption.path and not exemption.service:
        raise table.error("path", "or service is missing", fix="an exemption is for one place")
    if exemption.code.startswith(CROSSING) and (not exemption.name or set(exemption.path) & set("*?[")):
        raise table.error(
            "name", f"is missing, or path is a pattern: {exemption.code} cannot be exempted in bulk", fix="name both"
        )
    return exemption
