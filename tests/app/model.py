"""What the Compose files of an environment declare, as Compose alone merges them: the tests name no service."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from dockgate.core import project
from tests.integration import checkout, engine_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.app.plugin import Stack

COMPLETED = "service_completed_successfully"


def services(stack: Stack) -> dict[str, Any]:
    """Return the services without a profile."""
    files = project.load(checkout.ROOT, {}).environment(stack.environment).files
    words = ("config", "--no-interpolate", "--format=json")
    argv = (engine_facts.DOCKER, "compose", "--env-file=/dev/null", *(f"--file={each}" for each in files), *words)
    found = subprocess.run(argv, cwd=checkout.ROOT, env={"HOME": "/nowhere"}, capture_output=True, check=True)
    named: dict[str, Any] = json.loads(found.stdout)["services"]
    return {name: entry for name, entry in named.items() if not entry.get("profiles")}


def replicas(stack: Stack) -> dict[str, int]:
    """Return how many containers each service has."""
    return {name: (entry.get("deploy") or {}).get("replicas", 1) for name, entry in services(stack).items()}


def dependencies(stack: Stack) -> Iterator[tuple[str, str, str]]:
    """Yield each service, what it depends on, and until when it waits."""
    known = services(stack)
    for name, service in known.items():
        for before, how in (service.get("depends_on") or {}).items():
            if before in known:
                yield name, before, how["condition"]


def one_shots(stack: Stack) -> set[str]:
    """Return the services that are meant to end: another waits for that, or a label says so."""
    waited = {before for _, before, condition in dependencies(stack) if condition == COMPLETED}
    labels = {name: service.get("labels") or {} for name, service in services(stack).items()}
    return waited | {name for name, found in labels.items() if found.get("dev.dockgate.one-shot") == "true"}
