"""Reading what Compose resolved."""

from __future__ import annotations

from typing import Any

import pytest

from dockgate.compose.lifecycle import Condition
from dockgate.compose.model import Dependency, Model, Probe, Publish, Service, seconds


def parse(**services: dict[str, Any]) -> Model:
    """Return the model of these services."""
    return Model.parse({"name": "p", "services": services}, dict.fromkeys(services, "hash"))


def test_a_service_is_read_whole() -> None:
    """As Compose 2.40 writes it."""
    entry = {
        "image": "api@sha256:1",
        "labels": {"price": "5$$"},
        "restart": "unless-stopped",
        "deploy": {"replicas": 2},
        "depends_on": {
            "db": {"condition": "service_healthy", "required": True, "restart": True},
            "opt": {"condition": "service_started", "required": False},
        },
        "healthcheck": {"test": ["CMD-SHELL", "x $$Y"], "interval": "1m30s", "start_interval": "250ms", "retries": 5},
        "ports": [{"mode": "ingress", "host_ip": "127.0.0.1", "target": 80, "published": "8080"}],
        "profiles": ["web"],
    }
    more = {"container_name": "own", "pull_policy": "never", "build": {}, "networks": {"a": None, "b": None, "c": None}}
    networks: dict[str, dict[str, Any]] = {"a": {"name": "shop_a"}, "b": {"external": True}}
    services = {
        "api": {**entry, **more},
        "db": {"build": {"context": "."}, "ports": [{"target": "53", "protocol": "udp"}]},
    }
    document: dict[str, Any] = {"name": "p", "services": services, "networks": networks, "secrets": {"s": None}}
    found = Model.parse(document, {"api": "hash"}, ["x", "db"], {"api": ["A"]})
    assert found.services["api"] == Service(
        name="api",
        image="api@sha256:1",
        depends_on={
            "db": Dependency(Condition.HEALTHY, restart=True),
            "opt": Dependency(Condition.STARTED, required=False),
        },
        healthcheck=Probe(90.0, 30.0),
        replicas=2,
        restart="unless-stopped",
        ports=(Publish(80, "8080", "tcp"),),
        profiles=("web",),
        labels={"price": "5$"},
        config_hash="hash",
        container_name="own",
        networks=("shop_a", "b", "c"),
        pull_policy="never",
    )
    assert found.services["db"] == Service("db", "p-db", ports=(Publish(53, "", "udp"),), built=True, named=False)
    assert found == Model(
        "p", found.services, networks, secrets={"s": {}}, inactive=frozenset({"x"}), uses={"api": ["A"]}, raw=document
    )


def test_an_empty_document_is_a_model_too() -> None:
    assert Model.parse({}) == Model("", {})
    nothing: dict[str, Any] = {"services": {"a": {"depends_on": {"b": {}}, "healthcheck": {"timeout": "5s"}}}}
    one = Service("a", "", {"b": Dependency()}, Probe(30.0, 5.0), named=False)
    assert Model.parse(nothing).services == {"a": one}


@pytest.mark.parametrize(
    ("entry", "replicas", "restart"),
    [
        ({}, 1, "no"),
        ({"scale": 3}, 3, "no"),
        ({"deploy": {"replicas": 0}}, 0, "no"),
        ({"deploy": {"restart_policy": {"condition": "any"}}}, 1, "always"),
        ({"restart": "on-failure:5", "deploy": {"restart_policy": {"condition": "none"}}}, 1, "no"),
    ],
)
def test_replicas_and_restart_policy_have_two_places(entry: dict[str, Any], replicas: int, restart: str) -> None:
    """Compose's own key and Swarm's."""
    one = parse(api=entry).services["api"]
    assert (one.replicas, one.restart) == (replicas, restart)


@pytest.mark.parametrize("entry", [None, {}, {"disable": True}, {"test": ["NONE"]}])
def test_a_probe_can_be_switched_off(entry: dict[str, Any] | None) -> None:
    """In any of Compose's ways."""
    assert parse(api={"healthcheck": entry}).services["api"].healthcheck is None


def test_a_one_shot_is_one_that_somebody_waits_for_or_that_says_so() -> None:
    """Nothing else may end."""
    waits = {"depends_on": {"migrate": {"condition": "service_completed_successfully", "required": True}}}
    found = parse(api=waits, migrate={}, seed={"labels": {"dev.dockgate.one-shot": "true"}}).services
    assert {name for name, one in found.items() if one.one_shot} == {"migrate", "seed"}


@pytest.mark.parametrize(
    ("written", "wanted"),
    [("1h2m3.5s", 3723.5), ("250ms", 0.25), ("10s", 10.0), ("5us", 5e-6), (None, 30.0), ("0s", 0.0)],
)
def test_durations_are_gos(written: str | None, wanted: float) -> None:
    """In seconds; absent is the default."""
    assert seconds(written, 30.0) == pytest.approx(wanted)


def test_a_text_of_digits_is_read_in_the_time_of_its_length() -> None:
    """A file of a stranger may hold it; the square of this length would take minutes."""
    assert seconds("1" * 200_000, 30.0) == 0


def test_what_only_compose_can_start_is_named_with_its_place() -> None:
    """Hooks, providers, models, and files that Compose copies in at the start."""
    document = {
        "services": {
            "api": {"post_start": [{"command": ["true"]}], "models": {"llm": None}},
            "both": {"depends_on": {"job": {"condition": "service_healthy"}}},
            "end": {"depends_on": {"job": {"condition": "service_completed_successfully"}}},
            "job": {"pre_stop": None},
        },
        "secrets": {"a": {"environment": "HOME"}, "b": {"file": "/b"}},
        "configs": {"c": {"content": "x"}},
    }
    assert Model.parse(document).unsupported() == (
        "services.api.models",
        "services.api.post_start",
        "secrets.a.environment",
        "configs.c.content",
        "services.both.depends_on.job",
    )
    assert parse(api={}).unsupported() == ()


def test_closure_and_order_follow_the_dependencies() -> None:
    """All that a service needs, dependencies first; one of an inactive profile is left out."""
    waits = {"condition": "service_started"}
    found = parse(
        gateway={"depends_on": {"api": waits}},
        api={"depends_on": {"db": waits, "off": {**waits, "required": False}}},
        db={},
        other={},
    )
    assert found.closure(["api"]) == {"api", "db"}
    assert found.closure() == set(found.services)
    assert found.order() == ("db", "api", "gateway", "other")


def test_a_restart_takes_along_those_that_ask_for_it() -> None:
    """Transitively; the others run on."""
    waits = {"condition": "service_healthy", "restart": True}
    found = parse(
        db={},
        api={"depends_on": {"db": waits}},
        gateway={"depends_on": {"api": waits}},
        worker={"depends_on": {"db": {"condition": "service_healthy"}}},
    )
    assert found.restarts(["db"]) == ("db", "api", "gateway")
    assert found.restarts([]) == ()
    assert found.restarts(["api", "db"]) == ("api", "db", "gateway")
    more = parse(a={}, b={"depends_on": {"a": waits}}, c={}, d={"depends_on": {"c": waits}})
    assert more.restarts(["a", "c"]) == ("a", "c", "d", "b")
