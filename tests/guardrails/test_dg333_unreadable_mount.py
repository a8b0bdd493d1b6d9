from __future__ import annotations

import stat
from typing import Any

import pytest

from dockgate.guardrails.permissions import Closed
from dockgate.guardrails.rules import dg333_unreadable_mount as rule
from tests.guardrails.scenes import ROOT, catches, catches_not, context, file, model

APP = f"{ROOT}/app"


def seen(service: dict[str, Any], mode: int = 0o700, uid: int = 0, gid: int = 0, **fields: Any) -> Any:
    closed = {APP: Closed(f"{APP}/dockyard", stat.S_IFDIR | mode, uid, gid)}
    mounts = {"volumes": [{"type": "bind", "source": APP, "target": "/app"}]}
    return context("dev", model=model(api={**mounts, **service}), closed=closed, **fields)


@pytest.mark.parametrize(
    ("service", "owner"),
    [
        ({"user": "10001:10001"}, (0, 0)),
        ({"user": "10001"}, (1000, 1000)),
        ({"user": "node"}, (0, 0)),
        ({"user": "0:0", "cap_drop": ["ALL"]}, (1000, 1000)),
        ({"user": "root", "cap_drop": ["dac_override"], "cap_add": ["CHOWN"]}, (1000, 1000)),
    ],
    ids=["of root's files", "of a person's files", "by name", "root without its capability", "root by name"],
)
def test_catches_a_user_that_is_neither_owner_nor_in_the_group(service: Any, owner: tuple[int, int]) -> None:
    """With the mode, the owner, and the command that helps."""
    [hit] = catches(rule, seen(service, 0o700, *owner))
    mode = f"mode 0700, uid {owner[0]}, gid {owner[1]}"
    assert hit.message == f"api runs as user {service['user']}, which cannot read app (app/dockyard): {mode}"
    assert hit.fix == "chmod -R go+rX app; a clone under umask 022 has such modes"
    assert (hit.service, hit.location.path) == ("api", "compose.yaml:services.api.volumes")


def test_shows_a_source_elsewhere_as_it_is() -> None:
    """Once, however often it is mounted; a source that is closed itself is named once."""
    mount = {"type": "bind", "source": "/etc/x", "target": "/x"}
    closed = {"/etc/x": Closed("/etc/x", stat.S_IFREG | 0o600, 0, 0)}
    twice = model(api={"user": "5", "volumes": [mount, {**mount, "target": "/y"}]})
    [hit] = catches(rule, context("prod", model=twice, closed=closed))
    assert hit.message == "api runs as user 5, which cannot read /etc/x: mode 0600, uid 0, gid 0"


def test_catches_the_user_of_a_dockerfile_that_the_service_builds() -> None:
    """Where the Compose file names none."""
    built = {"build": {"context": f"{ROOT}/docker/api", "dockerfile": "Dockerfile"}}
    text = "FROM x\nUSER 10001\nCMD x\n"
    catches(rule, seen(built, files=(file("docker/api/Dockerfile", text),)))
    catches_not(rule, seen(built, files=(file("docker/other/Dockerfile", text),)))
    catches_not(rule, seen({}, files=(file("docker/api/Dockerfile", text),)))
    stages = "FROM x AS a\nUSER 10001\nFROM x\nRUN y\n"
    catches_not(rule, seen(built, files=(file("docker/api/Dockerfile", stages),)))
    [hit] = catches(rule, seen({**built, "user": "7"}, files=(file("docker/api/Dockerfile", text),)))
    assert "as user 7," in hit.message


@pytest.mark.parametrize(
    ("service", "mode", "owner"),
    [
        ({}, 0o700, (0, 0)),
        ({"user": "0"}, 0o700, (1000, 1000)),
        ({"user": "root"}, 0o700, (1000, 1000)),
        ({"user": "1000"}, 0o700, (1000, 1000)),
        ({"user": "10001:1000"}, 0o750, (1000, 1000)),
        ({"user": "10001", "group_add": [1000]}, 0o750, (1000, 1000)),
        ({"user": "node"}, 0o700, (1000, 1000)),
        ({"user": "0", "cap_drop": ["ALL"], "cap_add": ["DAC_OVERRIDE"]}, 0o700, (1000, 1000)),
        ({"user": "0", "cap_drop": ["all"], "cap_add": ["dac_read_search"]}, 0o700, (1000, 1000)),
        ({"user": "0", "cap_drop": ["CHOWN"]}, 0o700, (1000, 1000)),
    ],
)
def test_catches_not_who_can_read_it(service: Any, mode: int, owner: tuple[int, int]) -> None:
    """Root, the owner, a member of the group, a user by a name that may be the owner's."""
    catches_not(rule, seen(service, mode, *owner))
