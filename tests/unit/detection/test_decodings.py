from __future__ import annotations

import base64
import binascii
import gzip
import html
import json
from itertools import accumulate
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockgate.detection import decodings

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "p&ss w/rd+\"q'~$x"


def b64(text: str | bytes) -> str:
    """Return base64 of a text."""
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


WRAPPED = {
    "percent": quote(SECRET, safe=""),
    "form": quote_plus(SECRET),
    "html": html.escape(SECRET),
    "json": json.dumps({"a": [1, {"b": SECRET}]}),
    "json escapes": json.dumps(f"é{SECRET}")[2:],
    "base64": b64(SECRET),
    "base64url": base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    "base64 in a path": f"https://h/x/{b64(SECRET)}",
    "base64 over lines": base64.encodebytes(f"{'padding' * 15}{SECRET}".encode()).decode(),
    "base64 of utf-16": base64.b64encode(SECRET.encode("utf-16-le")).decode(),
    "hex": SECRET.encode().hex(),
    "hex dump": binascii.hexlify(SECRET.encode(), ":").decode(),
    "Compose's dollars": SECRET.replace("$", "$$"),
    "shell": "'" + SECRET.replace("'", "'\\''") + "'",
    "octal": "".join(f"\\{ord(char):03o}" for char in SECRET),
}


@pytest.mark.parametrize("text", WRAPPED.values(), ids=WRAPPED)
def test_undoes_one_wrapping(text: str) -> None:
    """Each of them stands for the same text."""
    assert any(SECRET in each for each in decodings.texts(text))


@given(st.text(max_size=300))
def test_any_text_is_decoded_without_an_error_to_a_bounded_list(text: str) -> None:
    """Whatever a file holds."""
    found = decodings.texts(text)
    assert found[0] == text
    assert len(found) <= decodings.LIMIT


@pytest.mark.parametrize(
    "text", ["pw=kQ7vR2mW9xLz4Tn8", "größer=kQ7vR2mW9xLz4Tn8", "Ωmega=kQ7vR2mW9xLz4Tn8", "Öl=kQ7vR2mW9xLz4Tn8"]
)
def test_a_run_gives_what_it_gives_as_a_value(text: str) -> None:
    """The quick way for runs without a sign of another encoding finds what the thorough one does."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode, base64.b32encode, bytes.hex):
        made = encode(text.encode())
        run = made if isinstance(made, str) else made.decode().rstrip("=")
        assert text in decodings.of_runs(f"a: {run}\n")
        assert text in decodings.of_runs(f"a: /x/{run}\n")


HEX = b"a walrus".hex()
SPACED = "61 20 77 61 6c 72 75 73"


@pytest.mark.parametrize(
    ("value", "others"),
    [
        ("", []),
        ("plain", []),
        ("a%20b+c", ["a b+c", "a b c"]),
        ("a%20b", ["a b"]),
        ("100%", []),
        ("a&amp;b&#33;", ["a&b!"]),
        (r"a\nb\x41\u0042\101\q\t", ["a\nbABAq\t"]),
        ('["x", {"k": "v"}, 1]', ["v", "k", "x"]),
        ('  "it"', ["it"]),
        ('["x", ["y"]]', ["y", "x"]),
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
        ("/srv/x/" + b64("walrus"), ["walrus"]),
        ("/srv/xy/d2Fscg", []),
        (b64("a walrus!") + "=", ["a walrus!"]),
        (b64(b"\xff\xfe\x01\x02 walrus"), []),
        (b64("a\0walrus 7"), []),
        (b64("walrus\n\t7\r"), ["walrus\n\t7\r"]),
        (b64("walrus 7".encode("utf-16-le")), ["walrus 7"]),
        (b64(gzip.compress(b"a walrus", mtime=0)), ["a walrus"]),
        (b64(gzip.compress(b"a walrus", mtime=0)[:12]), ["a"]),
        (b64(b"\x1f\x8b no archive"), [""]),
        (base64.b32encode(b"a walrus 7").decode(), ["a walrus 7"]),
        ("ABCDEFGHIJKLMNOPQ " + base64.b32encode(b"a walrus 7").decode(), ["a walrus 7"]),
        ("walrusorbitcopper", []),
        ("azxtejtnfnkh", []),
        ("VHVZWEBJTGRW", []),
        (b64(b64("walrus 7")), [b64("walrus 7"), "walrus 7"]),
        (b64(json.dumps({"k": "w\u00e4l"})), [json.dumps({"k": "w\u00e4l"}), '{"k": "wäl"}', "wäl", "k"]),
    ],
)  # fmt: skip
def test_what_a_value_decodes_to(value: str, others: list[str]) -> None:
    assert [*decodings.texts(value)] == [value, *others]


def test_no_deeper_than_it_says() -> None:
    """Three wrappings, or fewer where they are asked for; of a run and of a document as well."""
    four = b64("walrus 7")
    one, two, three = b64(b64(b64(four))), b64(b64(four)), b64(four)
    assert [*decodings.texts(one)] == [one, two, three, four]
    assert [*decodings.texts(one, 1)] == [one, two]
    assert [*decodings.texts(one, 0)] == [one]
    assert [*decodings.of_runs(f"a: {one}")] == [f"a: {one}", one.rstrip("="), two, three, four]
    documents = [*accumulate(range(4), lambda text, _: b64(text), initial="a walrus 7 " * 120)]
    assert [*decodings.of_runs(documents[4])] == documents[:0:-1]


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
        (f"a: {'w' * 1_000} {'w' * 1_001}", ["w" * 1_000]),
        (f"({SPACED})", [SPACED.replace(" ", ""), "a walrus"]),
    ],
)
def test_what_the_runs_of_a_text_decode_to(value: str, others: list[str]) -> None:
    """Each once: itself, and what it decodes to."""
    assert [*decodings.of_runs(value)] == [value, *others]


def test_a_wrapped_run_is_joined() -> None:
    """As PEM and MIME wrap it; shorter lines are words."""
    text = b64("a walrus and its orbit, " * 6)
    wrapped = "\n".join(text[start : start + 48] for start in range(0, len(text), 48))
    assert "a walrus and its orbit, " * 6 in decodings.of_runs(f"key: |\n{wrapped}\n")
    short = "\n".join(text[start : start + 40] for start in range(0, len(text), 40))
    assert "a walrus and its orbit, " * 6 not in decodings.of_runs(f"key: |\n{short}\n")


@pytest.mark.parametrize(("length", "read"), [(1_000, decodings.texts), (1_001, decodings.of_runs)])
def test_a_long_text_is_read_run_by_run(length: int, read: Callable[[str], tuple[str, ...]]) -> None:
    value = "a%20b".ljust(length)
    assert decodings.readings(value) == read(value)
    assert decodings.texts(value) != decodings.of_runs(value)


def test_a_long_run_is_read_for_the_runs_in_it() -> None:
    """A document in base64, in which others may stand; up to the same depth."""
    inner = b64("a walrus and 7 more")
    document = b64(f"# {'of the orbit ' * 90}\nkey: {inner}\n{'w' * 1_000} {'v' * 1_001}\n")
    assert len(document) > decodings.LONG
    found = decodings.of_runs(document)
    assert found[0] == document
    assert {inner.rstrip("="), "a walrus and 7 more", "w" * 1_000} <= {*found}
    assert "v" * 1_001 not in found
    twice = b64(f"key: {document}")
    assert "a walrus and 7 more" in decodings.of_runs(twice)
