"""DG402: a protected environment on a remote engine.

`inv up` gives containers secrets as files of the machine that it runs on: run it on that machine itself. `inv deploy`
reaches a swarm from a laptop or from CI, at an address that `endpoints` lists, over `ssh://` or with TLS: one in clear
is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.location import Location
from dockgate.core.project import ONE_ENGINE
from dockgate.core.target import up_command
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Environment
    from dockgate.guardrails.context import Context

CODE = "DG402"
TITLE = "A protected environment on a remote engine"
SCOPE = Scope.TARGET


def check(context: Context) -> Iterator[Hit]:
    """Refuse a remote production engine, but for a deployment over an encrypted connection."""
    environment, target = context.environment, context.target
    if target is None or allowed(environment, target.endpoint):
        return
    where = Location(context.project.file)
    if environment.runtime == ONE_ENGINE:
        yield Hit(
            f"{environment.name} is protected and {target.endpoint} is another machine",
            f"run it on that machine: {up_command(environment)} there",
            where,
        )
    else:
        yield Hit(
            f"{environment.name} is protected and nothing encrypts what is sent to {target.endpoint}",
            "ssh://USER@HOST, a Docker context with certificates, or DOCKER_TLS_VERIFY=1 with DOCKER_CERT_PATH",
            where,
        )


def allowed(environment: Environment, endpoint: Endpoint) -> bool:
    """Return whether an environment may be on such an engine."""
    several = environment.runtime != ONE_ENGINE
    return not environment.protected or endpoint.local or (several and endpoint.encrypted)
