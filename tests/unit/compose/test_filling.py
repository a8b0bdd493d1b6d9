"""Variables put into a text of a Compose file."""

from __future__ import annotations

import pytest

from dockgate.compose.filling import filled


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a$$b$$", "a$b$"),
        ("$A/x$A_B", "1/x"),
        ("${A}${B:-2}${C:-3}${C-4}", "1234"),
        ("${A:-2}${A-2}", "11"),
        ("${A:+y}${A+z}${B:+y}${C+z}", "yz"),
        ("${A:?no}${B:?no}${B?no}", "1"),
        ("${A", "${A"),
        ("100$", "100$"),
        ("${A.b}", "1"),
    ],
)
def test_known_variables_are_put_in_and_nothing_stands_for_the_others(text: str, found: str) -> None:
    assert filled(text, {"A": "1", "B": ""}) == found
