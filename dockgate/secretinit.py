"""What `inv secrets.init` does: an identity, a first recipient, and a strong value for every secret that is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dockgate import envfiles, generate, identities, layering, recipients, secretstore
from dockgate.errors import ConfigError
from dockgate.origin import Origin
from dockgate.provenance import Provenance, Source
from dockgate.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from dockgate.project import Environment, Project
    from dockgate.schema import Variable
    from dockgate.secretstore import Store


@dataclass(frozen=True, slots=True)
class Initialised:
    """What was made: an identity file, if there was none; names of new values; names that only a person can give."""

    identity: Path | None
    recipient: str
    added: tuple[str, ...]
    missing: tuple[str, ...]
    store: Store


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate chain and its private key, PEM."""

    chain: Secret
    key: Secret


def wanted(project: Project, environment: Environment) -> tuple[tuple[Variable, ...], tuple[str, ...]]:
    """Return the secrets that an environment requires of its store, and the host names for its certificate.

    ConfigError for a development environment: its values are plain, and whoever clones it must be able to start it.
    """
    if layering.is_development(environment):
        raise ConfigError(
            f"{environment.name} is for development: its secrets are harmless values in {environment.layers[-1]}",
            fix="name an environment that is not, such as staging",
        )
    survey = layering.survey(project, environment, None)
    plain = {
        assignment.name for each in survey.layers if each.name != envfiles.PROCESS for assignment in each.assignments
    }
    secret = (each for each in survey.schema.variables.values() if each.secret and each.required_in(environment.name))
    url = survey.plain().get("PUBLIC_URL", "")
    hosts = dict.fromkeys([urlsplit(url).hostname or "localhost", "localhost", "127.0.0.1"])
    return tuple(each for each in secret if each.name not in plain), tuple(hosts)


def read_pair(chain: Path | None, key: Path | None) -> Pair | None:
    """Return the certificate and key in these PEM files, None without any; ConfigError for one without the other."""
    if chain is None or key is None:
        if chain or key:
            raise ConfigError(
                "a certificate needs its key, and a key its certificate", fix="--tls-cert= and --tls-key="
            )
        return None
    texts = []
    for path in (chain, key):
        try:
            texts.append(Secret(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot be read as PEM: {error}", where=Origin(str(path))) from error
    return Pair(*texts)


def initialise(
    project: Project,
    environment: Environment,
    needed: Sequence[Variable],
    hosts: Sequence[str],
    given: Pair | None = None,
) -> Initialised:
    """Add what is missing of `needed`, the secret variables that this environment requires; nothing is overwritten.

    `hosts` are the names of a self-signed certificate, `given` one to take instead.
    """
    path = identities.location(project.process)
    existing = identities.load(project.process)
    # Before the store is opened, so that the refusal of a newcomer names the public key to let in.
    identity = existing[0] if existing else identities.create(project.process)
    store = secretstore.load(project, environment) or secretstore.Store(shown=environment.secrets)
    before = set(store.entries)
    for variable in needed:
        if variable.name not in store.entries and variable.generate not in {"", *_CERTIFICATES}:
            made = generate.value(variable.generate, variable.name)
            store = store.with_value(variable.name, made.value, _today(Source.GENERATED, made.bits))
    store = _certificates(store, needed, hosts, given)
    enrolled = _enrol(project, environment, identity.public)
    if enrolled or set(store.entries) != before or not store.key:
        store = store.keyed()
        secretstore.save(project, environment, store)
    return Initialised(
        identity=None if existing else path,
        recipient=identity.public,
        added=tuple(name for name in store.entries if name not in before),
        missing=tuple(variable.name for variable in needed if variable.name not in store.entries),
        store=store,
    )


_CERTIFICATES = frozenset({generate.CERTIFICATE, generate.CERTIFICATE_KEY})


def _today(source: Source, bits: int = 0) -> Provenance:
    return Provenance(source, bits, datetime.now(UTC).date())


def _enrol(project: Project, environment: Environment, public: str) -> bool:
    """Make the user the first recipient; where there are others, one of them lets the user in."""
    everyone = recipients.load(project.root)
    keys = everyone.get(environment.name, {})
    if public in keys.values():
        return False
    if keys:
        raise ConfigError(
            f"{environment.name} has recipients, and you ({public}) are none of them",
            where=Origin(recipients.FILE),
            fix=f"ask one of them: {', '.join(keys)}",
        )
    name = project.process.get("USER") or project.process.get("LOGNAME") or "me"
    recipients.save(project.root, {**everyone, environment.name: recipients.with_key({}, name, public)})
    return True


def _certificates(store: Store, wanted: Iterable[Variable], hosts: Sequence[str], given: Pair | None) -> Store:
    chains = [variable.name for variable in wanted if variable.generate == generate.CERTIFICATE]
    keys = [variable.name for variable in wanted if variable.generate == generate.CERTIFICATE_KEY]
    if given and (len(chains), len(keys)) != (1, 1):
        raise ConfigError("--tls-cert and --tls-key need one certificate and one key in env/schema.toml")
    for chain, key in zip(chains, keys, strict=True):
        store = _pair(store, chain, key, hosts, given)
    return store


def _pair(store: Store, chain: str, key: str, hosts: Sequence[str], given: Pair | None) -> Store:
    have = store.entries
    if chain in have and key in have:
        if given:
            raise ConfigError(
                f"{chain} and {key} are there already", fix=f"inv secrets.set {chain}, and {key}, replace them"
            )
        return store
    if given:
        generate.check_pair(given.chain, given.key)
        given_now = _today(Source.GIVEN)
        return store.with_value(chain, given.chain, given_now).with_value(key, given.key, given_now)
    if chain in have:
        raise ConfigError(f"{chain} is there without its key {key}", fix="give both: --tls-cert and --tls-key")
    if key not in have:
        made = generate.certificate_key()
        store = store.with_value(key, made.value, _today(Source.GENERATED, made.bits))
    signed = generate.certificate(store.entries[key].value, hosts)
    return store.with_value(chain, signed, _today(Source.GENERATED))
