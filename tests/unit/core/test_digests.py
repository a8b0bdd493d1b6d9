"""Digests are cut, everything else is left alone."""

from __future__ import annotations

import pytest

from dockgate.core import digests

WHOLE = "sha256:" + "0123456789ab" + "c" * 52


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (WHOLE, "sha256:0123456789ab"),
        (f"image shop/api:1.0@{WHOLE} → shop/api:1.1@{WHOLE}", "image shop/api:1.0@sha256:0123456789ab → "),
        ("shop/api:1.0", "shop/api:1.0"),
        ("sha256:0123456789ab", "sha256:0123456789ab"),
        (f"{WHOLE}0", f"{WHOLE}0"),  # longer than a digest
    ],
)
def test_a_digest_is_cut_to_twelve_digits(text: str, expected: str) -> None:
    """Wherever it stands in a line."""
    assert digests.short(text).startswith(expected)
    assert len(digests.short(text)) <= len(text)
