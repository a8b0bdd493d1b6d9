"""The rehearsal: production from the very digests of a release, beside everything else, with throwaway secrets."""

from __future__ import annotations

import ssl
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from dockgate.core import target
from dockgate.core.errors import ToolFailedError
from dockgate.core.location import Location
from dockgate.engine import containers
from dockgate.env import layering
from dockgate.env.env_files import Assignment, Layer
from dockgate.env.release_pointer import VERSION_VARIABLE
from dockgate.secrets import generate
from dockgate.secrets import init as secret_init
from dockgate.secrets.store import LAYER, Store
from dockgate.situation import Situation
from dockgate.stack import addresses, prepare, runtimes, up
from dockgate.stack.runtimes.protocol import Order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockgate.core.project import Environment, Project
    from dockgate.core.target import Target
    from dockgate.release.protocols import Built
    from dockgate.stack.runtimes.protocol import Runtime
    from dockgate.stack.startup.board import Listener

TIMEOUT = 120.0  # seconds, as `inv up` waits by default
SMOKE_SECONDS = 10.0  # chosen: the stack is healthy then, and a request takes milliseconds
FALLBACK = "password:32"
MOST = 65536  # bytes of an answer that are searched for the version; chosen


def run(
    project: Project, like: Target, images: Sequence[Built], version: str, smoke: str, listener: Listener
) -> Mapping[str, Any]:
    """Bring `like` up as an instance of its own, ask it for `smoke`, and remove it with its volumes.

    ToolFailedError when it does not become healthy or does not answer with 200 and its version.
    """
    instance = "rehearsal-" + version.replace(".", "-").lower()
    stage = target.target(project, like.environment.name, instance, like.endpoint)
    started = time.monotonic()
    runtime = runtimes.of(project, stage)
    _clear(runtime)  # a killed one left a database with other secrets
    try:
        resolved = layering.resolve(project, like.environment, _secrets(project, like.environment))
        pins = {image.variable: image.pinned for image in images} | {VERSION_VARIABLE: version}
        prepared = prepare.prepare(Situation(project), stage, resolved, pins)
        result = up.up(runtime, prepared, Order(timeout=TIMEOUT, listener=listener))
        if result.outcome.failed:
            said = "; ".join(map(str, result.outcome.failures))
            raise ToolFailedError(
                f"the rehearsal did not become healthy: {said}", fix="inv up in staging shows the same"
            )
        asked = _smoke(stage, smoke, version) if smoke else []
    finally:
        _clear(runtime)
    return {
        "services": [service.as_json() for service in result.outcome.services],
        "up_seconds": round(result.seconds, 3),
        "seconds": round(time.monotonic() - started, 3),
        "smoke": asked,
    }


def _secrets(project: Project, environment: Environment) -> Layer:
    """Make secrets for this rehearsal alone; they are never written but to RAM."""
    needed = secret_init.wanted(project, environment)
    store = secret_init.filled(Store(), needed)
    values = {name: entry.value for name, entry in store.entries.items()}
    for variable in needed.variables:
        values.setdefault(variable.name, generate.value(FALLBACK).value)
    assignments = tuple(
        Assignment(name=name, value=value, origin=Location("rehearsal"), layer=LAYER, raw="", interpolate=False)
        for name, value in values.items()
    )
    return Layer(name=LAYER, path="rehearsal", assignments=assignments)


def _clear(runtime: Runtime) -> None:
    stack = runtime.holdings()
    runtime.remove(stack, runtime.plan_removal(stack, volumes=True))


def _smoke(stage: Target, path: str, version: str) -> list[str]:
    reached = addresses.addresses(containers.containers(stage.endpoint, stage.project))
    urls = [f"{address}{path}" for address in reached if address.scheme in {"http", "https"}]
    if not urls:
        raise ToolFailedError("the rehearsal publishes no address to ask", fix="[tool.dockgate.release] smoke")
    answers = [_ask(url) for url in urls]
    if not any(status == 200 and version in body for status, body in answers):  # noqa: PLR2004 - HTTP's OK
        got = "; ".join(f"{url}: {status} {body[:80]}" for url, (status, body) in zip(urls, answers, strict=True))
        raise ToolFailedError(f"the rehearsal does not answer with its version {version}: {got}")
    return urls


def _ask(url: str) -> tuple[int, str]:
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE  # its certificate was made a moment ago, for this
    direct = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
    try:
        with urllib.request.build_opener(*direct).open(url, timeout=SMOKE_SECONDS) as answer:
            return int(answer.status), answer.read(MOST).decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, ""
    except OSError as error:
        return 0, str(error)
