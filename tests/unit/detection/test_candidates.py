from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockgate.detection import candidates

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
    value = ";".join(f"walrus{number}" for number in range(500))
    found = candidates.candidates(value)
    assert (len(found), found[0]) == (candidates.LIMIT, value)


def test_short_pieces_are_no_candidates() -> None:
    """Nothing that short has a fingerprint."""
    assert candidates.candidates("a=b;c=d") == ()


@given(st.text(max_size=200))
def test_any_text_is_cut_without_an_error(text: str) -> None:
    """Whatever a file holds."""
    for piece in candidates.candidates(text):
        assert len(piece) >= 8
    assert all(len(piece) >= 22 for piece in candidates.spans(text, 22))


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
        ("-p7SecretWord", "7SecretWord"),
        ("-p'SecretWord1", "'SecretWord1"),
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
        *((f"p=Secret WordX{each}", "Secret WordX") for each in " ;,&)]>"),
        ("p='Secret Word1'", "Secret Word1"),
        ("h?a=1&p=Secret%20Word1#top", "Secret Word1"),
        ("h?a=1&p=Secret+Word1", "Secret Word1"),
        ("h?p=Secret#Word1&b=2", "Secret#Word1"),
        ("h?p=Secret%20Word1#top#x", "Secret Word1"),
        ("https://h/Secret%20Word1/y", "Secret Word1"),
        ("a+b://us%20er:Secret%20Word1@h/x", "Secret Word1"),
        ("a+b://us+er123:pw@h/x", "us er123"),
        ("a+b://Secret@Word1@h/x", "Secret@Word1"),
        ("a+b://usr:Secret:Word1@h/x", "Secret:Word1"),
    ],
)
def test_every_way_in_which_people_write_a_value_into_a_text(text: str, piece: str) -> None:
    """Quoted, bracketed, escaped, behind a name or a colon, in an address, between other fields."""
    assert piece in candidates.candidates(text, shortest=7)


@pytest.mark.parametrize(("names", "found"), [(16, True), (17, False)])
def test_a_value_behind_many_names(names: int, *, found: bool) -> None:
    assert ("Secret Word 1" in candidates.candidates("a=" * names + "Secret Word 1")) is found


@pytest.mark.parametrize("shortest", [7, 8])
def test_the_shortest_counts(shortest: int) -> None:
    """As long as it is, and not one more."""
    assert "Secret1" in candidates.candidates("a=Secret1", 7)
    assert len(min(candidates.candidates("a=Secret1 b=Secret12", shortest), key=len)) == shortest


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


def test_what_stands_in_front_of_the_last_host() -> None:
    assert "walrus@orbit77" in candidates.candidates("x:walrus@orbit77@db")
