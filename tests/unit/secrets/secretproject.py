"""A project with dev, staging and prod for the tests of secrets, and identities to open them with."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from dockgate.core.endpoint import Endpoint
from dockgate.core.project import Environment, Project
from dockgate.core.secret import Secret
from dockgate.core.target import Target
from dockgate.secrets import identities, recipients
from dockgate.secrets import store as secret_store
from dockgate.secrets.metadata import SecretMetadata, Source

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 5, 4)
GENERATED = SecretMetadata(Source.GENERATED, 190, DAY)
GIVEN = SecretMetadata(Source.GIVEN, 0, DAY)
STRONG = "Zq3xW9vKt5Lm8RbN2yHs7Jd4Fg6Pc1Tz"


def environment(name: str) -> Environment:
    """Return an environment with the default paths; prod is protected."""
    return Environment(
        name=name,
        files=("compose/base.yaml",),
        layers=("env/base.env", f"env/{name}.env"),
        local="env/dev.local.env" if name == "dev" else "",
        secrets=f"env/{name}.secrets.age",
        protected=name == "prod",
        endpoints=("local",),
        profiles=(),
        images=MappingProxyType({}),
    )


def project(root: Path, user: str = "alice", **process: str) -> Project:
    """Return a project in `root` as `user` sees it: a home of their own, nothing else in the process environment."""
    home = root / "homes" / user
    home.mkdir(parents=True, exist_ok=True)
    (root / "env").mkdir(exist_ok=True)
    return Project(
        root=root,
        name="shop",
        environments={name: environment(name) for name in ("dev", "staging", "prod")},
        settings={},
        process={"HOME": str(home), "USER": user, **process},
    )


def enrolled(project: Project, *names: str) -> str:
    """Give the project's user an identity and make them a recipient of these environments; return the public key."""
    public = identities.create(project.process).public
    everyone = dict(recipients.load(project.root))
    for name in names:
        everyone[name] = recipients.with_key(everyone.get(name, {}), project.process["USER"], public)
    recipients.save(project.root, everyone)
    return public


def stored(project: Project, name: str, **values: str) -> secret_store.Store:
    """Encrypt these values, as generated ones, for an environment."""
    store = secret_store.load(project, project.environment(name)) or secret_store.Store()
    for key, value in values.items():
        store = store.with_value(key, Secret(value), GENERATED)
    secret_store.save(project, project.environment(name), store)
    return store


def target(project: Project, name: str = "prod", host: str = "unix:///var/run/docker.sock") -> Target:
    """Return the stack of an environment on a local engine."""
    return Target(str(project.root), project.name, project.environment(name), "", Endpoint(host, "default"))
