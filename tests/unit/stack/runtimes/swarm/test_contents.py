"""Secrets and configs of a swarm: their names, and that no value is in a specification."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.stack.runtimes.swarm import contents, desired
from dockgate.stack.runtimes.swarm.settings import Settings
from tests.unit.stack.runtimes.swarm import stacks

if TYPE_CHECKING:
    from pathlib import Path


def test_secrets_and_configs_are_named_with_a_keyed_digest() -> None:
    """A plain hash would let anyone who lists names try values against it."""
    found = {each.kind: each for each in stacks.stack().contents}
    assert (found["secrets"].data, found["configs"].data) == (b"pw", b"hello $you")
    other = desired.desired(stacks.prepared(stacks.shop(), key=b"x" * 32), Settings())
    assert {each.name for each in other.contents}.isdisjoint(each.name for each in found.values())
    [secret, config] = (found[kind].name for kind in ("secrets", "configs"))
    assert repr(found["secrets"]) == f"Content(secrets/{secret})"
    digests = [
        hashlib.blake2b(
            b"".join(len(part).to_bytes(8, "big") + part for part in parts),
            key=stacks.KEY,
            digest_size=8,
            person=b"dockgate-swarm",
        ).hexdigest()
        for parts in ((b"secrets", b"PASSWORD", b"pw"), (b"configs", b"site", b"hello $you"))
    ]
    assert [secret, config] == [f"shop-prod_PASSWORD-{digests[0]}", f"shop-prod_site-{digests[1]}"]


def test_a_name_is_never_longer_than_a_swarm_takes_it() -> None:
    """Its digest stays whole, and so does a key for it that is longer than an algorithm takes."""
    assert contents.name("shop", "A" * 80, "1234") == f"shop_{'A' * 53}-1234"
    assert contents.name("shop", "KEY", "1234") == "shop_KEY-1234"
    digests = [contents.fingerprint(b"k" * length, "secrets", "A", b"x") for length in (63, 64, 65)]
    assert digests[0] != digests[1] == digests[2]


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
    document["secrets"]["PASSWORD"] = {"external": True}
    [secret] = [each for each in stacks.stack(document).contents if each.kind == "secrets"]
    assert (secret.name, secret.data) == ("PASSWORD", None)


@pytest.mark.parametrize(
    ("entry", "data"),
    [
        ({"content": "a $$b"}, b"a $b"),
        ({"environment": "PASSWORD"}, b"pw"),
        ({"environment": "PLAIN"}, b"seen"),
        ({"file": f"{stacks.FOLDER}/PASSWORD"}, b"pw"),
        ({"file": "{}/a$$b"}, b"\xff"),
    ],
)
def test_where_a_content_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: dict[str, str], data: bytes
) -> None:
    """A file of ours is never read: its value is known."""
    (tmp_path / "a$b").write_bytes(b"\xff")
    document = stacks.shop()
    document["secrets"]["PASSWORD"] = {key: value.format(tmp_path) for key, value in entry.items()}
    ready = stacks.prepared(document)
    known = {**ready.composition.env, "PLAIN": "seen"}
    monkeypatch.setattr(stacks, "prepared", lambda _: replace(ready, composition=replace(ready.composition, env=known)))
    [secret] = [each for each in stacks.stack(document).contents if each.kind == "secrets"]
    assert secret.data == data


def test_a_secret_without_a_value_is_an_error() -> None:
    document = stacks.shop()
    document["secrets"]["PASSWORD"] = {"environment": "MISSING"}
    with pytest.raises(ConfigError) as caught:
        stacks.stack(document)
    assert str(caught.value) == "secrets.PASSWORD: MISSING has no value\n  → inv secrets.set MISSING --env=prod"
    document["secrets"]["PASSWORD"] = {"file": "/nowhere/x"}
    with pytest.raises(ConfigError) as caught:
        stacks.stack(document)
    assert str(caught.value) == "secrets.PASSWORD: /nowhere/x cannot be read: No such file or directory"
