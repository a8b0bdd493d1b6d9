"""Credentials of registries, as the Docker client keeps them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from docker.credentials import StoreError

from dockgate.core.errors import ToolFailedError
from dockgate.engine import registry_auth

if TYPE_CHECKING:
    from pathlib import Path

IMAGE = "registry.test:5000/shop/api@sha256:" + "1" * 64
LOGIN = base64.b64encode(b"robot:pull-only").decode()


def asked(tmp_path: Path, config: dict[str, Any] | None, image: str = IMAGE) -> dict[str, Any]:
    """Return the credentials that the engine would be given, nothing where there are none."""
    if config is not None:
        (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    path = f"{tmp_path}:/usr/bin:/bin"
    found = registry_auth.header({"DOCKER_CONFIG": str(tmp_path), "PATH": path, "HOME": str(tmp_path)}, image)
    return dict(json.loads(base64.urlsafe_b64decode(found))) if found else {}


def test_a_login_is_found_by_the_images_registry(tmp_path: Path) -> None:
    """And given to no other one."""
    config = {"auths": {"registry.test:5000": {"auth": LOGIN}, "https://index.docker.io/v1/": {"auth": LOGIN}}}
    found = asked(tmp_path, config)
    assert (found["username"], found["password"], found["serveraddress"]) == (
        "robot",
        "pull-only",
        "registry.test:5000",
    )
    assert asked(tmp_path, config, "elsewhere.test/shop/api:1") == {}
    assert asked(tmp_path, config, "library/redis:7")["username"] == "robot"


@pytest.mark.parametrize("config", [None, {}, {"auths": {}}, {"currentContext": "x"}])
def test_who_is_not_logged_in_gives_nothing(tmp_path: Path, config: dict[str, Any] | None) -> None:
    """A registry that everybody may pull from needs none."""
    assert asked(tmp_path, config) == {}


@pytest.mark.parametrize("key", ["credsStore", "credHelpers"])
def test_a_credential_helper_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """The program that the client's configuration names."""
    (tmp_path / "docker-credential-safe").touch(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    answer = {"ServerURL": "registry.test:5000", "Username": "robot", "Secret": "pull-only"}
    stores: list[Any] = []

    def get(store: Any, registry: str) -> dict[str, str]:
        stores.append((store.environment["HOME"], registry))
        return answer

    monkeypatch.setattr("docker.credentials.Store.get", get)
    found = asked(tmp_path, {key: "safe" if key == "credsStore" else {"registry.test:5000": "safe"}})
    assert (found["Username"], found["Password"]) == ("robot", "pull-only")
    assert stores == [(str(tmp_path), "registry.test:5000")]


def test_a_helper_that_fails_is_told_without_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They may be a secret's."""
    (tmp_path / "docker-credential-safe").touch(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def fails(_store: object, _registry: str) -> None:
        raise StoreError("pull-only")

    monkeypatch.setattr("docker.credentials.Store.get", fails)
    with pytest.raises(ToolFailedError) as caught:
        asked(tmp_path, {"credsStore": "safe"})
    assert str(caught.value) == (
        "the credentials of registry.test:5000 could not be read: the Docker client's credential helper failed\n"
        "  → docker login registry.test:5000"
    )
