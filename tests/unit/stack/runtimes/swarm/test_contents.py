"""Secrets and configs of a swarm: their names, and that no value is in a specification."""

from __future__ import annotations

import json

import pytest

from dockgate.core.errors import ConfigError
from dockgate.stack.runtimes.swarm import desired
from dockgate.stack.runtimes.swarm.settings import Settings
from tests.unit.stack.runtimes.swarm import stacks


def test_secrets_and_configs_are_named_with_a_keyed_digest() -> None:
    """A plain hash would let anyone who lists names try values against it."""
    found = {each.kind: each for each in stacks.stack().contents}
    assert (found["secrets"].data, found["configs"].data) == (b"pw", b"hello $you")
    other = desired.desired(stacks.prepared(stacks.shop(), key=b"x" * 32), Settings())
    assert {each.name for each in other.contents}.isdisjoint(each.name for each in found.values())
    assert found["secrets"].name.startswith("shop-prod_PASSWORD-")
    assert "pw" not in repr(found["secrets"])


def test_a_new_value_is_a_new_name_and_a_new_specification() -> None:
    """That is how its readers are replaced, one after the other."""
    before, after = (
        desired.desired(stacks.prepared(stacks.shop(), PASSWORD=value), Settings()) for value in ("a", "b")
    )
    assert stacks.named(before, "api").digest != stacks.named(after, "api").digest
    assert stacks.named(before, "gateway").digest == stacks.named(after, "gateway").digest
    reference = stacks.container(after, "api")["Secrets"]
    file = {"Name": "/run/secrets/PASSWORD", "UID": "0", "GID": "0", "Mode": 0o444}
    secret = next(each.name for each in after.contents if each.kind == "secrets")
    assert reference == [{"SecretName": secret, "File": file}]


def test_no_value_of_a_secret_is_in_a_specification() -> None:
    found = desired.desired(stacks.prepared(stacks.shop(), PASSWORD="hunter2hunter2"), Settings())
    assert "hunter2" not in json.dumps([each.spec for each in found.services])


def test_an_external_secret_is_taken_as_it_is_named() -> None:
    document = stacks.shop()
    document["secrets"]["PASSWORD"] = {"name": "given", "external": True}
    [secret] = [each for each in stacks.stack(document).contents if each.kind == "secrets"]
    assert (secret.name, secret.data) == ("given", None)


def test_a_secret_without_a_value_is_an_error() -> None:
    document = stacks.shop()
    document["secrets"]["PASSWORD"] = {"environment": "MISSING"}
    with pytest.raises(ConfigError, match=r"secrets.PASSWORD: MISSING has no value"):
        stacks.stack(document)
