"""What a Compose model asks of a swarm that it does not have, each refused at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tests.unit.stack.runtimes.swarm import stacks

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_refusal_names_the_file_and_line_of_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the last file that writes it."""
    (tmp_path / "c.yaml").write_text("services:\n  db: {}\n  gateway: {image: x}\n")
    monkeypatch.setattr(stacks, "TARGET", replace(stacks.TARGET, root=str(tmp_path)))
    said = stacks.refused("gateway", ports=[{"target": 443, "published": "8443", "host_ip": "127.0.0.1"}])
    assert said.startswith("c.yaml:3:3: services.gateway publishes on 127.0.0.1 alone")


def test_other_refusals_name_their_place() -> None:
    assert stacks.refused("api", privileged=True).startswith("c.yaml: services.api.privileged does not exist")
    tmpfs = "c.yaml: tmpfs /x:zero,exec: exec does not exist on Docker Swarm\n  → size=… and mode=… do"
    assert stacks.refused("api", tmpfs=["/x:zero,exec"]) == tmpfs
    labelled = "c.yaml: services.api.security_opt: label:disable does not exist on Docker Swarm"
    assert stacks.refused("api", security_opt=["label:disable"]) == labelled
    mounted = [{"target": "/y"}, {"type": "bind", "source": f"{stacks.FOLDER}/PASSWORD", "target": "/x"}]
    assert stacks.refused("api", volumes=mounted) == (
        "c.yaml: services.api mounts files of secrets, which are on no node of a swarm\n"
        "  → secrets: in services.api gives it the same under /run/secrets"
    )
    pipe = [{"type": "npipe", "source": "/a", "target": "/x"}]
    kind = "c.yaml: services.api.volumes: type npipe does not exist on Docker Swarm"
    assert stacks.refused("api", volumes=pipe) == kind
