"""Files with git's conflict markers."""

from __future__ import annotations

import pytest

from dockgate.secrets import conflict_markers
from dockgate.secrets.conflict_markers import Versions

PLAIN = b"one\n<<<<<<< HEAD\nmine\n=======\nyours\n>>>>>>> branch\nlast\n"
BASED = b"one\n<<<<<<< HEAD\nmine\n||||||| 1234567\nold\n=======\nyours\n>>>>>>> branch\nlast\n"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_both_versions_come_back_whole(end: bytes) -> None:
    """What stands outside belongs to both; the base is known in git's style diff3 alone."""
    plain, based = (conflict_markers.versions(data.replace(b"\n", end)) for data in (PLAIN, BASED))
    ours, theirs = (text.replace(b"\n", end) for text in (b"one\nmine\nlast\n", b"one\nyours\nlast\n"))
    assert plain == Versions(ours, theirs)
    assert based == Versions(ours, theirs, b"one\nold\nlast\n".replace(b"\n", end))


def test_what_was_marked_comes_back() -> None:
    """With and without a line end at the end; what only resembles a marker is none."""
    marked = conflict_markers.marked(Versions(b"mine", b"yours\n"))
    assert marked == b"<<<<<<< ours\nmine\n=======\nyours\n>>>>>>> theirs\n"
    assert conflict_markers.versions(marked) == Versions(b"mine\n", b"yours\n")
    assert conflict_markers.inside(marked)
    assert not conflict_markers.inside(b"<<<<<<<<< more\n======= x\n-----BEGIN AGE ENCRYPTED FILE-----\n")
