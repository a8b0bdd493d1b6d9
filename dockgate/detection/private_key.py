"""Whether a private key follows its first line, or only a word of it, or a part that an example shows; pure."""

from __future__ import annotations

import re
from base64 import b64decode
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from dockgate.detection import placeholders
from dockgate.detection.assignments import Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NEAR = 6  # lines; chosen: a key's body follows its first line, or a comment or headers and a blank line below it
_BODY = re.compile(r"[A-Za-z0-9+/=]{40,}")
_SOME = re.compile(r"-----(?:\\+n|\s)*[A-Za-z0-9+/=]{16,}")  # of a key in one line; chosen: a row of dots is none
_END = "-----END"
_BEGUN = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
_MOST_LINES, _LONGEST = 300, 20_000  # of a key; chosen: RSA with 16,384 bits has 200 lines of 64
_ESCAPED, _WRAPPING = re.compile(r"\\+[nr]"), re.compile(r"[^A-Za-z0-9+/:]")
_SEQUENCE, _LONG_FORM = 0x30, 0x80  # of DER
_MUCH = 0.8  # of a key; chosen: signs around its lines may be taken for some of it, or a line be lost


def follows(lines: Sequence[str], first: int, written: Form) -> bool:
    """Return whether a private key follows its first line: in a file of settings that ends there, too."""
    near = takewhile(lambda line: not line.lstrip("# \t*").startswith(_END), islice(lines, first, first + _NEAR))
    if any(_BODY.search(line) and not placeholders.is_placeholder(line.strip("# \t")) for line in near):
        return written is Form.SETTINGS or not _is_cut(lines, first)
    return (
        written is Form.SETTINGS
        and (_END not in lines[first] or bool(_SOME.search(lines[first])))
        and not any(line.strip() for line in islice(lines, first + 1, None))
    )


def _is_cut(lines: Sequence[str], first: int) -> bool:
    """Return whether what stands up to the end of a key is less than the key says that it has: an example."""
    text = "\n".join(_up_to_end(lines, first))
    begun = _BEGUN.search(text)
    if not begun:
        return False
    inside, end, _ = text[begun.end() :].partition(_END)
    if not end or len(inside) > _LONGEST:
        return False
    body = _WRAPPING.sub("", _ESCAPED.sub("", inside))
    said = _length(body[:8]) if len(body) >= 8 and ":" not in body else 0  # noqa: PLR2004 - six bytes; encrypted ones have headers
    return len(body) * 3 / 4 < said * _MUCH


def _up_to_end(lines: Sequence[str], first: int) -> Iterator[str]:
    for line in islice(lines, first, first + _MOST_LINES):
        yield line[: 2 * _LONGEST]
        if _END in line:
            return


def _length(beginning: str) -> int:
    """Return how many bytes the first element of DER has, as its beginning says; 0 where it is none."""
    data = b64decode(beginning)
    if data[0] != _SEQUENCE:
        return 0
    if data[1] < _LONG_FORM:
        return data[1]
    size = data[1] - _LONG_FORM
    return int.from_bytes(data[2 : 2 + size], "big") if size <= 2 else 0  # noqa: PLR2004 - longer than any key
