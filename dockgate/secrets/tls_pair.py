"""The certificate of an environment and its private key: made, given, and replaced together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.secrets import certificate, metadata
from dockgate.secrets.metadata import Source
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from dockgate.env.variable import Variable
    from dockgate.secrets.store import Store

KINDS = frozenset({certificate.CERTIFICATE, certificate.CERTIFICATE_KEY})


class Pair(Struct, frozen=True):
    """A certificate chain and its private key, PEM."""

    chain: Secret
    key: Secret


class Names(Struct, frozen=True):
    """The variables that hold a certificate chain and its key."""

    chain: str
    key: str


def names(variables: Iterable[Variable]) -> Names | None:
    """Return the names of the certificate and its key among these variables, None where there are none."""
    wanted = [variable for variable in variables if variable.generate in KINDS]
    chains = [variable.name for variable in wanted if variable.generate == certificate.CERTIFICATE]
    keys = [variable.name for variable in wanted if variable.generate == certificate.CERTIFICATE_KEY]
    if len(chains) != len(keys) or len(chains) > 1:
        where = wanted[0].origin
        raise ConfigError("requires exactly one certificate and one certificate-key", where=where, fix="see `generate`")
    return Names(chains[0], keys[0]) if chains else None


def read(chain: Path | None, key: Path | None) -> Pair | None:
    """Return the certificate and key in these PEM files, None without any; ConfigError for one without the other."""
    if chain is None or key is None:
        if chain or key:
            fix = "--tls-cert= and --tls-key="
            raise ConfigError("a certificate needs its key, and a key its certificate", fix=fix)
        return None
    texts = []
    for path in (chain, key):
        try:
            texts.append(Secret(regular_file.text(path)))
        except OSError as error:
            raise ConfigError(f"cannot be read as PEM: {error}", where=Location(str(path))) from error
    return Pair(*texts)


def complete(store: Store, pair: Names, hosts: Sequence[str], given: Pair | None) -> Store:
    """Return the store with a certificate and its key: what it has, what is given, or a self-signed one for `hosts`."""
    have = store.entries
    if pair.chain in have and pair.key in have:
        if given:
            fix = f"inv secrets.rotate {pair.chain} --tls-cert=… --tls-key=… replaces them"
            raise ConfigError(f"{pair.chain} and {pair.key} already exist", fix=fix)
        return store
    if given:
        certificate.check_pair(given.chain, given.key)
        made = metadata.today(Source.GIVEN)
        return store.with_value(pair.chain, given.chain, made).with_value(pair.key, given.key, made)
    if pair.chain in have:
        raise ConfigError(f"{pair.chain} has no key {pair.key}", fix=f"inv secrets.set {pair.key}")
    return _signed(store, pair, hosts)


def renewed(store: Store, pair: Names, hosts: Sequence[str], given: Pair | None) -> Store:
    """Return the store with what is given, or a new key and self-signed certificate.

    ConfigError where none is given and a CA signed the old one.
    """
    old = store.entries.get(pair.chain)
    if not given and old and not (old.metadata and old.metadata.source is Source.GENERATED):
        raise ConfigError(
            f"{pair.chain} was not generated here: only its issuer can renew it", fix="--tls-cert= and --tls-key="
        )
    return complete(store.without(pair.chain).without(pair.key), pair, hosts, given)


def _signed(store: Store, pair: Names, hosts: Sequence[str]) -> Store:
    if pair.key not in store.entries:
        made = certificate.certificate_key()
        store = store.with_value(pair.key, made.value, metadata.today(Source.GENERATED, made.bits))
    chain = certificate.certificate(store.entries[pair.key].value, hosts)
    return store.with_value(pair.chain, chain, metadata.today(Source.GENERATED))
