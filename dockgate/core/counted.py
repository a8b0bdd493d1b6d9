"""Numbers of things in a message: `1 finding`, `2 findings`, `first (and 2 more findings)`."""

from __future__ import annotations


def counted(number: int, what: str) -> str:
    """Return the number with its noun, which takes an `s` unless there is one."""
    return f"{number} {what}{'s' * (number != 1)}"


def first_of(first: str, number: int, what: str, command: str = "") -> str:
    """Return the first of `number` things and how many more there are, which `command` shows."""
    if number == 1:
        return first
    return f"{first} (and {counted(number - 1, f'more {what}')}{f': {command} shows all' * bool(command)})"
