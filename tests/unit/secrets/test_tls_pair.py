"""A certificate and its key go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.env.variable import Variable
from dockgate.secrets import certificate, metadata, tls_pair
from dockgate.secrets.metadata import Source
from dockgate.secrets.store import Store
from dockgate.secrets.tls_pair import Names, Pair
from tests.unit.secrets.secretproject import GIVEN

if TYPE_CHECKING:
    from pathlib import Path

NAMES = Names("TLS_CERT", "TLS_KEY")
CERT = Variable("TLS_CERT", secret=True, generate="certificate")
KEY = Variable("TLS_KEY", secret=True, generate="certificate-key")


@pytest.fixture(scope="module")
def pair() -> Pair:
    """Return a certificate that was given."""
    key = certificate.certificate_key().value
    return Pair(certificate.certificate(key, ["given.example.com"]), key)


def check(store: Store) -> None:
    """Hold that a store has a pair that belongs together."""
    certificate.check_pair(store.entries["TLS_CERT"].value, store.entries["TLS_KEY"].value)


def test_names_are_found_by_their_kind() -> None:
    """One pair, or none."""
    assert tls_pair.names([Variable("A"), KEY, CERT]) == NAMES
    assert tls_pair.names([Variable("A", secret=True, generate="password:32")]) is None


@pytest.mark.parametrize("variables", [[CERT], [KEY], [CERT, CERT, KEY, KEY]])
def test_half_a_pair_is_a_mistake_of_the_schema(variables: list[Variable]) -> None:
    """A certificate without a key variable could never be used."""
    variables = [replace(each, origin=Location("env/schema.toml", line)) for line, each in enumerate(variables, 3)]
    with pytest.raises(ConfigError) as caught:
        tls_pair.names([Variable("A"), *variables])
    what = "env/schema.toml:3: requires exactly one certificate and one certificate-key"
    assert str(caught.value) == f"{what}\n  → see `generate`"


def test_a_missing_pair_is_made_and_a_complete_one_kept() -> None:
    """Self-signed for the hosts, recorded as generated; a second call changes nothing."""
    store = tls_pair.complete(Store(), NAMES, ["localhost"], None)
    check(store)
    assert store.entries["TLS_CERT"].metadata == metadata.today(Source.GENERATED)
    assert store.entries["TLS_KEY"].metadata == metadata.today(Source.GENERATED, 128)
    assert tls_pair.complete(store, NAMES, ["localhost"], None) == store


def test_a_missing_certificate_is_made_for_the_key_that_is_there(pair: Pair) -> None:
    """The key stays."""
    store = tls_pair.complete(Store().with_value("TLS_KEY", pair.key, GIVEN), NAMES, ["localhost"], None)
    check(store)
    assert store.entries["TLS_KEY"].value == pair.key


def test_a_certificate_without_its_key_is_an_error(pair: Pair) -> None:
    """No other key fits it."""
    with pytest.raises(ConfigError) as caught:
        tls_pair.complete(Store().with_value("TLS_CERT", pair.chain, GIVEN), NAMES, ["localhost"], None)
    assert str(caught.value) == "TLS_CERT has no key TLS_KEY\n  → inv secrets.set TLS_KEY"


def test_a_given_pair_is_taken_and_never_overwrites(pair: Pair) -> None:
    """It is checked, recorded as given, and refused where there is one already."""
    store = tls_pair.complete(Store(), NAMES, ["localhost"], pair)
    today = metadata.today(Source.GIVEN)
    assert {name: (each.value, each.metadata) for name, each in store.entries.items()} == {
        "TLS_CERT": (pair.chain, today),
        "TLS_KEY": (pair.key, today),
    }
    with pytest.raises(ConfigError) as caught:
        tls_pair.complete(store, NAMES, ["localhost"], pair)
    fix = "inv secrets.rotate TLS_CERT --tls-cert=… --tls-key=… replaces them"
    assert str(caught.value) == f"TLS_CERT and TLS_KEY already exist\n  → {fix}"
    with pytest.raises(ConfigError, match="does not match the private key"):
        tls_pair.complete(Store(), NAMES, ["localhost"], Pair(pair.chain, certificate.certificate_key().value))


def test_renewal(pair: Pair) -> None:
    """A self-signed pair is replaced by a new one or a given one; one that was given only by a given one."""
    own = tls_pair.complete(Store(), NAMES, ["localhost"], None)
    new = tls_pair.renewed(own, NAMES, ["localhost"], None)
    check(new)
    assert new.entries["TLS_KEY"].value != own.entries["TLS_KEY"].value
    given = tls_pair.renewed(own, NAMES, ["localhost"], pair)
    assert given.entries["TLS_KEY"].value == pair.key
    with pytest.raises(ConfigError) as caught:
        tls_pair.renewed(given, NAMES, ["localhost"], None)
    what = "TLS_CERT was not generated here: only its issuer can renew it"
    assert str(caught.value) == f"{what}\n  → --tls-cert= and --tls-key="
    unknown = Store(Secret("TLS_CERT='x'\nTLS_KEY='y'\n"))
    with pytest.raises(ConfigError, match="was not generated here"):
        tls_pair.renewed(unknown, NAMES, ["localhost"], None)
    check(tls_pair.renewed(Store(), NAMES, ["localhost"], None))
    assert tls_pair.renewed(given, NAMES, ["localhost"], pair).entries["TLS_CERT"].value == pair.chain


def test_files_are_read_as_a_pair(tmp_path: Path) -> None:
    """Both or none; what cannot be read is told."""
    one, two = tmp_path / "c.pem", tmp_path / "k.pem"
    one.write_text("chain")
    two.write_text("key")
    assert tls_pair.read(one, two) == Pair(Secret("chain"), Secret("key"))
    assert tls_pair.read(None, None) is None
    half = "a certificate needs its key, and a key its certificate\n  → --tls-cert= and --tls-key="
    missing = f"{tmp_path}/missing: cannot be read as PEM: [Errno 2] No such file or directory: '{tmp_path}/missing'"
    for chain, key, said in ((one, None, half), (None, two, half), (one, tmp_path / "missing", missing)):
        with pytest.raises(ConfigError) as caught:
            tls_pair.read(chain, key)
        assert str(caught.value) == said
    with pytest.raises(ConfigError, match="cannot be read as PEM"):
        tls_pair.read(one, tmp_path)
