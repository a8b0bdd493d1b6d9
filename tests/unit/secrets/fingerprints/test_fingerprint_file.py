"""`env/fingerprints.toml` as text and as values."""

from __future__ import annotations

import re
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockgate.core.errors import ConfigError
from dockgate.secrets.fingerprints import fingerprint_file
from dockgate.secrets.fingerprints.digests import Cost, DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import Fingerprint, Fingerprints, Sheet

SALT = b"\x01" * 32
PRINT = Fingerprint("prod", "A", DigestKind.FAST, "0" * 32)
GOOD = fingerprint_file.text(Fingerprints((Sheet("prod", SALT, Cost(), (PRINT,)),)))

TAGS = st.binary(min_size=16, max_size=16).map(bytes.hex)
NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,10}", fullmatch=True)
PRINTS = st.builds(
    Fingerprint,
    st.just("prod"),
    NAMES,
    st.sampled_from(DigestKind),
    TAGS,
    st.sampled_from(["", "1", "password"]),
    st.sampled_from(["", "0af"]),
)


@given(st.sets(PRINTS, max_size=6), st.binary(min_size=32, max_size=32))
def test_what_is_written_is_read(prints: set[Fingerprint], salt: bytes) -> None:
    """Salt, cost, kinds, tags, parts and hints survive, in an order of their own."""
    sheets = Fingerprints((Sheet("prod", salt, Cost(2**15, 8, 2), tuple(sorted(prints))), Sheet("staging", SALT)))
    assert fingerprint_file.parse(fingerprint_file.text(sheets)) == sheets
    assert fingerprint_file.text(fingerprint_file.parse(fingerprint_file.text(sheets))) == fingerprint_file.text(sheets)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No traceback for a damaged file."""
    _parse(text)


@given(st.integers(0, len(GOOD)), st.text(max_size=5), st.integers(0, 20))
def test_any_damage_to_a_good_file_is_read_or_refused(at: int, inserted: str, cut: int) -> None:
    """The same for one that was good before a merge went wrong."""
    _parse(GOOD[:at] + inserted + GOOD[at + cut :])


def _parse(text: str) -> Fingerprints | None:
    try:
        return fingerprint_file.parse(text)
    except ConfigError:
        return None


@pytest.mark.parametrize(
    ("found", "written"),
    [
        ("version = 1", "version = 2"),
        ("n = 16384", "n = 1024"),
        ("n = 16384", "n = 16385"),
        ("n = 16384", "n = 1073741824"),
        ("r = 8", "r = 1"),
        (b64encode(SALT).decode(), "AAAA"),
        (b64encode(SALT).decode(), "not base64!"),
        ('kind = "blake2b"', 'kind = "sha256"'),
        ("0" * 32, "0" * 31),
        ('name = "A"', 'name = "A B"'),
        ("secrets = [", "extra = 1\nsecrets = ["),
        ("{name", "{more = 1, name"),
    ],
)
def test_what_this_version_would_not_write_is_refused(found: str, written: str) -> None:
    """A cheaper digest, a short salt, an unknown kind or key."""
    assert found in GOOD
    with pytest.raises(ConfigError):
        fingerprint_file.parse(GOOD.replace(found, written))


def test_sheets_by_environment() -> None:
    """`only` and `without` part them; a fresh sheet has a random salt."""
    prod, staging = Sheet("prod", SALT, Cost(), (PRINT,)), Sheet("staging", SALT)
    both = Fingerprints((prod, staging))
    assert both.only("prod").sheets == (prod,)
    assert both.without("prod").sheets == (staging,)
    assert list(both) == [PRINT]
    assert both.sheet("prod") == prod
    assert both.sheet("dev").salt != both.sheet("dev").salt


def test_no_digest_but_those_of_the_issue_is_in_the_file() -> None:
    """Beside names, kinds, salt and tags there is nothing that a guess could be tried on."""
    body = re.sub(r"^#.*\n", "", GOOD, flags=re.MULTILINE)
    assert re.findall(r"(\w+) =", body) == [
        "version",
        "salt",
        "scrypt",
        "n",
        "r",
        "p",
        "secrets",
        "name",
        "kind",
        "tag",
    ]
