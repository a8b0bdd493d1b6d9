"""What `inv secrets.init` does: an identity, a first recipient, and a strong value for every secret that is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.env import env_files, layering
from dockgate.secrets import change as secret_change
from dockgate.secrets import generate, identities, metadata, recipients, tls_pair
from dockgate.secrets import store as secret_store
from dockgate.secrets.age_file import SealedError
from dockgate.secrets.metadata import Source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dockgate.core.project import Environment, Project
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.env.variable import Variable
    from dockgate.secrets.identities import Identity
    from dockgate.secrets.store import Store
    from dockgate.secrets.tls_pair import Pair


class Wanted(Struct, frozen=True):
    """The secrets that an environment requires of its store, and the host names for its certificate."""

    variables: tuple[Variable, ...]
    hosts: tuple[str, ...]


class Initialised(Struct, frozen=True):
    """What was made: an identity file, if there was none; names of new values; names that only a person can give.

    `waits_for` are the recipients who can let a newcomer in; until one does, nothing of the store was read or made.
    """

    identity: Path | None
    recipient: str
    added: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()


def wanted(project: Project, environment: Environment) -> Wanted:
    """Return what an environment requires of its store.

    ConfigError for a development environment: its values are plain, and every clone must be able to start it.
    """
    if environment.is_development:
        raise ConfigError(
            f"{environment.name} is for development: its secrets are harmless values in {environment.last_layer}",
            fix="use another environment, such as staging",
        )
    survey = layering.survey(project, environment, None)
    plain = {
        assignment.name for each in survey.layers if each.name != env_files.PROCESS for assignment in each.assignments
    }
    secret = (each for each in survey.schema.variables.values() if each.secret and each.required_in(environment.name))
    return Wanted(tuple(each for each in secret if each.name not in plain), _hosts(survey))


def initialise(project: Project, environment: Environment, needed: Wanted, given: Pair | None = None) -> Initialised:
    """Add what is missing; nothing is overwritten. `given` is a certificate to take instead of a self-signed one.

    SealedError for a store that the user's identity does not open; where the identity is new, that is expected.
    """
    path = identities.location(project.process)
    existing = identities.load(project.process)
    # Before the store is opened, so that the refusal of a newcomer names the public key to let in.
    own = existing or (identities.create(project.process),)
    try:
        before = secret_store.load(project, environment) or secret_store.Store(shown=environment.secrets)
    except SealedError:
        if existing:
            raise
        others = recipients.load(project.root).get(environment.name, {})
        return Initialised(path, own[0].public, waits_for=tuple(others))
    after = filled(before, needed, given)
    if _enrol(project, environment, own) or set(after.entries) != set(before.entries) or not before.key:
        secret_change.write(project, environment, before, after, "init")
    return Initialised(
        identity=None if existing else path,
        recipient=own[0].public,
        added=tuple(name for name in after.entries if name not in before.entries),
        missing=tuple(variable.name for variable in needed.variables if variable.name not in after.entries),
    )


def filled(store: Store, needed: Wanted, given: Pair | None = None) -> Store:
    """Return the store with a strong value for each needed secret that it lacks and that can be generated."""
    pair = tls_pair.names(needed.variables)
    if given and not pair:
        raise ConfigError("no variable of this environment is a certificate", fix="see `generate` in env/schema.toml")
    for variable in needed.variables:
        if variable.name not in store.entries and variable.generate and variable.generate not in tls_pair.KINDS:
            made = generate.value(variable.generate, variable.name)
            store = store.with_value(variable.name, made.value, metadata.today(Source.GENERATED, made.bits))
    return tls_pair.complete(store, pair, needed.hosts, given) if pair else store


def _hosts(survey: ResolvedEnv) -> tuple[str, ...]:
    try:
        public = urlsplit(survey.plain().get("PUBLIC_URL", "")).hostname
    except ValueError:  # no URL, which the schema's check says better
        public = None
    return tuple(dict.fromkeys([public or "localhost", "localhost", "127.0.0.1"]))


def _enrol(project: Project, environment: Environment, own: Iterable[Identity]) -> bool:
    """Make the user the first recipient; where there are others, one of them lets the user in."""
    everyone = recipients.load(project.root)
    keys = everyone.get(environment.name, {})
    publics = [identity.public for identity in own]
    if set(publics) & set(keys.values()):
        return False
    if keys:
        raise ConfigError(
            f"you ({publics[0]}) are not a recipient of {environment.secrets}",
            where=Location(recipients.FILE),
            fix=f"ask one of them: {', '.join(keys)}",
        )
    name = recipients.name_for(project.process)
    recipients.save(project.root, {**everyone, environment.name: recipients.with_key({}, name, publics[0])})
    return True
