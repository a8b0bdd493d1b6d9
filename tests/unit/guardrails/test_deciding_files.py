"""Which files decide what a promoted release runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.env import release_pointer
from dockgate.env.release_pointer import Pointer
from dockgate.guardrails import deciding_files
from dockgate.guardrails.hit import Scope
from dockgate.guardrails.subject import Subject
from dockgate.situation import Situation
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path


def test_settings_variables_compose_files_and_mounts(tmp_path: Path) -> None:
    """Where a release is promoted and running it is asked about; else every file decides."""
    made = projects.make(tmp_path, compose__base_yaml="services: {api: {env_file: ../api.env}}\n")
    (tmp_path / "app").mkdir()
    model = {"services": {"api": {"volumes": [{"type": "bind", "source": f"{tmp_path}/app"}]}}}

    def of(name: str, *scopes: Scope) -> frozenset[str] | None:
        chosen = made.environment(name)
        return deciding_files.of(Subject(Situation(made), chosen, frozenset(scopes), None, model))

    assert of("prod", Scope.TARGET) is None
    for name in ("prod", "staging"):
        release_pointer.write(tmp_path, name, Pointer("1.0.0", "sha256:1", "today", {}))
    assert of("prod", Scope.MODEL) is None
    assert of("staging", Scope.TARGET) is None
    every = {
        "dockgate.toml", "pyproject.toml", "env/schema.toml", "env/base.env", "env/prod.env", "",
        "compose/base.yaml", "compose/prod.yaml", "api.env", "app",
    }  # fmt: skip
    assert of("prod", Scope.TARGET, Scope.MODEL) == frozenset(every)


@pytest.mark.parametrize(
    ("path", "deciding", "among"),
    [
        ("a/b/c", frozenset({"a/b"}), True),
        ("a/b/", frozenset({"a/b"}), True),
        ("a", frozenset({"a"}), True),
        ("a/bc", frozenset({"a/b"}), False),
        ("a", frozenset({"a/b"}), False),
        ("a", None, True),
    ],
)
def test_a_file_is_one_of_them_or_below(path: str, deciding: frozenset[str] | None, *, among: bool) -> None:
    assert deciding_files.among(path, deciding) is among
