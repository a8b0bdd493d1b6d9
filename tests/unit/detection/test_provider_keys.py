"""The table of key formats is made of rows."""

from __future__ import annotations

from dockgate.detection import provider_keys
from dockgate.detection.provider_keys import KeyFormat, Stage


def test_a_row_has_a_provider_literals_and_what_follows_them() -> None:
    """Its alphabets have names."""
    rows = "\n  Acme  | a_ b_ |  {W}{5}{U}{X}  \nOther Co | c | x|y\n"
    assert provider_keys._rows(rows) == (
        KeyFormat("Acme", ("a_", "b_"), "[A-Za-z0-9]{5}[A-Za-z0-9_-][0-9a-fA-F]"),
        KeyFormat("Other Co", ("c",), "x|y"),
    )


def test_a_format_is_called_after_its_provider_and_stage() -> None:
    assert KeyFormat("Acme", ("a",), "x").kind == "Acme"
    assert KeyFormat("Acme", ("a",), "x", Stage.LIVE).kind == "Acme live key"
