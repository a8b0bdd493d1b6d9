"""Stretches of a text in which a drawn secret may stand: between signs, and windows of one length."""

from __future__ import annotations

import base64
import string
from urllib.parse import quote

import pytest

from dockgate.detection import candidates, decodings

SECRET = "Zq3xW9vKt5Lm8RbN2yHs7Jd4Fg6Pc1Tz"
LONG = {
    "a minified program": f'a(b,"x");{{}}k("{SECRET}");',
    "a list": f"a,{{}}{SECRET},",
    "a path": f"ab/{{}}{SECRET}/",
    "settings": f"a=b&{{}}token={SECRET}&",
    "symbols in quotes": f"x={{}}y='{SECRET}=+:,;{SECRET}';",
}


@pytest.mark.parametrize("form", LONG.values(), ids=LONG)
def test_spans_find_a_secret_in_the_midst_of_a_long_text_without_blanks(form: str) -> None:
    """Between hundreds of symbols, in front of it and behind."""
    head, tail = form.split("{}")
    text = head * 300 + tail + head * 300
    wanted = f"{SECRET}=+:,;{SECRET}" if "=+:" in form else SECRET
    assert wanted in candidates.spans(text, 22)


@pytest.mark.parametrize(
    "text",
    [f"k-{SECRET}_9", quote(f"x/{SECRET}"), SECRET.encode().hex(" "), base64.b64encode(f"a:{SECRET}".encode()).decode(),
     base64.encodebytes(f"{'padding ' * 12}{SECRET}".encode()).decode(), SECRET.encode().hex(), f"\\u005a{SECRET[1:]}"],
)  # fmt: skip
def test_drawn_finds_what_a_generator_makes_in_a_whole_file(text: str) -> None:
    """Joined to other words, and encoded; what has neither a digit nor a capital is none of them."""
    head = 'var a=function(b){return b.c("d")};\n' * 200
    found = candidates.drawn(f"{head}x={text};\n{head}", 22)
    assert SECRET in found
    assert "a-test-that-speaks-of-a-generated-secret" not in candidates.drawn(
        "a-test-that-speaks-of-a-generated-secret", 22
    )


def test_a_minified_program_costs_what_its_length_is() -> None:
    """Each decoding of the whole line used to copy it: 89,037 bytes gave a million stretches to compare."""
    line = "".join(f'b.fn{n}=function(e,t){{return"x{n}%20"===e?t.call(b,"\\u0041{n}"):d[{n}]}};' for n in range(1_500))
    assert len(candidates.spans(line, 22)) < len(line) / 10
    assert sum(map(len, decodings.readings(line))) < 2 * len(line)


def test_spans_find_a_secret_between_symbols() -> None:
    """From any symbol to any other."""
    assert "p~ss;w=rd:with,symbols" in set(candidates.spans("x=[p~ss;w=rd:with,symbols]", 22))
    assert [*candidates.spans("the words around p~ss;w=rd:with,symbols are not in it", 22)] == [
        "p~ss;w=rd:with,symbols"
    ]


def test_windows_find_a_secret_with_something_glued_to_it() -> None:
    """Wherever it begins."""
    assert "secret12" in set(candidates.windows("xxsecret12yy", 8, string.ascii_lowercase + string.digits))
    assert list(candidates.windows("short", 8, string.ascii_lowercase)) == []


@pytest.mark.parametrize("text", [SECRET, f"{SECRET}\n", "a/b.c~" * 400 + SECRET + "/a.b" * 400])
def test_drawn_finds_what_is_all_of_a_file_or_in_a_long_run(text: str) -> None:
    """No other text stands around it."""
    assert SECRET in candidates.drawn(text, 22)


def test_words_that_decodings_share_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minified line decodes to dozens of lines that differ in a few characters each."""
    line = " ".join(f"word{number}=value{number}" for number in range(50)) + " a%41b \\x41 && '' \"\""
    looked_at: list[str] = []
    cuts = candidates._cuts

    def counted(piece: str) -> list[int]:
        looked_at.append(piece)
        return cuts(piece)

    monkeypatch.setattr(candidates, "_cuts", counted)
    assert "value49" in candidates.spans(line, 6)
    assert len(looked_at) == len(set(looked_at))


@pytest.mark.parametrize("length", [200, 201])
def test_spans_of_a_long_word_are_those_between_its_quotes(length: int) -> None:
    """What is longer than any secret is a text."""
    word = "x(" * 20 + f"'{'s' * 12}=='" + ")"
    long = f"{word}{'y' * (length - len(word))}"
    assert f"{'s' * 12}==" in candidates.spans(long, 8)


@pytest.mark.parametrize(
    ("value", "spans", "drawn"),
    [
        (
            "walrus-77_orbit",
            ["walrus-77", "walrus-77_", "walrus-77_orbit", "-77_orbit", "77_orbit"],
            ["walrus-77", "walrus-77_", "walrus-77_orbit", "-77_orbit", "77_orbit"],
        ),
        (
            "pw=walrus-77 'x y walrus'",
            ["pw=walrus", "pw=walrus-", "pw=walrus-77", "=walrus-", "=walrus-77", "walrus-77"],
            ["walrus-77"],
        ),
        ("walrus-orbit", ["walrus-orbit"], []),
        ("Walrus-orbit", ["Walrus-orbit"], ["Walrus-orbit"]),
        ("a walrus77", ["walrus77"], ["walrus77"]),
        (
            "k=walrus~77=orbit",
            [
                "k=walrus",
                "k=walrus~",
                "k=walrus~77",
                "k=walrus~77=",
                "k=walrus~77=orbit",
                "=walrus~",
                "=walrus~77",
                "=walrus~77=",
                "=walrus~77=orbit",
                "walrus~77",
                "walrus~77=",
                "walrus~77=orbit",
                "~77=orbit",
                "77=orbit",
            ],
            [],
        ),
    ],
)
def test_the_stretches_of_a_value(value: str, spans: list[str], drawn: list[str]) -> None:
    """Between any two signs; those of letters, digits, `-` and `_` where one is a digit or a capital."""
    assert ([*candidates.spans(value, 8)], [*candidates.drawn(value, 8)]) == (spans, drawn)


def test_every_window_of_a_length() -> None:
    assert [*candidates.windows("x walrus77 Walrus77x", 8, "aWlrsuw7")] == ["walrus77", "Walrus77"]
    assert [*candidates.windows("walrus77x", 8, "walrsux7")] == ["walrus77", "alrus77x"]


def test_of_a_part_with_many_signs_only_stretches_of_few() -> None:
    """Sixteen in a row anywhere, and forty at each end with each other."""
    part = "".join(f"{number:02d}." for number in range(60))
    found = candidates.spans(part, 8)
    cuts = [0, *(place for number in range(60) for place in (number * 3 + 2, number * 3 + 3))]
    expected = {
        part[start:end]
        for first, start in enumerate(cuts)
        for last, end in enumerate(cuts)
        if end - start >= 8
        and (last - first <= 16 or (min(first, len(cuts) - 1 - first) < 40 and min(last, len(cuts) - 1 - last) < 40))
    }
    assert {*found} == expected


@pytest.mark.parametrize(
    ("piece", "found"),
    [
        ("walrus =7\\", "walrus =7"),
        ("\\walrus=7", "\\walrus=7"),
        (" walrus=7", None),
        ("s" * 200, "s" * 200),
        ("wal rus7", "wal rus7"),
    ],
)
def test_what_stands_between_quotes_of_a_long_text(piece: str, found: str | None) -> None:
    """With blanks in it, without the sign in front of an escaped quote; it begins with none and is no text itself."""
    text = f'{"(" * 1_001}"{piece}"'
    stretches = candidates.spans(text, 8)
    assert (found in stretches) if found else (piece not in stretches)
