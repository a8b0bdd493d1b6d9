from __future__ import annotations

import base64
import binascii
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockgate.detection import decodings

SECRET = "p&ss w/rd+\"q'~$x"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


WRAPPED = {
    "percent": quote(SECRET, safe=""),
    "form": quote_plus(SECRET),
    "html": html.escape(SECRET),
    "json": json.dumps({"a": [1, {"b": SECRET}]}),
    "json escapes": json.dumps(f"é{SECRET}")[2:],
    "base64": b64(SECRET),
    "base64url": base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    "base64 in a path": f"https://h/x/{b64(SECRET)}",
    "base64 over lines": base64.encodebytes(f"{'padding' * 20}{SECRET}".encode()).decode(),
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


def test_undoes_three_wrappings_and_not_four() -> None:
    """The depth is a limit on work, and stated."""
    assert SECRET in decodings.texts(b64(b64(b64(SECRET))))
    assert SECRET not in decodings.texts(b64(b64(b64(b64(SECRET)))))


def test_a_plain_value_stands_for_itself_alone() -> None:
    """Words do not decode to anything."""
    assert decodings.texts("information") == ("information",)
    assert decodings.texts("") == ("",)


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
