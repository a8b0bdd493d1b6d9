"""What the edge of the guardrails collects for the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate import layering, secretstore
from dockgate.guardrails import Scope, Subject, check, facts
from tests.unit import secretproject
from tests.unit.guardrails.repository import make

if TYPE_CHECKING:
    from pathlib import Path


def test_only_what_the_store_itself_holds_counts_as_drawn(tmp_path: Path) -> None:
    """A weak value that the shell puts in the place of a generated one is looked at."""
    project = make(tmp_path)
    project = replace(project, process={**project.process, "USER": "alice"})
    secretproject.enrolled(project, "prod")
    secretproject.stored(project, "prod", TOKEN=secretproject.STRONG)
    prod = project.environment("prod")

    def weak(**process: str) -> bool:
        seen = replace(project, process={**project.process, **process})
        resolved = layering.survey(seen, prod, secretstore.layer(seen, prod))
        asked = Subject(seen, prod, frozenset({Scope.ENV}), resolved)
        context, _ = facts.collect(asked)
        assert ("TOKEN" in context.made) is not bool(process)
        return "DG209" in {finding.code for finding in check(asked).findings}

    assert not weak()
    assert weak(TOKEN="Sommer2026!")
