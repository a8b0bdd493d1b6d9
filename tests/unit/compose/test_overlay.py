"""The overlay: whose stack an object is, and free ports for instances."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from dockgate.compose import contents, overlay
from dockgate.core import labels
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT: dict[str, Any] = {
    "services": {
        "api": {
            "ports": [{"target": 8000, "published": "8000", "host_ip": "127.0.0.1", "protocol": "tcp"}],
            "secrets": [{"source": "DB", "target": "/run/secrets/DB"}],
        },
        "worker": {},
        "renamed": {"secrets": [{"source": "database", "target": "/run/secrets/x"}]},
        "mounted": {"volumes": [{"type": "bind", "source": "/run/dockgate/DB", "target": "/db"}]},
        "whole": {"volumes": [{"type": "bind", "source": "/run/dockgate", "target": "/all"}]},
        "prometheus": {"profiles": ["monitoring", "all"]},
    },
    "networks": {"default": {"name": "x"}, "shared": {"external": True, "name": "shared"}},
    "volumes": {"data": None},
    "secrets": {"DB": {"file": "/run/dockgate/DB"}, "database": {"file": "/run/dockgate/DB"}},
}


class Loader(yaml.SafeLoader):
    """YAML that reads Compose's `!override` as the list below it."""


Loader.add_constructor("!override", lambda loader, node: {"override": loader.construct_sequence(node, deep=True)})  # type: ignore[arg-type]  # node is a sequence


def written(
    tmp_path: Path, versions: dict[str, str], learners: dict[str, str] | None = None, *, ephemeral: bool = False
) -> dict[str, Any]:
    target = projects.stack(projects.make(tmp_path), "dev", "two")
    known = overlay.Versions(versions, {"worker": "d1"}, "/run/dockgate", learners or {})
    text = overlay.text(DOCUMENT, target, known, ephemeral=ephemeral)
    loaded = yaml.load(text, Loader)  # noqa: S506 - a SafeLoader
    assert isinstance(loaded, dict)
    return loaded


def test_the_overlay_is_told_whole(tmp_path: Path) -> None:
    """Its digests are labels: if they changed, every container would be made anew."""
    target = projects.stack(projects.make(tmp_path), "dev", "two")
    known = overlay.Versions(
        {"DB": "1", "X": "2"}, {"worker": "d1"}, "/run/dockgate", {"X": "whole"}, {"renamed": "d2"}
    )
    own = json.dumps(labels.of(target))[1:-1]

    def label(name: str, value: str) -> str:
        return f', "dev.dockgate.{name}": "{value}"'

    secret = label("secrets", hashlib.blake2b(b"DB=1", digest_size=12).hexdigest())
    ports = json.dumps([{**DOCUMENT["services"]["api"]["ports"][0], "published": "0"}])
    assert overlay.text(DOCUMENT, target, known, ephemeral=True) == (
        "services:\n"
        f'  "api": {{"labels": {{{own}{secret}}}, "ports": !override {ports}}}\n'
        f'  "worker": {{"labels": {{{own}{label("contents", "d1")}}}}}\n'
        f'  "renamed": {{"labels": {{{own}{secret}{label("definition", "d2")}}}}}\n'
        f'  "mounted": {{"labels": {{{own}{secret}}}}}\n'
        f'  "whole": {{"labels": {{{own}{secret}}}}}\n'
        f'  "prometheus": {{"labels": {{{own}{label("profiles", "monitoring,all")}}}}}\n'
        f'networks: {{"default": {{"labels": {{{own}}}}}}}\n'
        f'volumes: {{"data": {{"labels": {{{own}}}}}}}\n'
    )
    both = overlay.text(DOCUMENT, target, overlay.Versions(known.secrets, {}, known.folder, {}), ephemeral=False)
    assert label("secrets", hashlib.blake2b(b"DB=1\nX=2", digest_size=12).hexdigest()) in both
    assert overlay.text({}, target, known, ephemeral=True) == "services:\nnetworks: {}\nvolumes: {}\n"


def test_content_of_configs_is_a_label_of_its_readers(tmp_path: Path) -> None:
    """So Compose recreates them when it changes."""
    services = written(tmp_path, {})["services"]
    assert [name for name in services if "dev.dockgate.contents" in services[name]["labels"]] == ["worker"]


def test_every_object_says_whose_it_is(tmp_path: Path) -> None:
    """Services, networks and volumes; not what belongs to another stack."""
    result = written(tmp_path, {})
    for entry in (result["services"]["worker"], result["networks"]["default"], result["volumes"]["data"]):
        assert entry["labels"]["dev.dockgate.environment"] == "dev"
        assert entry["labels"]["dev.dockgate.instance"] == "two"
        assert entry["labels"]["dev.dockgate.checkout"] == str(tmp_path)
    assert "shared" not in result["networks"]


def test_a_service_says_which_profiles_switched_it_on(tmp_path: Path) -> None:
    """So that they are known while it is there; a service of none says nothing."""
    services = written(tmp_path, {})["services"]
    assert services["prometheus"]["labels"]["dev.dockgate.profiles"] == "monitoring,all"
    assert "dev.dockgate.profiles" not in services["worker"]["labels"]


def test_a_changed_secret_changes_its_readers_only(tmp_path: Path) -> None:
    """The label makes Compose recreate them."""
    before, after = written(tmp_path, {"DB": "1", "X": "1"}), written(tmp_path, {"DB": "2", "X": "1"})
    assert before["services"]["api"] != after["services"]["api"]
    assert before["services"]["worker"] == after["services"]["worker"]
    other = written(tmp_path, {"DB": "1", "X": "2"})
    assert before["services"]["api"] == other["services"]["api"]


@pytest.mark.parametrize("service", ["renamed", "mounted", "whole"])
def test_a_changed_secret_changes_whoever_gets_its_file(tmp_path: Path, service: str) -> None:
    """Under another name, as a bind mount, with the whole folder: else the old value would stay in its container."""
    before, after = written(tmp_path, {"DB": "1", "X": "1"}), written(tmp_path, {"DB": "2", "X": "1"})
    assert before["services"][service] != after["services"][service]
    other = written(tmp_path, {"DB": "1", "X": "2"})
    assert (before["services"][service] != other["services"][service]) == (service == "whole")


def test_instances_get_free_ports(tmp_path: Path) -> None:
    """The engine chooses; address and target stay."""
    ports = written(tmp_path, {}, ephemeral=True)["services"]["api"]["ports"]["override"]
    assert ports == [{"target": 8000, "published": "0", "host_ip": "127.0.0.1", "protocol": "tcp"}]
    assert "ports" not in written(tmp_path, {})["services"]["api"]


def test_who_is_told_a_new_value_is_not_recreated_for_it(tmp_path: Path) -> None:
    """A database learns its role's password while it runs."""
    before, after = (written(tmp_path, {"DB": version}, {"DB": "api"}) for version in ("1", "2"))
    assert before["services"]["api"] == after["services"]["api"]
    other = written(tmp_path, {"DB": "1"}, {"DB": "worker"})
    assert "dev.dockgate.secrets" in other["services"]["api"]["labels"]


def test_a_service_that_shares_a_network_has_a_label_of_its_definition(tmp_path: Path) -> None:
    """Compose's hash of it is not what the file says."""
    services: dict[str, dict[str, Any]] = {
        "app": {"network_mode": "service:vpn", "environment": {"A": "1"}},
        "dump": {"volumes_from": ["vpn"]},
        "vpn": {"network_mode": "bridge"},
    }
    found = contents.definitions({"services": services}, b"k")
    assert found.keys() == {"app", "dump"}
    changed = {**services, "app": {**services["app"], "environment": {"A": "2"}}}
    assert contents.definitions({"services": changed}, b"k")["app"] != found["app"]
    known = overlay.Versions({}, {}, "/run/dockgate", {}, found)
    text = overlay.text({"services": services}, projects.stack(projects.make(tmp_path)), known, ephemeral=False)
    assert f'"dev.dockgate.definition": "{found["app"]}"' in text
    assert text.count("dev.dockgate.definition") == 2
