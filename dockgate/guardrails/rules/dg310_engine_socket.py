"""DG310: the engine's socket in a container, which makes it root on the host.

Control of that container is root on the host. By a mount of the socket or of a folder that contains it (`/`,
`/var`, `/run`; read-only is no protection), or by the engine's address without TLS (`DOCKER_HOST=tcp://…:2375`,
`dockerd -H tcp://…`, port 2375 in any argument or variable). A proxy of the same stack that lets single calls
through (an image `…socket-proxy`) may be addressed. A warning in development.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dockgate.core.findings import Severity
from dockgate.guardrails import mounts, settings
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG310"
TITLE = "The engine's socket in a container"
SCOPE = Scope.MODEL

_SOCKET = re.compile(
    r"(?:^|/)(?:docker(?:\.raw)?|containerd|podman|crio|cri-dockerd|dockershim|buildkitd)\.sock$|"
    r"^/(?:(?:var/)?run(?:/(?:containerd|podman|crio|user/\d+))?|var)?/?$"
)
_LISTENS = re.compile(r"(?:^|\s)(?:-H|--host)[\s=]+tcp://|(?:^|\s)--tls=false(?=\s|$)|\bdockerd\b.*\s--tlsverify=false")
_ADDRESS = re.compile(r"\b(?:tcp|https?)://[\w.-]+:2375\b")  # Docker's port without TLS
_PROXY = re.compile(r"(?:socket|docker|sock)-?prox(?:y|ies)")


def check(context: Context) -> Iterator[Hit]:
    """Look for mounts of a container engine's socket or of a folder that it is in, and for its address."""
    for service, entry in context.services():
        severity = Severity.WARNING if context.development else Severity.ERROR
        for what, key in _reached(context.model, service, entry):
            yield Hit(
                f"{service} gets {what}: a process that controls it is root on this host",
                "take it out, or put a proxy that allows single calls in between",
                context.place("services", service, key),
                severity=severity,
                service=service,
            )


def _reached(model: Mapping[str, Any], service: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    paths = [path for path in mounts.sources(model, service) if _SOCKET.search(path)]
    if paths or entry.get("use_api_socket"):
        whole = paths and not paths[0].endswith(".sock")
        yield f"the engine's socket{f' through {paths[0]}' if whole else ''}", "volumes"
    variables = dict(settings.variables(entry))
    host = variables.get("DOCKER_HOST", "")
    if host.startswith(("tcp://", "http://")) and not variables.get("DOCKER_TLS_VERIFY") and not _proxied(model, host):
        yield "the engine's address without TLS (DOCKER_HOST)", "environment"
    if _LISTENS.search(settings.command(entry)):
        yield "an engine that is reached without TLS", "command"
    elif _addresses(model, settings.command(entry)):
        yield "the engine's address without TLS (port 2375)", "command"
    for name, value in variables.items():
        if name != "DOCKER_HOST" and _addresses(model, value):
            yield f"the engine's address without TLS ({name})", "environment"


def _addresses(model: Mapping[str, Any], text: str) -> bool:
    return any(not _proxied(model, match[0]) for match in _ADDRESS.finditer(text))


def _proxied(model: Mapping[str, Any], host: str) -> bool:
    target = (model.get("services") or {}).get(urlsplit(host).hostname or "") or {}
    return bool(_PROXY.search(str(target.get("image") or "")))
