from __future__ import annotations

from typing import Any

import pytest

from dockgate.env import env_files
from dockgate.guardrails.rules import dg202_secret_in_model as rule
from dockgate.secrets.fingerprints.digests import DigestKind
from tests.guardrails.scenes import (
    PROD_CHOSEN,
    PROD_HEX,
    PROD_PASSWORD,
    catches,
    catches_not,
    context,
    fingerprinted,
    matcher,
    model,
)

PLACES: dict[str, dict[str, Any]] = {
    "environment": {"environment": {"DB": f"postgres://app:{PROD_PASSWORD}@db/shop"}},
    "command": {"command": ["server", f"--password={PROD_PASSWORD}"]},
    "entrypoint": {"entrypoint": ["sh", "-c", f"PW={PROD_HEX} exec server"]},
    "args": {"build": {"context": ".", "args": {"TOKEN": PROD_PASSWORD}}},
    "labels": {"labels": {"traefik.auth": f"user:{PROD_PASSWORD}"}},
    "healthcheck": {"healthcheck": {"test": ["CMD-SHELL", f"redis-cli -a {PROD_PASSWORD} ping"]}},
}


@pytest.mark.parametrize("entry", PLACES.values(), ids=PLACES)
def test_catches_in_every_part_of_a_service(entry: dict[str, Any]) -> None:
    """Wherever Compose resolved it to, with the service and the place in the file."""
    [hit] = catches(rule, context("staging", model=model(api=entry)))
    assert hit.service == "api"
    assert hit.location.path.startswith("compose.yaml:services.api.")


def test_catches_an_inline_config() -> None:
    """`configs:` may have their content in the Compose file."""
    [hit] = catches(rule, context(model={"services": {}, "configs": {"app": {"content": f"pw = {PROD_PASSWORD}"}}}))
    assert (hit.service, hit.name) == ("", "content")
    assert hit.message == "configs.app.content holds POSTGRES_PASSWORD of prod"
    catches(rule, context(model={"services": PROD_PASSWORD}))
    catches_not(rule, context(model={"x-note": {"content": PROD_PASSWORD}}))


def test_what_an_env_file_states_is_found_there() -> None:
    """In the environment of a service; another place of the model is one of its own."""
    served = {"dev": (env_files.parse(f"TOKEN={PROD_PASSWORD}\n", ".envs/dev", ".envs/dev"),)}
    entry = {"environment": {"TOKEN": PROD_PASSWORD}, "labels": {"TOKEN": PROD_PASSWORD}}
    [hit] = catches(rule, context(model=model(api=entry), served=served))
    assert hit.location.path == "compose.yaml:services.api.labels.TOKEN"
    catches(rule, context(model=model(api=entry)), 2)


def test_catches_not_in_production_and_not_without_secrets() -> None:
    """Production's own model may name its secrets' values; DG309 says where it must not."""
    catches_not(rule, context("prod", model=model(api=PLACES["environment"])))
    catches_not(rule, context("dev", model=model(api={"environment": {"A": "b"}, "command": ["api"]})))


@pytest.mark.parametrize(
    "service",
    [
        {"annotations": {"note": PROD_CHOSEN}},
        {"logging": {"driver": "syslog", "options": {"tag": PROD_CHOSEN}}},
        {"build": {"dockerfile_inline": "FROM x\nENV DB_PASSWORD='Kupferkanne-tanzt-7-Elche'\n"}},
    ],
)
def test_catches_a_chosen_secret_in_further_places(service: dict[str, Any]) -> None:
    """Annotations, options of drivers, and a Dockerfile inside the Compose file."""
    entries = [("prod", "A", PROD_CHOSEN), ("prod", "B", "Kupferkanne-tanzt-7-Elche")]
    known = fingerprinted(*entries, kind=DigestKind.SLOW)
    catches(rule, context(model=model(api=service), matcher=matcher(known)))
