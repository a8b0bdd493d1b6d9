"""The overlay: whose stack an object is, and free ports for instances."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from dockgate.compose import overlay
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


def test_the_overlay_is_told_whole(tmp_path: Path) -> None:
    """Its digests are labels: if they changed, every container would be made anew."""
    target = projects.stack(projects.make(tmp_path), "dev", "two")
    known = overlay.Versions(
        {"DB": "1", "X": "2"}, {"worker": "d1"}, "/run/dockgate", {"X": "whole", "DB": "worker"}, {"renamed": "d2"}
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
    assert both.count(label("secrets", hashlib.blake2b(b"DB=1\nX=2", digest_size=12).hexdigest())) == 1
    assert both.count(secret) == 3
    assert "ports" not in both
    assert overlay.text({}, target, known, ephemeral=True) == "services:\nnetworks: {}\nvolumes: {}\n"
