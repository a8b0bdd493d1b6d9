"""How a secret came about is believed for the value it was written about, and for no other."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from dockgate.core.secret import Secret
from dockgate.secrets import metadata
from dockgate.secrets.metadata import SecretMetadata, Source
from tests.unit.secrets.secretproject import GENERATED, STRONG


def test_a_record_is_read_back() -> None:
    """Source, bits and day survive."""
    line = GENERATED.line("KEY", Secret(STRONG))
    tie = hashlib.blake2b(f"KEY\0{STRONG}".encode(), digest_size=16, person=b"dockgate-tie").hexdigest()
    assert line == f"# dockgate: KEY generated 190 2026-05-04 {tie}"
    for written in (line, f"  {line}\r\n"):
        assert metadata.subject(written) == "KEY"
        assert metadata.parse(written, Secret(STRONG)) == GENERATED


def test_a_value_of_today_has_no_bits_unless_they_are_told() -> None:
    before = datetime.now(UTC).date()
    found = metadata.today(Source.GIVEN)
    assert found == SecretMetadata(Source.GIVEN, 0, found.day)
    assert before <= found.day <= datetime.now(UTC).date()
    assert metadata.today(Source.GENERATED, 5).bits == 5


def test_the_role_of_a_password_is_part_of_its_record() -> None:
    """Of both or of none: another role's name voids it, too."""
    made = replace(GENERATED, variable="DB_USER", role="shop_b")
    line = made.line("KEY", Secret(STRONG))
    tied = f"KEY\0{STRONG}\0 DB_USER=shop_b".encode()
    tie = hashlib.blake2b(tied, digest_size=16, person=b"dockgate-tie").hexdigest()
    assert line == f"# dockgate: KEY generated 190 2026-05-04 DB_USER=shop_b {tie}"
    assert metadata.subject(line) == "KEY"
    assert metadata.parse(line, Secret(STRONG)) == made
    assert metadata.parse(line.replace("shop_b", "shop_a"), Secret(STRONG)) is None
    assert metadata.parse(line.replace(" DB_USER=shop_b", ""), Secret(STRONG)) is None


def test_another_value_voids_the_record() -> None:
    """A value that a person typed must not pass for a generated one: it would get the fast fingerprint."""
    line = GENERATED.line("KEY", Secret(STRONG))
    assert metadata.parse(line, Secret("typed by hand")) is None
    assert metadata.parse(line.replace("KEY", "OTHER"), Secret(STRONG)) is None


@pytest.mark.parametrize("line", ["", "# a comment", "# dockgate: KEY made 1 2026-01-01 00", "KEY=value"])
def test_other_lines_are_no_records(line: str) -> None:
    """Comments of people stay comments."""
    assert metadata.subject(line) is None
    assert metadata.parse(line, Secret("x")) is None


def test_an_impossible_day_is_no_record() -> None:
    """A record that was tampered with is void, not a crash."""
    line = GENERATED.line("KEY", Secret(STRONG)).replace("2026-05-04", "2026-13-44")
    assert metadata.parse(line, Secret(STRONG)) is None
