"""What one value decodes to, whole and in order."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from dockgate.detection import decodings


def b64(text: str | bytes) -> str:
    """Return base64 of a text."""
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


HEX = b"a walrus".hex()
SPACED = "61 20 77 61 6c 72 75 73"


@pytest.mark.parametrize(
    ("value", "others"),
    [
        ("plain", []),
        ("a%20b+c", ["a b+c", "a b c"]),
        ("a%20b", ["a b"]),
        ("100%", []),
        ("a&amp;b&#33;", ["a&b!"]),
        (r"a\nb\x41\u0042\101\q\t", ["a\nbABAq\t"]),
        ('["x", {"k": "v"}, 1]', ["v", "k", "x"]),
        ('  "it"', ["it"]),
        ("{broken", []),
        ("it''s", ["it's"]),
        ('say ""x""', ['say "x"']),
        ("a}}b", ["a}b"]),
        ("x 'it'\\''s'", ["x 'it'''s'", "x 'it's'", "x 'it'\\'s'", "x", "it's", "x 'it''s'"]),
        ("a$$b", ["a$b"]),
        (HEX, ["a walrus"]),
        (HEX[:14], []),
        (f"x{SPACED}", ["a walrus"]),
        (b64("a walrus 7"), ["a walrus 7"]),
        (b64("walrus7x").rstrip("="), ["walrus7x"]),
        ("/srv/" + b64("a walrus 7"), ["a walrus 7"]),
        (b64(b"\xff\xfe\x01\x02 walrus"), []),
        (b64("a\0walrus 7"), []),
        (b64("walrus\n\t7\r"), ["walrus\n\t7\r"]),
        (b64("walrus 7".encode("utf-16-le")), ["walrus 7"]),
        (b64(gzip.compress(b"a walrus", mtime=0)), ["a walrus"]),
        (b64(gzip.compress(b"a walrus", mtime=0)[:12]), ["a"]),
        (b64(b"\x1f\x8b no archive"), [""]),
        (base64.b32encode(b"a walrus 7").decode(), ["a walrus 7"]),
        ("walrusorbitcopper", []),
        ("WALRUSORBITCOPPERS", []),
        (b64(b64("walrus 7")), [b64("walrus 7"), "walrus 7"]),
        (b64(json.dumps({"k": "w\u00e4l"})), [json.dumps({"k": "w\u00e4l"}), '{"k": "wäl"}', "wäl", "k"]),
    ],
)  # fmt: skip
def test_what_a_value_decodes_to(value: str, others: list[str]) -> None:
    assert [*decodings.texts(value)] == [value, *others]


def test_no_deeper_than_it_says() -> None:
    """Three wrappings, or fewer where they are asked for."""
    one, two, three, four = (b64(b64(b64(b64("walrus 7")))), *[""] * 3)
    two, three = b64(b64(b64("walrus 7"))), b64(b64("walrus 7"))
    four = b64("walrus 7")
    assert [*decodings.texts(one)] == [one, two, three, four]
    assert [*decodings.texts(one, 1)] == [one, two]
    assert [*decodings.texts(one, 0)] == [one]


def test_no_more_than_a_number_of_texts() -> None:
    """Of a list with more entries, the last ones of which are looked at first."""
    every = json.dumps([f"w{number}" for number in range(300)])
    found = decodings.texts(every)
    assert (len(found), found[0], found[1]) == (decodings.LIMIT, every, "w299")


@pytest.mark.parametrize(
    ("value", "others"),
    [
        ("short words only", []),
        (f"a: {HEX};", [HEX, "a walrus"]),
        (f"a: {HEX} b: {HEX}", [HEX, "a walrus"]),
        (f"a: x%20{HEX}", [f"x%20{HEX}", f"x {HEX}", " a walrus", "a walrus"]),
        ("a: walrusorbitcopper", ["walrusorbitcopper"]),
        (f"({SPACED})", [SPACED.replace(" ", ""), "a walrus"]),
    ],
)
def test_what_the_runs_of_a_text_decode_to(value: str, others: list[str]) -> None:
    """Each once: itself, and what it decodes to."""
    assert [*decodings.of_runs(value)] == [value, *others]


def test_a_wrapped_run_is_joined() -> None:
    """As PEM and MIME wrap it; shorter lines are words."""
    text = b64("a walrus and its orbit, " * 6)
    wrapped = "\n".join(text[start : start + 64] for start in range(0, len(text), 64))
    assert "a walrus and its orbit, " * 6 in decodings.of_runs(f"key: |\n{wrapped}\n")
    short = "\n".join(text[start : start + 40] for start in range(0, len(text), 40))
    assert "a walrus and its orbit, " * 6 not in decodings.of_runs(f"key: |\n{short}\n")
    assert decodings.readings("x" * decodings.LONG + " y") == decodings.of_runs("x" * decodings.LONG + " y")


def test_a_long_run_is_read_for_the_runs_in_it() -> None:
    """A document in base64, in which others may stand; up to the same depth."""
    inner = b64("a walrus and 7 more")
    document = b64(f"# {'of the orbit ' * 90}\nkey: {inner}\n")
    assert len(document) > decodings.LONG
    found = decodings.of_runs(document)
    assert found[0] == document
    assert {inner.rstrip("="), "a walrus and 7 more"} <= {*found}
    twice = b64(f"key: {document}")
    assert "a walrus and 7 more" in decodings.of_runs(twice)
