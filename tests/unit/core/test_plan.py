"""Plans and commands as they are printed."""

from __future__ import annotations

from dockgate.core.plan import Command, Effect, Plan, Step

STEP = Step("create", "api", "its image has changed")


def test_a_step_is_a_line_with_its_cause_and_a_document_with_its_effect() -> None:
    plan = Plan((STEP, Step("remove", "web", "orphan", Effect.DESTROY)))
    assert str(plan) == "create api (its image has changed)\nremove web (orphan)"
    assert [each.as_json() for each in plan.steps] == [
        {"action": "create", "target": "api", "cause": "its image has changed", "effect": "write"},
        {"action": "remove", "target": "web", "cause": "orphan", "effect": "destroy"},
    ]
    assert (bool(plan), bool(Plan())) == (True, False)


def test_a_command_reads_as_a_shell_would_take_it() -> None:
    """Without its environment."""
    assert str(Command(("docker", "run", "a b"), {"TOKEN": "x"})) == "docker run 'a b'"
