"""The texts that a value may stand for: itself, and what URL, JSON, base64, hex and other wrappings of it decode to."""

from __future__ import annotations

import base64
import binascii
import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

from dockgate.core.compose_escape import unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# Chosen: base64 of JSON with an escaped value is three, as a Kubernetes Secret with Docker's credentials has it.
DEPTH = 3
LIMIT = 200  # texts of one value; chosen: each is looked at by every rule
SHORTEST = 8  # characters that are decoded; chosen: base64 of a word of five letters
# Characters: of a longer text, such as a minified program, each run is decoded by itself. The whole would be copied
# dozens of times for a few characters that one decoding or another changes.
LONG = 1_000
REMEMBERED = 2**14  # values; chosen: several rules ask for the same ones, of one run

_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]+);", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-7]{3})|(.))", re.DOTALL)
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_UNWRITTEN = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f]")
_HEX = re.compile(rf"(?:[0-9A-Fa-f]{{2}}){{{SHORTEST},}}")
_SPACED_HEX = re.compile(rf"[0-9A-Fa-f]{{2}}[:\s-](?:[0-9A-Fa-f]{{2}}[:\s-]){{{SHORTEST - 2},}}[0-9A-Fa-f]{{2}}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}={0,2}")
_BASE32 = re.compile(r"(?<![A-Za-z0-9])[A-Z2-7]{16,}={0,6}(?![A-Za-z0-9])")
# zlib's number for gzip; bytes, chosen: a setting is smaller, and a bomb stops there.
_GZIP, _MOST_UNPACKED = 31, 1_000_000
_WRAPPED = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{48,}+(?:\r?\n[ \t]*[A-Za-z0-9+/]+)+={0,2}")
_MAX_SUFFIXES = 8  # chosen: a path in front of a value has fewer folders
# What a drawn value and its encodings consist of: no blanks, quotes, brackets, and signs between one value and another.
_RUN = re.compile(r"[A-Za-z0-9%\\/+.~$#_-]{16,}")
_WRAPS = 48  # characters of a line; chosen: PEM has 64, MIME 76, and shorter lines are words
# In a run, what only other encodings have, and what each of those without such a sign has.
_SIGN, _DRAWN = re.compile(r"[%\\]|\$\$"), re.compile(r"[A-Z0-9]")
# Of base64, the first character of a text: no other begins a character in UTF-8 that is written.
_BEGINS = frozenset("CDEFGHIJKLMNOPQRSTUVWXYZabcdefwxyz0123456789")
_URL_SAFE = str.maketrans("-_", "+/")
# How a quote is written inside quotes: shell, then SQL and ADO, then ODBC.
_SHELL = "'\\''"
_DOUBLED = ((_SHELL, "'"), ("''", "'"), ('""', '"'), ("}}", "}"))


@lru_cache(REMEMBERED)  # several rules look at the same value
def texts(value: str, depth: int = DEPTH) -> tuple[str, ...]:
    """Return `value` and everything that it decodes to, nested up to `depth`, each once; at most LIMIT of them."""
    found = dict.fromkeys([value])
    level = [value]
    for _ in range(depth):
        new = dict.fromkeys(text for each in level for text in _once(each) if text not in found)
        found.update(new)
        level = list(new)
        if not level or len(found) > LIMIT:
            break
    return tuple(found)[:LIMIT]


def readings(value: str) -> tuple[str, ...]:
    """Return the texts in which a drawn secret may stand: those of `texts`, or of a long text those of `of_runs`."""
    return texts(value) if len(value) <= LONG else of_runs(value)


def of_runs(value: str) -> tuple[str, ...]:
    """Return a text and what each of its runs of characters decodes to, each once; linear in the length."""
    found, runs = {value: None}, dict.fromkeys(_RUN.findall(value))
    wrapped = _WRAPPED.finditer(value) if "\n" in value and any(len(run) >= _WRAPS for run in runs) else ()
    joined = ("".join(match[0].split()) for match in (*wrapped, *_SPACED_HEX.finditer(value)))
    for run in (*runs, *joined):
        found.update(dict.fromkeys(_of_run(run)))
    return tuple(found)


def _of_run(run: str) -> Iterable[str]:
    """Return what a run decodes to; without a sign of another encoding that is hex, base64 or base32, or nothing."""
    if len(run) > LONG:
        return _nested(run)
    if _SIGN.search(run):
        return texts(run)
    inner = (each for decode in (_hex, _base64, _base32) for each in decode(run)) if _DRAWN.search(run) else ()
    return (run, *(text for each in inner for text in texts(each, DEPTH - 1)))


def _nested(run: str, depth: int = DEPTH) -> Iterator[str]:
    """Yield what a long run without a separator decodes to: a document in base64, in which others may stand."""
    for text in _once(run) if depth else ():
        yield text
        for inner in dict.fromkeys(_RUN.findall(text)):
            yield from texts(inner) if len(inner) <= LONG else _nested(inner, depth - 1)


def _once(text: str) -> Iterator[str]:
    for marker, decode in _DECODERS:
        if marker(text):
            yield from decode(text)


def _percent(text: str) -> Iterator[str]:
    yield unquote(text)
    if "+" in text:
        yield unquote_plus(text)


def _escaped(text: str) -> Iterator[str]:
    yield _ESCAPE.sub(_unescape, text)


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        return chr(int(code, 16))
    return chr(int(match[3], 8)) if match[3] else _CONTROL.get(match[4], match[4])


def _doubled(text: str) -> Iterator[str]:
    yield from (text.replace(written, meant) for written, meant in _DOUBLED if written in text)


def _shell_words(text: str) -> Iterator[str]:
    import shlex  # noqa: PLC0415 - few values are quoted as a shell wants it

    try:
        yield from shlex.split(text)
    except ValueError:  # an unclosed quote
        return


def _json_leaves(text: str) -> Iterator[str]:
    import json  # noqa: PLC0415 - few values are JSON

    try:
        nodes = [json.loads(text)]
    except (ValueError, RecursionError):
        return
    while nodes:
        node = nodes.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            nodes += [*node.keys(), *node.values()]
        elif isinstance(node, list):
            nodes += node


def _hex(text: str) -> Iterator[str]:
    for match in _HEX.finditer(text):
        yield from _printable(bytes.fromhex(match[0]))
    for match in _SPACED_HEX.finditer(text):
        yield from _printable(bytes.fromhex(re.sub(r"[^0-9A-Fa-f]", "", match[0])))


def _base64(text: str) -> Iterator[str]:
    for match in _WRAPPED.finditer(text):
        yield from _from_base64("".join(match[0].split()))
    for match in _BASE64.finditer(text):
        yield from (decoded for run in _runs(match[0]) for decoded in _from_base64(run))


def _runs(text: str) -> Iterator[str]:
    """Yield the run and, where `/`, `-` or `_` may be a separator in front of it, what follows each of them."""
    yield text
    cuts = [match.end() for match in re.finditer(r"[/_-]", text[:LONG])]
    yield from (text[cut:] for cut in cuts[:_MAX_SUFFIXES] if len(text) - cut >= SHORTEST)


def _from_base64(text: str) -> Iterator[str]:
    if text[0] not in _BEGINS:
        return
    # Words and paths: twelve letters of one case are not base64 of any text in use.
    if text.islower() or text.isupper():
        return
    try:
        yield from _printable(binascii.a2b_base64(text.translate(_URL_SAFE) + "=="))  # more than it needs is ignored
    except binascii.Error:
        return


def _base32(text: str) -> Iterator[str]:
    for match in _BASE32.finditer(text):
        body = match[0].rstrip("=")
        try:
            yield from _printable(base64.b32decode(body + "=" * (-len(body) % 8)))
        except binascii.Error:
            continue


def _gunzipped(data: bytes) -> bytes:
    """Return what was compressed, as much of it as a setting may be; nothing of what is damaged."""
    import zlib  # noqa: PLC0415 - few values are compressed

    try:
        return zlib.decompressobj(wbits=_GZIP).decompress(data, _MOST_UNPACKED)
    except zlib.error:
        return b""


def _printable(data: bytes) -> Iterator[str]:
    if data[:2] == b"\x1f\x8b":
        data = _gunzipped(data)
    encoding = "utf-16-le" if data[1:8:2] == b"\0\0\0\0" else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return
    if text.isprintable() or not _UNWRITTEN.search(text):
        yield text


_DECODERS: tuple[tuple[Callable[[str], object], Callable[[str], Iterator[str]]], ...] = (
    (_PERCENT.search, _percent),
    (_ENTITY.search, lambda text: iter((html.unescape(text),))),
    (lambda text: "\\" in text, _escaped),
    (lambda text: text.lstrip()[:1] in ("{", "[", '"'), _json_leaves),
    (lambda text: any(written in text for written, _ in _DOUBLED), _doubled),
    (lambda text: _SHELL in text, _shell_words),
    (lambda text: "$$" in text, lambda text: iter((unescape(text),))),
    (lambda text: len(text) >= 2 * SHORTEST, _hex),
    (lambda text: len(text) >= SHORTEST, _base64),
    (lambda text: len(text) >= 2 * SHORTEST, _base32),
)
