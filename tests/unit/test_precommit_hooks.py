"""What `.pre-commit-hooks.yaml` offers to other repositories exists here."""

from __future__ import annotations

from pathlib import Path

import yaml

from dockgate import tasks

HOOKS = yaml.safe_load((Path(tasks.__file__).parents[2] / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def test_every_hook_calls_a_task_with_flags_that_it_has() -> None:
    """A renamed flag would break other people's commits."""
    specs = tasks.specs(tasks.build())
    for hook in HOOKS:
        program, task, *flags = hook["entry"].split()
        assert program == "dockgate"
        assert set(flags) <= specs[task].flags


def test_dockgate_guard_is_offered() -> None:
    """The id that the documentation names."""
    assert "dockgate-guard" in {hook["id"] for hook in HOOKS}
