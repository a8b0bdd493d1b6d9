"""Small projects as values, and the two verbs of every rule's tests: catches, catches_not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.core.endpoint import Endpoint
from dockgate.core.location import Location
from dockgate.core.project import Environment, Project
from dockgate.core.secret import Secret
from dockgate.core.target import Target
from dockgate.env import env_files, layering, schema
from dockgate.env.env_files import Assignment, Layer
from dockgate.guardrails.context import Context
from dockgate.guardrails.evidence import Kind as FileKind
from dockgate.guardrails.evidence import TextFile
from dockgate.guardrails.matcher import FingerprintMatcher
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints.digests import DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import Fingerprint, Fingerprints, Sheet
from dockgate.secrets.fingerprints.innocent_cache import InnocentCache
from tests import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.env.resolved import ResolvedEnv
    from dockgate.guardrails.hit import Hit
    from dockgate.guardrails.rule import Rule

TEXTS = Path(__file__).with_name("findings.txt")
ROOT = Path("/srv/shop")
TODAY = date(2026, 6, 1)
SALT = b"s" * 32
CHEAP = digests.Cost(16)  # what is found does not depend on how long a guess takes
# Made up here: they open nothing.
PROD_PASSWORD = "q7Vw2ZkT9mXc4LhB8nRf1YpD6sGj3KaE"
PROD_HEX = "9f2c4e6a8b0d1f3e5c7a9b8d6f4e2c0a1b3d5f7e9c8a6b4d2f0e1c3a5b7d9f8e"
PROD_CHOSEN = "Kupferkanne/tanzt&7 Elche:am@See!im Regen"
SCHEMA = """
[POSTGRES_PASSWORD]
secret = true
generate = "password:32"
[SESSION_KEY]
secret = true
generate = "hex:64"
[PASSPHRASE]
secret = true
[DATABASE_URL]
[PUBLIC_URL]
[DEBUG]
[LOG_LEVEL]
[ENVIRONMENT]
[TOKEN]
[OTHER]
"""


def environment(name: str, **fields: Any) -> Environment:
    """Return an environment as the shipped configuration has it: dev with a local layer, prod protected."""
    usual = Environment(
        name=name,
        files=("compose/base.yaml", f"compose/{name}.yaml"),
        layers=("env/base.env", f"env/{name}.env"),
        local="env/dev.local.env" if name == "dev" else "",
        secrets=f"env/{name}.secrets.age",
        protected=name == "prod",
        endpoints=("local",),
        profiles=(),
        images={},
    )
    return replace(usual, **fields)


def project(settings: Mapping[str, Any] | None = None, *, root: Path = ROOT, **environments: Environment) -> Project:
    """Return a project with dev, staging and prod; `settings` is `[tool.dockgate]`."""
    known = {name: environment(name) for name in ("dev", "staging", "prod")} | environments
    return Project(root, "shop", MappingProxyType(known), settings or {}, {})


def resolved(
    env: str | Environment,
    text: str = "",
    *,
    secrets: Mapping[str, str] | None = None,
    local: str = "",
    declared: str = SCHEMA,
    process: Mapping[str, str] | None = None,
) -> ResolvedEnv:
    """Return an environment resolved from the text of its env file, its secrets and its local layer."""
    chosen = env if isinstance(env, Environment) else environment(env)
    layers = [env_files.parse(text, f"env/{chosen.name}.env", chosen.name)]
    if local:
        layers.append(env_files.parse(local, chosen.local, env_files.LOCAL))
    if secrets:
        layers.append(_layer(env_files.SECRETS, chosen.secrets, secrets))
    if process:
        layers.append(_layer(env_files.PROCESS, "", process))
    return layering.merge(chosen, tuple(layers), schema.parse(declared))


def _layer(name: str, path: str, values: Mapping[str, str]) -> Layer:
    pairs = enumerate(values.items(), 1)
    made = (
        Assignment(key, Secret(value), Location(path, line), name, interpolate=False) for line, (key, value) in pairs
    )
    return Layer(name, path, tuple(made))


def fingerprinted(*entries: tuple[str, str, str], kind: DigestKind = DigestKind.FAST) -> Fingerprints:
    """Return fingerprints of (environment, name, value)."""
    sheets: dict[str, list[Fingerprint]] = {}
    for env, name, value in entries:
        tag = digests.fast(value, SALT) if kind is DigestKind.FAST else digests.slow(value, SALT, CHEAP)
        hint = "" if kind is DigestKind.FAST else digests.hint(value, SALT)
        sheets.setdefault(env, []).append(Fingerprint(env, name, kind, tag, "", hint))
    return Fingerprints(tuple(Sheet(env, SALT, CHEAP, tuple(prints)) for env, prints in sheets.items()))


KNOWN = fingerprinted(("prod", "POSTGRES_PASSWORD", PROD_PASSWORD), ("prod", "SESSION_KEY", PROD_HEX))


def matcher(known: Fingerprints = KNOWN) -> FingerprintMatcher:
    """Return a matcher that forgets everything afterwards."""
    return FingerprintMatcher(known, schema.parse(SCHEMA), InnocentCache(b"k" * 16))


def context(env: str = "dev", text: str = "", **fields: Any) -> Context:
    """Return a context of the environment with this env file; `fields` are the Context's own."""
    chosen = fields.pop("environment", None) or environment(env)
    usual = Context(
        project=fields.pop("project", project()),
        environment=chosen,
        today=TODAY,
        resolved=fields.pop("resolved", None) or resolved(chosen, text),
        matcher=fields.pop("matcher", None) or matcher(),
        place=lambda *path: Location("compose.yaml:" + ".".join(map(str, path)), len(path)),
    )
    return replace(usual, **fields)


def model(**services: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Compose would resolve for these services."""
    return {"name": "shop-prod", "services": {name: dict(entry) for name, entry in services.items()}}


def file(path: str, text: str, kind: FileKind = FileKind.DOCKERFILE, service: str = "", mode: int = 0o644) -> TextFile:
    """Return a file as a rule gets it."""
    return TextFile(path, text, kind, service, mode)


def dockerfile(text: str) -> Context:
    """Return a context with one Dockerfile."""
    return context(files=(file("docker/api/Dockerfile", text),))


def target(
    env: str | Environment, host: str = "unix:///var/run/docker.sock", chosen_by: str = "default", instance: str = ""
) -> Target:
    """Return a target on an engine."""
    chosen = env if isinstance(env, Environment) else environment(env)
    return Target(str(ROOT), "shop", chosen, instance, Endpoint(host, chosen_by))


def catches(rule: Rule, seen: Context, count: int = 1) -> list[Hit]:
    """Hold that the rule finds this many things, and says what and how to fix it; return them."""
    hits = list(rule.check(seen))
    assert len(hits) == count, [hit.message for hit in hits]
    assert all(hit.message and hit.fix for hit in hits)
    for value in (PROD_PASSWORD, PROD_HEX, PROD_CHOSEN):
        assert not any(value in f"{hit.message} {hit.fix}" for hit in hits)
    hold(rule, hits)
    return hits


def hold(rule: Rule, hits: list[Hit]) -> None:
    """Hold the whole text of each; a rule of which none is written down is new, or says a linter's words."""
    if said.WRITE or any(line.startswith(rule.CODE) for line in said.known(TEXTS)):
        said.hold(TEXTS, (_told(rule, hit) for hit in hits if not hit.code))


def _told(rule: Rule, hit: Hit) -> str:
    """Return all that a report has of a hit, and what exemptions and groups go by."""
    about = "".join(f" ({each})" for each in (hit.service, hit.name, hit.group) if each)
    return f"{rule.CODE} {hit.severity} {hit.location}{about}: {hit.message} → {hit.fix}"


def catches_not(rule: Rule, seen: Context) -> None:
    """Hold that the rule finds nothing."""
    assert [hit.message for hit in rule.check(seen)] == []
