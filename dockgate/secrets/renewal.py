"""The new value of a secret that is rotated: given, generated, or a certificate with its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.suggest import near
from dockgate.env import schema
from dockgate.secrets import generate, metadata, tls_pair
from dockgate.secrets import init as secret_init
from dockgate.secrets.metadata import Source

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from dockgate.core.secret import Secret
    from dockgate.core.target import Target
    from dockgate.env.variable import Variable
    from dockgate.secrets.store import Store
    from dockgate.secrets.tls_pair import Pair


def declared(project: Project, name: str) -> Variable:
    """Return a secret of the schema; ConfigError for any other name."""
    known = schema.load(project.root).variables
    if name not in known or not known[name].secret:
        secret = [other for other, variable in known.items() if variable.secret]
        raise ConfigError(f"{name} is not a secret of the schema." + near(name, secret))
    return known[name]


def value(
    project: Project, target: Target, store: Store, variable: Variable, given: Secret | None, pair: Pair | None
) -> Store:
    """Return a store with a new value: what is given, a generated one, a certificate with its key."""
    environment = target.environment
    if variable.generate in tls_pair.KINDS and given is None:
        needed = secret_init.wanted(project, environment)
        names = tls_pair.names(needed.variables)
        if names:
            return tls_pair.renewed(store, names, needed.hosts, pair)
    if pair:
        raise ConfigError(f"{variable.name} is not a certificate", fix="omit --tls-cert and --tls-key")
    if given is not None:
        return store.with_value(variable.name, given, metadata.today(Source.GIVEN))
    if not variable.generate:
        fix = f"--given reads it from stdin: inv secrets.rotate {variable.name} --env={environment.name} --given"
        raise ConfigError(f"{variable.name} has no `generate`: it needs a given value", fix=fix)
    made = generate.value(variable.generate, variable.name)
    return store.with_value(variable.name, made.value, metadata.today(Source.GENERATED, made.bits))
