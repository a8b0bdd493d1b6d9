"""What a Dockerfile copies with the modes of its context, into an image whose user is not root."""

from __future__ import annotations

import pytest

from dockgate.images import copies
from dockgate.images.copies import Copied

MADE = "FROM x AS made\n"


@pytest.mark.parametrize("user", ["root", "0", "root:app", "0:0"])
def test_root_reads_everything(user: str) -> None:
    assert list(copies.unreadable(f"FROM x\nCOPY a /a\nUSER {user}\n")) == []


@pytest.mark.parametrize("user", ["app", "rooter", "00", "1:0", "10"])
def test_another_user_may_not(user: str) -> None:
    assert list(copies.unreadable(f"FROM x\nCOPY a b /a/\nUSER {user}\n")) == [Copied(("a", "b"), 2, user)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FROM x\nCOPY a /a\n", []),
        ("FROM x\nCOPY --chmod=644 a /a\nCOPY --chown=app a /a\nCOPY --link b /b\nUSER app\n", [("b", 4)]),
        ("FROM x\nCOPY $A b /b/\nCOPY $C /c\nUSER app\n", [("b", 2)]),
        ("FROM x\nRUN make\nCOPY a /a\nUSER app\n", [("a", 3)]),
        *((f"FROM x\nRUN {word} a\nCOPY a /a\nUSER app\n", []) for word in ("chmod 1", "chown", "install")),
        ("FROM x AS base\nCOPY a /a\nUSER app\nFROM base\nCOPY b /b\n", [("b", 5), ("a", 2)]),
        ("FROM x AS base\nRUN chmod 1 a\nCOPY a /a\nUSER app\nFROM base\nCOPY b /b\n", [("b", 6)]),
        ("FROM x AS base\nCOPY b /b\nUSER app\nFROM base\nRUN chmod 1 a\nCOPY a /a\n", [("b", 2)]),
        ("FROM x AS one\nCOPY a /a\nUSER app\nFROM y\nCOPY b /b\nUSER other\n", [("b", 5)]),
        (f"{MADE}COPY a /a\nFROM y\nCOPY --from=Made /a /b\nUSER app\n", [("a", 2)]),
        (f"{MADE}COPY a /a/\nFROM y\nCOPY --from=0 /a/b /c /b/\nUSER app\n", [("a", 2)]),
        (f"{MADE}COPY a /a/b\nFROM y\nCOPY --from=made /a /b\nUSER app\n", [("a", 2)]),
        (f"{MADE}COPY a rel\nFROM y\nCOPY --from=made /other /b\nUSER app\n", [("a", 2)]),
        (f"{MADE}COPY a /a\nFROM y\nCOPY --from=made /other /b\nUSER app\n", []),
        (f"{MADE}COPY a /a\nFROM y\nCOPY --from=nginx /a /b\nUSER app\n", []),
        (f"{MADE}COPY a /a\nFROM y AS z\nCOPY --from=z /a /b\nUSER app\n", []),
        (f"{MADE}COPY --from=last /x /a\nFROM y AS last\nCOPY b /x\nCOPY --from=made /a /b\nUSER app\n", [("b", 4)]),
    ],
)
def test_copies_that_nothing_opens(text: str, found: list[tuple[str, int]]) -> None:
    """Those of the image itself, of what it stands on, and of the stages that it copies from, below what it takes."""
    assert [(source, each.line) for each in copies.unreadable(text) for source in each.sources] == found


def test_a_copy_whose_sources_only_a_build_knows_is_none() -> None:
    assert list(copies.unreadable("FROM x\nCOPY $C /c\nUSER app\n")) == []


@pytest.mark.parametrize(("source", "pattern"), [("a*", True), ("a?", True), ("a[b]", True), ("a]b", False)])
def test_patterns(source: str, *, pattern: bool) -> None:
    assert copies.is_pattern(source) is pattern
