"""`env/fingerprints.toml` as text and as values."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.secrets.fingerprints import fingerprint_file
from dockgate.secrets.fingerprints.digests import Cost, DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import Fingerprint, Fingerprints, Sheet

SALT = b"\x01" * 32
PRINT = Fingerprint("prod", "A", DigestKind.FAST, "0" * 32)
GOOD = fingerprint_file.text(Fingerprints((Sheet("prod", SALT, Cost(), (PRINT,)),)))

COST = "[fingerprints.prod.scrypt] n and r, p must be at least n = 16384, r = 8, p = 1, and n a power of two"
ENTRY = "[fingerprints.prod.secrets]"

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
    ("found", "written", "said"),
    [
        ("version = 1", "version = 2", "[fingerprints] version must be 1"),
        *(("n = 16384", f"n = {n}", COST) for n in (1024, 16385, 2**19, 2**30)),
        *(("r = 8", f"r = {r}", COST) for r in (1, 17)),
        ("p = 1}", "p = 5}", COST),
        *(
            (b64encode(SALT).decode(), salt, "[fingerprints.prod] salt must be 32 bytes in base64")
            for salt in ("AAAA", "not base64!", b64encode(SALT).decode() + "!", "")
        ),
        (
            'kind = "blake2b"',
            'kind = "sha256"',
            f"{ENTRY} kind 'sha256' is not one of blake2b, scrypt, public-key",
        ),
        (f'"{"0" * 32}"', f'"{"0" * 32}", hint = "xyz"', f"{ENTRY} hint must be three hexadecimal digits"),
        *(
            (was, now, f"{ENTRY} secrets contains an entry without a valid name and tag")
            for was, now in (
                ("0" * 32, "0" * 31),
                ('name = "A"', 'name = "A B"'),
                (f'"{"0" * 32}"', f'"{"0" * 32}", part = "-"'),
            )
        ),
    ],
)
def test_what_this_version_would_not_write_is_refused(found: str, written: str, said: str) -> None:
    """A cheaper digest, a short salt, an unknown kind."""
    assert found in GOOD
    with pytest.raises(ConfigError) as caught:
        fingerprint_file.parse(GOOD.replace(found, written))
    assert caught.value.what == said
    assert caught.value.fix == "inv secrets.fingerprint --env=… writes the file anew, once it is removed"


@pytest.mark.parametrize(
    ("found", "written"),
    [("secrets = [", "extra = 1\nsecrets = ["), ("{name", "{more = 1, name"), ("{n", "{more = 1, n")],
)
def test_an_unknown_key_is_refused(found: str, written: str) -> None:
    with pytest.raises(ConfigError, match="is not a key"):
        fingerprint_file.parse(GOOD.replace(found, written, 1))


def test_the_dearest_digest_is_read_and_what_is_no_toml_is_refused() -> None:
    dear = GOOD.replace("n = 16384, r = 8, p = 1", "n = 262144, r = 16, p = 4")
    assert fingerprint_file.parse(dear).sheets[0].cost == Cost(2**18, 16, 4)
    with pytest.raises(ConfigError, match=r"^env/fingerprints\.toml: not valid TOML: ") as caught:
        fingerprint_file.parse("[")
    assert caught.value.fix == "inv secrets.fingerprint --env=… writes the file anew, once it is removed"
    with pytest.raises(ConfigError) as caught:
        fingerprint_file.parse(f"<<<<<<< ours\n{GOOD}")
    fix = "inv secrets.merge --env=… merges it, and the store where that is needed"
    assert str(caught.value) == f"env/fingerprints.toml: has a merge conflict\n  → {fix}"


def test_the_text_is_written_whole() -> None:
    """Environments and entries in their order."""
    second = replace(PRINT, name="B", part="1", hint="0af")
    sheets = (Sheet("staging", SALT), Sheet("prod", SALT, Cost(), (second, PRINT)))
    salt = b64encode(SALT).decode()
    assert (
        fingerprint_file.text(Fingerprints(sheets))
        == f"""{fingerprint_file.HEADER}version = 1

[prod]
salt = "{salt}"
scrypt = {{n = 16384, r = 8, p = 1}}
secrets = [
    {{name = "A", kind = "blake2b", tag = "{"0" * 32}"}},
    {{name = "B", kind = "blake2b", tag = "{"0" * 32}", part = "1", hint = "0af"}},
]

[staging]
salt = "{salt}"
scrypt = {{n = 16384, r = 8, p = 1}}
secrets = [
]
"""
    )


def test_sheets_by_environment() -> None:
    """`only` and `without` part them; a fresh sheet has a random salt."""
    prod, staging = Sheet("prod", SALT, Cost(), (PRINT,)), Sheet("staging", SALT)
    both = Fingerprints((prod, staging))
    assert both.only("prod").sheets == (prod,)
    assert both.without("prod").sheets == (staging,)
    assert list(both) == [PRINT]
    assert both.sheet("prod") == prod
    assert both.sheet("dev").salt != both.sheet("dev").salt
    fresh = both.sheet("dev")
    assert fresh == Sheet("dev", fresh.salt)
    assert len(fresh.salt) == 32
    other = Fingerprint("prod", "0", DigestKind.SLOW, "1" * 32)
    changed = both.with_prints(prod, (PRINT, other))
    assert changed.sheets == (staging, Sheet("prod", SALT, Cost(), (other, PRINT)))
    assert changed.sheet("prod").of(DigestKind.FAST) == {"0" * 32: PRINT}
