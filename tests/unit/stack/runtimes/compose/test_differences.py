"""Which containers are not what their services are now, each with the one cause that says most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.labels import CONTENTS, DEFINITION, SECRETS
from dockgate.engine.containers import IMAGE_ID
from dockgate.stack.runtimes.compose import differences, remaining
from dockgate.stack.startup.outcome import Failure, Outcome, ServiceOutcome, State
from tests.unit.stack.startup.stacks import HEALTHY, container, model, service

if TYPE_CHECKING:
    from collections.abc import Mapping

OLD: dict[str, Any] = {"config_hash": "old"}
MADE = {DEFINITION: "d", SECRETS: "s", CONTENTS: "c"}
STACK = model(replace(service("api"), labels=MADE, networks=("a", "b")), service("web", api=HEALTHY))
IN = {"networks": {"a": "n1", "b": "n2"}}


def cause(state: str = "running", images: Mapping[str, str] | None = None, lost: Any = (), **fields: Any) -> str:
    """Return why a container of the API is not what it should be."""
    one = container("api", state, **{"labels": MADE, **IN, **fields})
    return differences.of(STACK, [one], images or {}, lost).get("api-1", "")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ""),
        ({"images": {"api:1": "sha256:2"}}, ""),
        ({"labels": {IMAGE_ID: "sha256:1"}}, ""),
        ({"labels": {IMAGE_ID: "sha256:1"}, "images": {"api:1": "sha256:1"}}, ""),
        (
            {"labels": {IMAGE_ID: "sha256:1"}, "images": {"api:1": "sha256:2"}, **OLD},
            "image api:1 changed from sha256:1 to sha256:2",
        ),
        (OLD, ""),
        ({**OLD, "labels": {**MADE, DEFINITION: "e"}}, "configuration changed"),
        ({**OLD, "image": "api:0"}, "image api:0 → api:1"),
        ({**OLD, "labels": {**MADE, SECRETS: "t"}}, "a secret of the service changed"),
        ({**OLD, "labels": {DEFINITION: "d", CONTENTS: "c"}}, "a secret of the service changed"),
        ({**OLD, "labels": {**MADE, CONTENTS: "t"}}, "the content of a config changed"),
        ({"networks": {"a": "n1"}}, "not connected to network b"),
        ({**OLD, "networks": {}}, "not connected to network a"),
        ({"lost": {"n2"}}, ""),
        ({"state": "exited", "lost": {"n2"}}, "network b was removed"),
        ({"state": "exited", "lost": {"n9"}}, ""),
    ],
)
def test_a_difference_has_one_cause(fields: dict[str, Any], said: str) -> None:
    """What is known of it comes before what only the hash says."""
    assert cause(**fields) == said


def test_a_definition_that_was_never_noted_is_none() -> None:
    """Then the hash decides, and labels that neither side has do not differ."""
    bare = model(service("api"))
    assert differences.of(bare, [container("api", "running", **OLD)], {}, ()) == {"api-1": "configuration changed"}


@pytest.mark.parametrize(
    ("mode", "joined", "bereft"),
    [
        ("service:web", "web-0", True),
        ("service:web", "web-1", False),
        ("service:web", "", False),
        ("host", "web-0", False),
    ],
)
def test_who_shares_a_network_goes_with_the_one_that_has_it(mode: str, joined: str, *, bereft: bool) -> None:
    """Or whose has gone; what is replaced anyway has its own cause."""
    stack = replace(model(service("api"), service("web")), raw={"services": {"api": {"network_mode": mode}}})
    api, web = container("api", "running", joined=joined), container("web", "running")
    said = {"api-1": "its network is of a container that is replaced"}
    assert differences.of(stack, [api, web], {}, ()) == (said if bereft else {})
    gone = {"web-1": "configuration changed"}
    expected = {**gone, **(said if mode == "service:web" and joined else {})}
    assert differences.of(stack, [api, replace(web, config_hash="old")], {}, ()) == expected
    both = differences.of(stack, [replace(api, config_hash="old"), web], {}, ())
    assert both == {"api-1": "configuration changed"}
    documents: tuple[dict[str, Any], ...] = ({"services": None}, {"services": {}}, {"services": {"api": None}})
    for raw in documents:
        assert differences.of(replace(stack, raw=raw), [api, web], {}, ()) == {}


def test_only_what_was_touched_and_wanted_is_compared_once_more() -> None:
    """Everything else is as it was asked for, or was not asked for."""
    listed = tuple(container(name, "running", number=number, **OLD) for name in ("api", "web") for number in (1, 2))
    stack = model(service("api"), service("web", api=HEALTHY))
    left = [Failure("api", f"p-api-{number}", "still runs as before: configuration changed") for number in (1, 2)]
    assert remaining.failures(stack, listed, {"api"}, ()) == tuple(left)
    assert remaining.failures(stack, listed, {"api", "web"}, ("api",)) == tuple(left)
    assert remaining.failures(stack, listed, {"web"}, ("api",)) == ()
    rows = tuple(ServiceOutcome(name, State.HEALTHY, 1.0, f"{name}:1") for name in ("api", "web"))
    first = Failure("web", "-", "x")
    ended = Outcome(rows, (first,), changed=True, seconds=2.0, containers=listed)
    failed = replace(ended, services=(replace(rows[0], outcome=State.FAILED), rows[1]), failures=(first, *left))
    assert remaining.judged(ended, stack, {"api"}) == failed
    assert remaining.judged(ended, stack, ()) is ended
    assert remaining.judged(ended, stack, {"web"}, ("api",)) is ended
