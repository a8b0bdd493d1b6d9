"""What the Docker client knows of a registry, as the Engine API takes it: nodes of a swarm have no login of their own.

header(process, image) -> str    the value of X-Registry-Auth; "" where the client is not logged in to the registry
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core import endpoint
from dockgate.core.errors import ToolFailedError

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS = ("auths", "credsStore", "credHelpers")  # of the client's configuration


def header(process: Mapping[str, str], image: str) -> str:
    """Return the credentials for an image's registry; ToolFailedError where the client's helper does not give them."""
    if not any(endpoint.client_config(process).get(key) for key in KEYS):
        return ""
    from docker.errors import DockerException  # noqa: PLC0415 - heavy, and only for who is logged in somewhere

    from docker import auth  # noqa: PLC0415 - as above

    registry, _ = auth.resolve_repository_name(image)
    try:
        known = auth.load_config(str(endpoint.client_file(process)), credstore_env=dict(process))
        found = known.resolve_authconfig(registry)
    except DockerException as error:
        raise ToolFailedError(
            f"the credentials of {registry} could not be read: the Docker client's credential helper failed",
            fix=f"docker login {registry}",
        ) from error
    return auth.encode_header(found).decode() if found else ""
