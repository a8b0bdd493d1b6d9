"""Images that stand in for those that are missing here: under their names, with a shell, and a program that stays.

Their command is passed over, and what health checks ask says yes: what is tried is the stack, not its programs. On top
of one, a Dockerfile finds the tools that install packages, which do nothing.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from dockgate.core.endpoint import DEFAULT_HOST, Endpoint
from dockgate.engine.sdk_client import Engine
from tests.integration import tiny_image

if TYPE_CHECKING:
    from collections.abc import Iterable

DOCKER = "/usr/bin/docker"
STAYS = 'ENTRYPOINT ["/bin/sh", "-c", "while :; do sleep 1; done"]'
PROBES = (
    "curl wget nc pg_isready psql mysqladmin mysql mariadb-admin healthcheck.sh redis-cli valkey-cli mongo mongosh "
    "rabbitmq-diagnostics rabbitmqctl cqlsh node python python3 grep env"
).split()
INSTALLERS = (
    "apt-get apt apk yum dnf pip pip3 npm yarn pnpm go cargo rustup mvn gradle dotnet gem bundle composer chmod chown "
    "mkdir useradd adduser addgroup update-ca-certificates docker-php-ext-install"
).split()


def make(references: Iterable[str]) -> list[str]:
    """Make the images that this engine lacks, and return their names."""
    engine, made = Engine(Endpoint(DEFAULT_HOST, "default")), []
    for reference in references:
        if not _is_here(reference):
            repository, _, tag = reference.partition("@")[0].rpartition(":")
            name, tag = (repository, tag) if repository and "/" not in tag else (reference, "latest")
            made.append(tiny_image.make(engine, tag, name, (*PROBES, *INSTALLERS), [STAYS]))
    return made


def remove(references: Iterable[str]) -> None:
    """Remove images again."""
    if known := [*references]:
        subprocess.run([DOCKER, "image", "rm", "--force", *known], capture_output=True, check=False)


def _is_here(reference: str) -> bool:
    return subprocess.run([DOCKER, "image", "inspect", reference], capture_output=True, check=False).returncode == 0
