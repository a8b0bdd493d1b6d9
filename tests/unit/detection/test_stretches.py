from __future__ import annotations

import base64
import gzip
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from dockgate.detection import assignments, stretches

if TYPE_CHECKING:
    from collections.abc import Callable

PHRASE = "walrus copper Meadow fjord 42"
KEY = "kQ7vR2:mW9xLz4.Tn8-Hd3"
WAYS = {
    "block.yaml": "password: |\n  {}\n",
    "folded.yaml": "password: >-\n  {}\n",
    "item.yaml": "passwords:\n  - {}\n",
    "health.yaml": 'test: ["CMD", "redis-cli", "-a", "{}", "ping"]\n',
    "heredoc.sh": "cat > /run/pw <<EOF\n{}\nEOF\n",
    "echo.sh": "echo '{}' | docker login -u ci --password-stdin\n",
    "mysql.sh": "mysql -uroot -p'{}' shop\n",
    "header.sh": 'curl -H "X-Api-Key: {}" https://h/x\n',
    "Dockerfile": "FROM x\nENV DB_PASSWORD {}\n",
    "comment.env": "A=1\n# DB_PASSWORD={}\n",
    "prose.md": "Log in as admin with `{}` first.\n",
    "table.md": "| user | password |\n|---|---|\n| admin | {} |\n",
    "bullet.md": "- admin: {}\n",
    "dump.sql": "INSERT INTO users VALUES (1,'admin','{}','2026-01-01');\n",
    "users.csv": "user,password\nadmin,{}\n",
    "app.xml": "<password>{}</password>\n",
    "login.js": "connect('{}');\n",
    "commented.py": "# the old one: {}\n",
    "one.txt": "{}\n",
}
ENCODED = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64, wrapped": lambda text: base64.encodebytes(f"{'x=1 ' * 30}\npassword={text}\n".encode()).decode(),
    "gzip and base64": lambda text: base64.b64encode(gzip.compress(f"pw={text}".encode())).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "address": lambda text: f"pg_dump postgres://app:{quote(text, safe='')}@db/shop",
    "next line": lambda text: f'PW="{text[:9]}\\\n{text[9:]}"',
    "joined": lambda text: f'pw = "{text[:9]}" + "{text[9:12]}" + "{text[12:]}"',
}


def found(text: str, path: str) -> list[str]:
    return [each for _, each in stretches.of_file(text, assignments.form(path))]


@pytest.mark.parametrize(("path", "form"), WAYS.items())
@pytest.mark.parametrize("secret", [PHRASE, KEY])
def test_what_a_person_wrote_down_is_among_them(path: str, form: str, secret: str) -> None:
    """With blanks and separators in it."""
    assert secret in found(form.format(secret), path)


def test_a_stretch_that_stands_in_several_lines_has_the_first_of_them() -> None:
    """Also where the lines are alike."""
    text = f"x={PHRASE}\ny={PHRASE}\nx={PHRASE}\n"
    assert [number for number, each in stretches.of_file(text, assignments.Form.SETTINGS) if each == PHRASE] == [1, 2]


@pytest.mark.parametrize("encode", ENCODED.values(), ids=ENCODED)
@pytest.mark.parametrize("secret", [PHRASE, KEY])
def test_encoded_and_split(encode: Callable[[str], str], secret: str) -> None:
    """Over lines and texts in quotes, compressed, wrapped."""
    assert secret in found(encode(secret) + "\n", "a.sh")


def test_they_stay_few() -> None:
    """A line of a program or of prose has no more than its words; what is too short to be fingerprinted is none."""
    assert found("def connect(host, user):\n    return open(host)\n", "a.py") == []
    sentence = "The quick brown fox jumps over the lazy dog, and then it goes home to sleep until the next morning.\n"
    assert len(found(sentence, "a.md")) < 12
    assert len(found("a.b=c(d);" * 2_000, "a.min.js")) < 25


def test_many_blanks_behind_a_quote_are_looked_at_once() -> None:
    """What joins two texts has four places for blanks: each way to share 3,000 among them was tried."""
    text = f'a = "b"{" " * 3_000}c\npw = "{PHRASE[:9]}" {" " * 200}+ "{PHRASE[9:]}"\n'
    assert PHRASE in found(text, "a.py")


LONG17 = "walrus~copper~777"


@pytest.mark.parametrize(
    ("line", "whole", "narrow"),
    [
        (LONG17, [LONG17], [LONG17]),
        (LONG17[:15], [], []),
        (LONG17[:16], [LONG17[:16]], [LONG17[:16]]),
        ("x" * 200, ["x" * 200], ["x" * 200]),
        ("x" * 201, [], []),
        (f"{'y' * 50}={'x' * 200}", ["x" * 200], ["x" * 200]),
        (f"# '{LONG17}' ", [f"# '{LONG17}'", f"# '{LONG17}", LONG17, f"'{LONG17}'"], [LONG17, f"'{LONG17}'"]),
        (f"pw= {LONG17}", [f"pw= {LONG17}", LONG17], [LONG17]),
        (f"x -p{LONG17}", [f"x -p{LONG17}", f"-p{LONG17}", LONG17], [f"-p{LONG17}", LONG17]),
        (
            f"a://b:{LONG17}@h",
            [f"a://b:{LONG17}@h", f"//b:{LONG17}@h", f"{LONG17}@h", LONG17],
            [LONG17, f"a://b:{LONG17}@h", f"//b:{LONG17}@h", f"{LONG17}@h"],
        ),
        (
            f"it is {LONG17} now",
            [f"it is {LONG17} now", f"is {LONG17} now", f"is {LONG17}", f"{LONG17} now", LONG17],
            [LONG17],
        ),
        (f"one|{LONG17}|two", [f"one|{LONG17}|two", LONG17], [f"one|{LONG17}|two"]),
        (f"{LONG17} # a remark", [f"{LONG17} # a remark", LONG17], [LONG17]),
    ],
)
def test_the_stretches_of_a_line(line: str, whole: list[str], narrow: list[str]) -> None:
    """Of sixteen to two hundred characters: the line, what stands behind signs, fields, words."""
    assert [*stretches.of_line(line)] == whole
    assert [*stretches.of_line(line, narrow=True)] == narrow


@pytest.mark.parametrize(("words", "count"), [(24, True), (25, False)])
def test_a_sentence_is_not_taken_word_by_word(words: int, *, count: bool) -> None:
    """A passphrase has no more than two dozen words."""
    text = " ".join(["walrus"] * words)
    assert (text.partition(" ")[2] in [*stretches.of_line(text)]) is (count and len(text) <= 207)


@pytest.mark.parametrize(("length", "fields"), [(1_000, True), (1_001, False)])
def test_a_long_line_has_only_its_words(length: int, *, fields: bool) -> None:
    line = f"{LONG17} it, ".ljust(length, ",")
    assert (f"{LONG17} it" in [*stretches.of_line(line)]) is fields


def test_lines_of_a_file_have_their_numbers() -> None:
    """What is decoded has none; what is joined has that of its beginning; comments of a program are prose."""
    text = f"x\npw = {LONG17}\n# it is {LONG17}\n"
    pairs = [*stretches.of_file(text, assignments.Form.PROGRAM)]
    assert pairs == [(2, LONG17), *((3, each) for each in stretches.of_line(f"# it is {LONG17}")), (0, LONG17)]
    settings = [*stretches.of_file(text, assignments.Form.SETTINGS)]
    assert (2, f"pw = {LONG17}") in settings
    encoded = base64.b64encode(f"pw={LONG17}".encode()).decode()
    assert (0, LONG17) in [*stretches.of_file(f"x: {encoded}\n", assignments.Form.SETTINGS)]
    joined = f'a\nb = "{LONG17[:9]}" +\n "{LONG17[9:]}"\n'
    assert (2, LONG17) in [*stretches.of_file(joined, assignments.Form.PROGRAM)]
