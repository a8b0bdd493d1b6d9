from __future__ import annotations

import pytest

from dockgate.detection import likely_lines

PASSWORD = "kQ7vR2mW9xLz4Tn8"
DRAWN = "Zq3xW9vKt5Lm8RbN2yHs7Jd4"


def test_most_lines_are_ruled_out() -> None:
    """They have no telling word, no random characters and no key."""
    assert likely_lines.numbers("    image: debian:bookworm-slim  # the smallest that has glibc\n\n") == []


@pytest.mark.parametrize(
    "line",
    [
        f"    Passphrase: {PASSWORD}",
        f"SYNC={DRAWN}",
        f"curl -u 'ops:{PASSWORD}' http",
        f"x glpat-{DRAWN[:20]}.",
        "-----BEGIN " + "PRIVATE KEY-----",
        f"ldapsearch -w {PASSWORD}",
        f"pin={PASSWORD}",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028"])
def test_a_line_is_counted_as_splitlines_counts(line: str, end: str) -> None:
    """Letters that are longer in small letters move nothing, wherever they stand."""
    text = end.join(["İ" * 90, "", line, "İ x", line, ""])
    assert likely_lines.numbers(text) == [3, 5]


def test_a_word_that_goes_on_is_another_one() -> None:
    """A pin, a PAT and a PW are secrets; a pine and a path are not."""
    assert likely_lines.numbers("pine\npath\npwned\npin\n") == [4]
