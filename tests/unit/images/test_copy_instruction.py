"""What one COPY or ADD says."""

from __future__ import annotations

import pytest

from dockgate.images import copy_instruction, dockerfile
from dockgate.images.copy_instruction import Copy


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("COPY a b /c/", Copy({}, (), ("a", "b"), "/c/")),
        ('COPY ["X b", "c", "/d"]', Copy({}, (), ("X b", "c"), "/d")),
        ("COPY 'a' \"b\"", Copy({}, (), ("a",), "b")),
        (
            "ADD --Link --from=made   --exclude=*.md --exclude=*.txt a /b",
            Copy({"link": "", "from": "made", "exclude": "*.txt"}, ("*.md", "*.txt"), ("a",), "/b"),
        ),
        ("ADD a https://x.test/b git://x.test/c ssh://x.test/d git@x.test:e http://f /g", Copy({}, (), ("a",), "/g")),
        ("COPY <<EOF a /b\nhidden /c\nEOF", Copy({}, (), ("a",), "/b")),
        ("COPY not-git@x.test a<<b /c", Copy({}, (), ("not-git@x.test", "a<<b"), "/c")),
        ("ADD https://x.test/a /b", None),
        ("COPY /only", None),
        ("COPY []", None),
        ("COPY 'a /b", None),
        ("RUN a b", None),
    ],
)
def test_flags_sources_and_target(said: str, found: Copy | None) -> None:
    """Sources that come from elsewhere than a context or a stage are left out, and a copy without any is none."""
    (instruction,) = dockerfile.instructions(said)
    assert copy_instruction.parse(instruction) == found
