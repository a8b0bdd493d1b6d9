"""What is sought in images: the environments' secrets, opened or by their fingerprints."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.location import Location
from dockgate.core.project import Environment, Project
from dockgate.core.secret import Secret
from dockgate.env.env_files import Assignment, Layer
from dockgate.scan import known_secrets
from dockgate.secrets import store as secret_store
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.digests import DigestKind

if TYPE_CHECKING:
    from pathlib import Path

SALT = b"s" * 16


def environment(name: str) -> Environment:
    return Environment(name, (), (), "", f"{name}.age", protected=True, endpoints=(), profiles=(), images={})


def assigned(name: str, value: Secret | str | None) -> Assignment:
    return Assignment(name=name, value=value, origin=Location("x"), layer="secrets", raw="", interpolate=False)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, "shop", {name: environment(name) for name in ("staging", "prod")}, {}, {})


def found(project: Project, content: bytes) -> list[str]:
    return sorted(what for detect in known_secrets.sought(project).detectors for what in detect(content))


def test_each_environments_own_secrets_are_sought(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """By name and environment; what is no secret, or has no value, is none."""
    asked: list[tuple[object, str, object]] = []
    values: dict[str, tuple[Assignment, ...]] = {
        "staging": (assigned("A", None), assigned("B", "plain-value"), assigned("C", Secret("staging-secret"))),
        "prod": (assigned("C", Secret("prod-secret-x")),),
    }

    def layer(given: object, of: Environment, *, sealed: bool) -> Layer:
        asked.append((given, of.name, sealed))
        return Layer("secrets", "x", values[of.name])

    monkeypatch.setattr(secret_store, "layer", layer)
    assert found(project, b"plain-value staging-secret prod-secret-x") == [
        "the value of C of prod",
        "the value of C of staging",
    ]
    assert asked == [(project, "staging", True), (project, "prod", True)]
    monkeypatch.setattr(secret_store, "layer", lambda *_, **__: None)
    assert found(project, b"staging-secret") == []


def test_the_key_stands_for_all_that_is_sought(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store or the fingerprints that changed, a store that can be opened now, an environment of another name."""
    opened: list[Layer | None] = [None]
    monkeypatch.setattr(secret_store, "layer", lambda *_, **__: opened[0])
    keys = [known_secrets.sought(project).key]
    assert known_secrets.sought(project).key == keys[0]
    opened[0] = Layer("secrets", "x", (assigned("C", Secret("prod-secret-x")),))
    keys.append(known_secrets.sought(project).key)
    (project.root / "prod.age").write_text("rotated")
    keys.append(known_secrets.sought(project).key)
    monkeypatch.setattr(fingerprint_match, "load", lambda _: SimpleNamespace(sheets=()))
    (project.root / fingerprint_match.FILE).parent.mkdir(exist_ok=True)
    (project.root / fingerprint_match.FILE).write_text("x")
    keys.append(known_secrets.sought(project).key)
    other = Project(project.root, "shop", {"test": environment("test")}, {}, {})
    keys.append(known_secrets.sought(other).key)
    assert len(set(keys)) == 5
    assert all(len(key) == 64 for key in keys)


def sheet(value: str, **kinds: Any) -> SimpleNamespace:
    known = {DigestKind.FAST: {digests.fast(value, SALT): "x"}, **kinds}
    return SimpleNamespace(salt=SALT, of=lambda kind: known.get(kind, {}))


def test_a_fingerprint_is_sought_in_texts(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words that are long enough; a file is binary where a zero stands at its beginning."""
    value = "kX7mQ2vN9pR4tW8zB3cF6hJ5"
    slow = SimpleNamespace(salt=SALT, of=lambda kind: {} if kind is DigestKind.FAST else {"x": "y"})
    monkeypatch.setattr(fingerprint_match, "load", lambda _: SimpleNamespace(sheets=(slow, sheet(value))))
    assert len(known_secrets.sought(project).detectors) == 2
    known = ["a secret that env/fingerprints.toml knows"]
    assert found(project, f'{{"password": "{value}"}} {value}'.encode()) == known
    assert found(project, b"\xff" + value.encode()) == known
    text = b"a " * 4096 + value.encode()
    assert found(project, text + b"\0") == known
    assert found(project, text[:8191] + b"\0" + text) == []
    assert found(project, text[:8192] + b"\0" + text) == known
