"""Which texts a search for known secrets looks at, and how it says what it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.location import Location
from dockgate.guardrails import secret_matches
from dockgate.guardrails.crossing import Match, NoFingerprints
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit
from tests.guardrails.scenes import context, environment, file, project

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEY = Match("prod", "KEY")
SECRET = "walrus-Orbit7-copper"


class Watched(NoFingerprints):
    """Knows one secret, as it stands; notes what it is asked."""

    def __init__(self, *, slow: bool = False, quick: bool = False, hinted: bool = False) -> None:
        """Know it as a secret that was drawn (`quick`), or that a person chose."""
        self.slow, self.quick, self.hinted = slow, quick, hinted
        self.asked: list[tuple[str, bool]] = []
        self.primed: list[str] = []

    def find(self, text: str, *, slow: bool) -> tuple[Match, ...]:
        """Find it in a text, or as a value where it was chosen."""
        self.asked.append((text, slow))
        return (KEY,) if (text == SECRET if slow else self.quick and SECRET in text) else ()

    def matches(self, text: str, *, slow: bool = True) -> tuple[Match, ...]:
        """Find it under two environments."""
        return tuple(Match(each, "KEY") for each in ("dev", "staging", "prod", "gone") if self.find(text, slow=slow))

    def chosen(self, strings: Iterable[str]) -> Mapping[str, Match]:
        """Find it among strings."""
        return dict.fromkeys((each for each in strings if each == SECRET), KEY)

    def prime(self, texts: Iterable[str]) -> None:
        """Note what is to be compared slowly."""
        self.primed += texts


def hit(line: int, path: str = "a.env", kind: str = "committed file") -> Hit:
    """Return what is said of it in a line."""
    return Hit(
        f"this {kind} holds KEY of prod",
        "remove it here, and rotate it there: inv secrets.rotate KEY --env=prod",
        Location(path, line),
        service="api",
        name="KEY",
    )


STATED = "ENV A='meadow-Lake 7'\nRUN x --token walrus-Orbit8 \"copper-Walrus 9\" B=iron-Meadow10\n"
TEXT = f"A=1\nX={SECRET}\n\nPASSWORD={SECRET}\n"


@pytest.mark.parametrize(
    ("matcher", "asked", "primed", "lines"),
    [
        (Watched(quick=True), [TEXT, "A=1", f"X={SECRET}", f"PASSWORD={SECRET}"], [], [2, 4]),
        (Watched(slow=True), [SECRET], [SECRET], [4]),
        (Watched(slow=True, hinted=True), [SECRET, SECRET], [SECRET], [4, 2]),
        (Watched(), [], [], []),
    ],
)
def test_a_file_is_searched_line_by_line(
    matcher: Watched, asked: list[str], primed: list[str], lines: list[int]
) -> None:
    """Drawn secrets anywhere; chosen ones where they are assigned, and anywhere where that costs nothing."""
    seen = file("a.env", TEXT, Kind.COMMITTED, "api")
    assert [*secret_matches.hits([seen], matcher.find, matcher)] == [hit(line) for line in lines]
    assert (matcher.asked, matcher.primed) == ([(each, not matcher.quick) for each in asked], primed)


def test_a_program_states_what_it_has_in_quotes() -> None:
    matcher = Watched(slow=True)
    seen = file("a.py", f'import db\n\ndb.connect("{SECRET}")\n', Kind.COMMITTED, "api")
    assert [*secret_matches.hits([seen], matcher.find, matcher)] == [hit(3, "a.py")]


def test_a_file_without_a_drawn_secret_is_asked_about_once() -> None:
    """Its lines are not looked at one by one."""
    matcher = Watched(quick=True)
    files = [file("a", "A=1\nB=2\n", Kind.COMMITTED), file("b", f"\n{SECRET}\n", Kind.DOCKERFILE, "api")]
    assert [*secret_matches.hits(files, matcher.find, matcher)] == [hit(2, "b", "Dockerfile")]
    whole = [(each.text, False) for each in files]
    assert (sorted(matcher.asked[:2]), matcher.asked[2:]) == (sorted(whole), [(SECRET, False), (SECRET, True)])


@pytest.mark.parametrize(
    ("text", "kind", "primed"),
    [
        ("one two three four five six\n", Kind.COMMITTED, ["one two three four five six"]),
        ("one two three four five six seven\n", Kind.COMMITTED, []),
        ("one\ntwo\n", Kind.COMMITTED, []),
        (STATED, Kind.COMMITTED, []),
        (STATED, Kind.DOCKERFILE, ["meadow-Lake 7", "walrus-Orbit8", "copper-Walrus 9", "iron-Meadow10"]),
        ("RUN --mount=type=secret,id=walrus-Orbit8 x\nRUN y --token '$walrus-Orbit9'\n", Kind.DOCKERFILE, []),
    ],
)  # fmt: skip
def test_what_a_person_may_have_chosen(text: str, kind: Kind, primed: list[str]) -> None:
    """A file of a few words is a value; of a Dockerfile whatever it states, but what a mount consists of."""
    matcher = Watched(slow=True)
    assert [*secret_matches.hits([file("Dockerfile", text, kind)], matcher.find, matcher)] == []
    assert [each for each in matcher.primed if each not in ("x", "y")] == primed


def test_a_value_in_several_lines_is_read_as_one() -> None:
    """A paragraph of base64, where none of its lines holds it."""
    wrapped = "B" * 44
    found: list[str] = []

    def find(text: str, *, slow: bool) -> tuple[Match, ...]:
        found.append(text)
        return (KEY,) if "\n" in text and not slow else ()

    text = f"# of it\n\nkey: |\n{wrapped}\n{wrapped}\n\nend\n"
    matcher = Watched(quick=True)
    hits = [*secret_matches.hits([file("a", text, Kind.COMMITTED, "api")], find, matcher)]
    assert [each.location.line for each in hits] == [3]
    assert found == [text, "# of it", "key: |", wrapped, wrapped, f"key: |\n{wrapped}\n{wrapped}", "end"]
    found.clear()
    slow = Watched(slow=True)
    assert [*secret_matches.hits([file("a", text, Kind.COMMITTED)], find, slow)] == []
    assert found == []


def test_only_protected_secrets_of_others_are_foreign() -> None:
    """What no environment is called any more was one of them; the slow search can be left out."""
    matcher = Watched(quick=True)
    seen = context("dev", project=project(live=environment("live", protected=True)), matcher=matcher)
    assert [*secret_matches.foreign(seen, f"x {SECRET}")] == []
    assert [*secret_matches.foreign(seen, SECRET)] == [Match("prod", "KEY"), Match("gone", "KEY")]
    assert [*secret_matches.foreign(seen, f"x {SECRET}", slow=False)] == [Match("prod", "KEY"), Match("gone", "KEY")]
    assert [*secret_matches.foreign(context("prod", matcher=matcher), SECRET)] == [Match("gone", "KEY")]
