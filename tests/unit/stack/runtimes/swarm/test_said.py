"""What a swarm reads otherwise than Compose, and what it does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError
from dockgate.stack.runtimes.swarm import mounts, said
from tests.unit.stack.runtimes.swarm.service_entries import IMAGE

if TYPE_CHECKING:
    from collections.abc import Mapping


def lines(entry: Mapping[str, Any], *, job: bool = False) -> list[str]:
    return [str(each) for each in said.notes("web", entry, job=job)]


def test_everything_that_is_read_otherwise() -> None:
    """In the order in which a reader looks for it."""
    entry = {
        "runtime": "x",
        "links": ["a"],
        "platform": "",
        "build": {"context": "."},
        "depends_on": {"db": {"restart": True}, "api": {"restart": False}, "cache": {"restart": True}},
    }
    both = [
        "web: links, runtime: no effect on a swarm",
        "web: build: the released image runs; a swarm builds nothing",
        "web: depends_on: deployed after api, cache, db; when a node restarts, nothing waits",
        "web: depends_on restart: not restarted with cache, db",
    ]
    assert lines(entry) == [
        *both,
        "web: restart: none is written, so Swarm's own: always",
        "web: healthcheck: none, so it counts as up as soon as it runs",
    ]
    assert lines(entry, job=True) == [*both, "web: one-shot: a replicated job, run once for each change of it"]


@pytest.mark.parametrize(
    "entry",
    [{"restart": None}, {"deploy": {"restart_policy": {"condition": "any"}}}, {"restart": "no", "deploy": None}],
)
def test_nothing_is_said_of_what_a_swarm_does_as_it_is_written(entry: Mapping[str, Any]) -> None:
    assert lines({**entry, "healthcheck": {"test": ["CMD", "true"]}, "depends_on": None}) == []


@pytest.mark.parametrize("deploy", [None, {}, {"placement": None}])
def test_what_is_bound_to_a_node_is_said(deploy: object) -> None:
    """Where the file does not say which one it is."""
    volumes = [
        {"type": "volume", "source": "a"},
        {"type": "bind", "source": "/srv"},
        {"type": "tmpfs", "target": "/x"},
        {"type": "volume", "source": "b"},
    ]
    bound = "web: /srv has to exist on every node that may run it"
    found = [str(each) for each in mounts.notes("web", {"volumes": volumes, "deploy": deploy})]
    assert found == ["web: volume a, b is on one node: with several, place the service by a label", bound]
    placed = {"volumes": volumes, "deploy": {"placement": {"constraints": ["node.role==worker"]}}}
    assert [str(each) for each in mounts.notes("web", placed)] == [bound]
    assert list(mounts.notes("web", {"deploy": deploy})) == []


@pytest.mark.parametrize(
    ("entry", "what", "fix"),
    [
        ({"network_mode": "host"}, "network_mode", "name networks"),
        ({"devices": ["/dev/x"], "pid": "host"}, "devices", "run it beside the swarm"),
        ({"volumes_from": ["db"]}, "volumes_from", "name the volume in both services"),
        ({"privileged": True}, "privileged", "name the capabilities in cap_add"),
        ({"uts": "host", "unknown": 1}, "uts", "compose/swarm.yaml can take it out: !reset"),
        ({"unknown": 1}, "unknown", "compose/swarm.yaml can take it out: !reset"),
    ],
)
def test_what_a_swarm_does_not_have_says_what_to_do_instead(entry: Mapping[str, Any], what: str, fix: str) -> None:
    with pytest.raises(ConfigError) as caught:
        said.refuse("web", {"image": IMAGE, **entry})
    assert str(caught.value) == f"services.web.{what} does not exist on Docker Swarm\n  → {fix}"


@pytest.mark.parametrize("entry", [{"image": "shop/api:1"}, {}])
def test_an_image_has_to_be_the_same_on_every_node(entry: Mapping[str, Any]) -> None:
    """What is written with no value is not asked for."""
    said.refuse("web", {"image": IMAGE, "privileged": False, "devices": []})
    with pytest.raises(ConfigError) as caught:
        said.refuse("web", entry)
    assert str(caught.value) == (
        "services.web has no image with a digest, so each node could run another one\n"
        "  → deploy a release (inv release, inv promote), or write image: name@sha256:…"
    )


@pytest.mark.parametrize(
    ("volumes", "keeps"),
    [
        (None, False),
        ([{"type": "volume", "source": "a", "read_only": True}, {"type": "bind", "source": "/a"}], False),
        ([{"type": "bind", "source": "/a"}, {"type": "volume", "source": "a"}], True),
    ],
)
def test_two_containers_must_not_write_to_one_volume(volumes: list[object] | None, *, keeps: bool) -> None:
    assert mounts.keeps({"volumes": volumes}) is keeps
