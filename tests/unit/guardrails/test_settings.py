"""What a container is told when it starts."""

from __future__ import annotations

import pytest

from dockgate.guardrails import settings


def test_variables_that_have_a_value_as_the_container_sees_them() -> None:
    entry = {"environment": {"A": "x$$y", "B": None, "C": 5, "D": ""}}
    assert [*settings.variables(entry)] == [("A", "x$y"), ("C", "5"), ("D", "")]
    assert [*settings.variables({"environment": None})] == []


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ({"command": "run $$HOME", "entrypoint": ["sh", "-c", 5]}, "sh -c 5 run $HOME"),
        ({"command": ["run"], "entrypoint": None}, "run"),
        ({"entrypoint": "sh"}, "sh"),
        ({"command": []}, ""),
    ],
)
def test_a_command_is_one_line(entry: dict[str, object], line: str) -> None:
    """However it is written."""
    assert settings.command(entry) == line


@pytest.mark.parametrize(
    ("user", "root"),
    [
        ("root", True), (0, True), ("0:1000", True), (" root :app", True), ("00", True),
        ("", False), (None, False), ("app", False), ("1000:0", False), ("roots", False), ("٠", False), (10, False),
    ],
)  # fmt: skip
def test_root_by_name_or_number(user: object, *, root: bool) -> None:
    assert settings.is_root(user) is root
