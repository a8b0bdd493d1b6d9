from __future__ import annotations

import base64
import json
import string
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockgate.detection import candidates, decodings

if TYPE_CHECKING:
    from collections.abc import Callable

CHOSEN = "Ente&Gans im Boot 77"
INSIDE = {
    "quoted": f' "{CHOSEN}" ',
    "url": f"postgres://app:{quote(CHOSEN, safe='')}@db:5432/shop",
    "url with a raw @": "postgres://app:Ente@Gans/Boot@db:5432/shop",
    "query": f"https://h/x?user=a&token={quote(CHOSEN)}#top",
    "libpq": f"host=db password='{CHOSEN}' dbname=x",
    "ado": f"Server=db;Password={CHOSEN};Encrypt=true",
    "odbc": f"Driver={{X}};Pwd={{{CHOSEN}}}",
    "json": json.dumps({"p": CHOSEN}),
    "header": f"Authorization: {CHOSEN}",
    "user:password": f"admin:{CHOSEN}",
    "list": f"a,{CHOSEN},b",
    "flag": f"--password={CHOSEN}",
}


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


@pytest.mark.parametrize("value", INSIDE.values(), ids=INSIDE)
def test_finds_a_chosen_password_inside_a_value(value: str) -> None:
    """With separators in the password itself."""
    wanted = "Ente@Gans/Boot" if "Ente@" in value else CHOSEN
    assert wanted in candidates.candidates(value)


@pytest.mark.parametrize("password", ["'+lSb=_[cHYk", "Z+Tc#_U`iuXB'", "a'b=c'd\"e f"])
@pytest.mark.parametrize(
    "form",
    [
        lambda text: "host=db password='{}' dbname=x".format(text.replace("'", "\\'")),
        lambda text: "export X='{}'".format(text.replace("'", "'\\''")),
        lambda text: 'run --password="{}" now'.format(text.replace('"', '\\"')),
    ],
    ids=["libpq", "shell", "backslash"],
)
def test_finds_a_password_with_quotes_in_it(form: Callable[[str], str], password: str) -> None:
    """At its beginning, at its end, and with a setting after it that is none."""
    assert password in candidates.candidates(form(password))


def test_candidates_are_few_and_whole_values_come_first() -> None:
    """Each one may cost a slow comparison."""
    found = candidates.candidates("alpha beta " * 500)
    assert len(found) <= candidates.LIMIT
    assert found[0] == "alpha beta " * 500


def test_short_pieces_are_no_candidates() -> None:
    """Nothing that short has a fingerprint."""
    assert candidates.candidates("a=b;c=d") == ()


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


@given(st.text(max_size=200))
def test_any_text_is_cut_without_an_error(text: str) -> None:
    """Whatever a file holds."""
    for piece in candidates.candidates(text):
        assert len(piece) >= 8
    assert all(len(piece) >= 22 for piece in candidates.spans(text, 22))


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


def test_a_secret_before_many_signs_is_a_candidate() -> None:
    """The first of them are where a host, or a value, may begin."""
    assert "kX7mQ2vN9pR4" in candidates.candidates("postgres://app:kX7mQ2vN9pR4@db" + "@a" * 5_000)
    assert "kX7mQ2vN9pR4=" + "a=" * 5_000 in candidates.candidates("PASSWORD=kX7mQ2vN9pR4=" + "a=" * 5_000)
    assert "kX7mQ2vN9pR4" in candidates.candidates("{" * 5_000 + "{kX7mQ2vN9pR4}")


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("  Secret Word1  ", "Secret Word1"),
        ("'Secret Word1\"", "Secret Word1"),
        ("'it''s a Word1', x", "it's a Word1"),
        ("'it\\'s a Word1', x", "it's a Word1"),
        ('"say ""hi"" now", x', 'say "hi" now'),
        ('"say \\"hi\\" now", x', 'say "hi" now'),
        ("p={curly}}Word1}", "curly}Word1"),
        *((f"{first}Secret,Word1{last}", "Secret,Word1") for first, last in ("()", "[]", "{}", "<>", "``", "''")),
        ("-pSecretWord1", "SecretWord1"),
        ('-p"SecretWord1"', "SecretWord1"),
        ("a:b:c:d:Secret:Word1", "Secret:Word1"),
        ("a: Secret:Word1", "Secret:Word1"),
        ("a:Secret:Word1@db", "Secret:Word1"),
        *((f"one{each}two{each}Secret{each}Word1", f"Secret{each}Word1") for each in " ,;|"),
        *((f"Secret{each}Word1{each}three{each}four", f"Secret{each}Word1") for each in " ,;|"),
        *((f"one{each}two{each}Se{each}cr{each}W{each}three{each}four", f"Se{each}cr{each}W") for each in " ,;|"),
        ("a=1; Password = Secret Word 1 ; b=2", "Secret Word 1"),
        ("--pass-word=Secret Word1", "Secret Word1"),
        ("a = b = c = Secret Word1", "Secret Word1"),
        *((f"{each}p=Secret Word1", "Secret Word1") for each in " ;&,?([<"),
        *((f"p=Secret Word1{each}", "Secret Word1") for each in " ;,&)]>"),
        ("p='Secret Word1'", "Secret Word1"),
        ("h?a=1&p=Secret%20Word1#top", "Secret Word1"),
        ("h?a=1&p=Secret+Word1", "Secret Word1"),
        ("h?p=Secret#Word1&b=2", "Secret#Word1"),
        ("https://h/x/Secret%20Word1/y", "Secret Word1"),
        ("a+b://us%20er:Secret%20Word1@h/x", "Secret Word1"),
        ("a+b://us+er123:pw@h/x", "us er123"),
        ("a+b://Secret@Word1@h/x", "Secret@Word1"),
        ("a+b://usr:Secret:Word1@h/x", "Secret:Word1"),
    ],
)
def test_every_way_in_which_people_write_a_value_into_a_text(text: str, piece: str) -> None:
    """Quoted, bracketed, escaped, behind a name or a colon, in an address, between other fields."""
    assert piece in candidates.candidates(text, shortest=7)


@pytest.mark.parametrize("shortest", [7, 8])
def test_the_shortest_counts(shortest: int) -> None:
    """As long as it is, and not one more."""
    assert "Secret1" in candidates.candidates("a=Secret1", 7)
    assert len(min(candidates.candidates("a=Secret1 b=Secret12", shortest), key=len)) == shortest


@pytest.mark.parametrize("length", [200, 201])
def test_spans_of_a_long_word_are_those_between_its_quotes(length: int) -> None:
    """What is longer than any secret is a text."""
    word = "x(" * 20 + f"'{'s' * 12}=='" + ")"
    long = f"{word}{'y' * (length - len(word))}"
    assert f"{'s' * 12}==" in candidates.spans(long, 8)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("walrus7", []),
        ("walrus77", ["walrus77"]),
        (" 'walrus77' ", [" 'walrus77' ", "'walrus77'", "walrus77", " 'walrus77'", "'walrus77' "]),
        ("(walrus 77)", ["(walrus 77)", "walrus 77"]),
        ("a, walrus77", ["a, walrus77", "walrus77", " walrus77"]),
        (
            "postgres://app:wal%40rus77@h/d",
            [
                "postgres://app:wal%40rus77@h/d",
                "postgres://app:wal@rus77@h/d",
                "app:wal%40rus77",
                "app:wal@rus77",
                "wal%40rus77",
                "wal@rus77",
                "//app:wal%40rus77@h/d",
                "postgres",
                "//app:wal@rus77@h/d",
            ],
        ),
        ("x -pwalrus77", ["x -pwalrus77", "walrus77", "-pwalrus77"]),
        (
            "host:5432:db:app:walrus77",
            ["host:5432:db:app:walrus77", "5432:db:app:walrus77", "db:app:walrus77", "app:walrus77", "walrus77"],
        ),
        ("pw=walrus77;x=1", ["pw=walrus77;x=1", "walrus77", "walrus77;x=1", "pw=walrus77"]),
        ("'it''s walrus'", ["'it''s walrus'", "'it's walrus'", "it''s walrus", "it's walrus"]),
        ("{a}}walrus7}", ["{a}}walrus7}", "{a}walrus7}", "a}}walrus7", "a}walrus7"]),
        (
            "one two walrus orbit three four",
            [
                "one two walrus orbit three four",
                "one two walrus orbit three",
                "one two walrus orbit",
                "two walrus orbit three four",
                "two walrus orbit three",
                "two walrus orbit",
                "walrus orbit three four",
                "walrus orbit three",
                "walrus orbit",
            ],
        ),
        ("a=b=walrus77", ["a=b=walrus77", "b=walrus77", "walrus77"]),
    ],
)
def test_the_candidates_of_a_value(value: str, found: list[str]) -> None:
    """Whole values first; of eight characters at least."""
    assert [*candidates.candidates(value)] == found


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


def test_what_stands_in_front_of_the_last_host() -> None:
    assert "walrus@orbit77" in candidates.candidates("x:walrus@orbit77@db")


@pytest.mark.parametrize(
    ("piece", "found"),
    [("walrus =7\\", "walrus =7"), ("\\walrus=7", "\\walrus=7"), (" walrus=7", None), ("s" * 200, "s" * 200)],
)
def test_what_stands_between_quotes_of_a_long_text(piece: str, found: str | None) -> None:
    """With blanks in it, without the sign in front of an escaped quote; it begins with none and is no text itself."""
    text = f'{"(" * 1_001}"{piece}"'
    stretches = candidates.spans(text, 8)
    assert (found in stretches) if found else (piece not in stretches)
