"""What the edge of the guardrails collects for the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.env import layering
from dockgate.guardrails import Scope, Subject, check, collect
from dockgate.secrets import store as secret_store
from dockgate.situation import Situation
from tests.unit.guardrails.repository import make
from tests.unit.secrets import secretproject

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
        resolved = layering.survey(seen, prod, secret_store.layer(seen, prod))
        asked = Subject(Situation(seen), prod, frozenset({Scope.ENV}), resolved)
        context, _ = collect.collect(asked)
        assert ("TOKEN" in context.made) is not bool(process)
        return "DG209" in {finding.code for finding in check(asked).findings}

    assert not weak()
    assert weak(TOKEN="Sommer2026!")
