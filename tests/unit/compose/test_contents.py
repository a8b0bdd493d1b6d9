"""What is in configs and secrets, as digests that only who has the key can make."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from dockgate.compose import contents

if TYPE_CHECKING:
    from pathlib import Path

KEY = b"k" * 32


def document(folder: Path) -> dict[str, Any]:
    return {
        "services": {
            "api": {"configs": [{"source": "ini"}], "secrets": [{"source": "ours"}]},
            "web": {"configs": [{"source": "inline"}]},
            "job": {"secrets": [{"source": "own"}]},
            "db": {"secrets": [{"source": "ours"}], "configs": [{"source": "folder"}]},
            "none": {},
        },
        "configs": {"ini": {"file": f"{folder}/app.ini"}, "inline": {"content": "a"}, "folder": {"file": str(folder)}},
        "secrets": {"ours": {"file": "/run/given/X"}, "own": {"file": f"{folder}/own.txt"}},
    }


def digest(text: str, key: bytes = KEY) -> str:
    # A label that changes recreates containers, so the digest must stay what it is.
    return hashlib.blake2b(text.encode(), key=key, digest_size=12, person=b"dockgate-content").hexdigest()


def test_a_service_has_one_digest_of_all_that_it_gets(tmp_path: Path) -> None:
    (tmp_path / "app.ini").write_text("a=b")
    (tmp_path / "own.txt").write_text("x")
    seen = document(tmp_path)
    seen["services"]["api"] = {
        "configs": [{"source": "ini"}, {"source": "both"}, {"source": "none"}],
        "secrets": [{"source": "own"}],
    }
    seen["configs"] |= {"both": {"content": "a", "environment": "B"}, "none": None}
    paths = contents.files(seen, "/run/given")
    assert paths == tuple(sorted([str(tmp_path), f"{tmp_path}/app.ini", f"{tmp_path}/own.txt"]))
    known = contents.digests([*paths, f"{tmp_path}/gone"], KEY)
    ini, own = digest("a=b"), digest("x")
    assert known == {str(tmp_path): "", f"{tmp_path}/app.ini": ini, f"{tmp_path}/own.txt": own, f"{tmp_path}/gone": ""}
    parts = (f"configs/ini={ini}", "configs/both=aB", f"secrets/own={own}")
    assert contents.of_services(seen, known, KEY) == {
        "api": digest("\n".join(parts)),
        "web": digest("configs/inline=a"),
        "job": digest(f"secrets/own={own}"),
    }
    assert contents.of_services({}, {}, KEY) == contents.definitions({}, KEY) == {}
    assert contents.files({"secrets": {"x": {"file": "/x"}, "y": {"file": "/y/z"}}, "configs": None}, "/y") == ("/x",)
    assert contents.files({"secrets": {"x": {"file": "/x"}}}, "") == ("/x",)


def test_a_service_of_another_ones_container_has_a_digest_of_its_definition() -> None:
    """Its network, its volumes, or its processes; of a longer key, the first 64 bytes count."""
    own: dict[str, Any] = {
        **{kind: {kind: "service:vpn", "a": 1} for kind in ("network_mode", "ipc", "pid")},
        "volumes": {"volumes_from": ["vpn"]},
    }
    others = {"host": {"network_mode": "host", "ipc": None}, "mine": {"uts": "service:vpn"}}
    key = b"k" * 70
    found = contents.definitions({"services": {**own, **others}}, key)
    assert found == {name: digest(json.dumps(entry, sort_keys=True), key[:64]) for name, entry in own.items()}
