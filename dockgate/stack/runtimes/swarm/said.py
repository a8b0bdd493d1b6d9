"""What Swarm reads otherwise than Compose: what is refused, what has no effect, and what is translated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.compose import service_keys
from dockgate.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A service that asks for these would be another one without them.
REFUSED = frozenset(
    "cgroup credential_spec device_cgroup_rules devices gpus ipc network_mode pid privileged userns_mode uts "
    "volumes_from".split()
)
# Hints, and what only one engine has: without them the service is the same one.
IGNORED = frozenset(
    "annotations blkio_config cgroup_parent container_name cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period "
    "cpu_rt_runtime cpu_shares cpuset develop external_links links mac_address mem_swappiness memswap_limit "
    "oom_kill_disable platform pull_policy pull_refresh_after runtime storage_opt".split()
)
INSTEAD = {
    "network_mode": "name networks",
    "devices": "run it beside the swarm",
    "volumes_from": "name the volume in both services",
    "privileged": "name the capabilities in cap_add",
}


class Note(Struct, frozen=True):
    """One setting of a service, and what becomes of it on a swarm."""

    service: str
    what: str

    def __str__(self) -> str:
        """Return the note as a line."""
        return f"{self.service}: {self.what}"


def refuse(name: str, entry: Mapping[str, Any]) -> None:
    """Raise ConfigError for a setting that a swarm does not have."""
    asked = {key for key, value in entry.items() if value}
    unknown = service_keys.unknown(frozenset(asked), service_keys.KNOWN)
    if found := sorted(asked & REFUSED) or list(unknown):
        fix = INSTEAD.get(found[0], "compose/swarm.yaml can take it out: !reset")
        raise ConfigError(f"services.{name}.{found[0]} does not exist on Docker Swarm", fix=fix)
    if "@sha256:" not in (entry.get("image") or ""):
        raise ConfigError(
            f"services.{name} has no image with a digest, so each node could run another one",
            fix="deploy a release (inv release, inv promote), or write image: name@sha256:…",
        )


def notes(name: str, entry: Mapping[str, Any], *, job: bool) -> Iterator[Note]:
    """Yield what has no effect on a swarm, or another one than with Compose."""
    if found := sorted(key for key in IGNORED if entry.get(key)):
        yield Note(name, f"{', '.join(found)}: no effect on a swarm")
    if entry.get("build"):
        yield Note(name, "build: the released image runs; a swarm builds nothing")
    waits = sorted(entry.get("depends_on") or {})
    if waits:
        yield Note(name, f"depends_on: deployed after {', '.join(waits)}; when a node restarts, nothing waits")
    restarts = sorted(key for key, each in (entry.get("depends_on") or {}).items() if each.get("restart"))
    if restarts:
        yield Note(name, f"depends_on restart: not restarted with {', '.join(restarts)}")
    if job:
        yield Note(name, "one-shot: a replicated job, run once for each change of it")
    elif "restart" not in entry and not (entry.get("deploy") or {}).get("restart_policy"):
        yield Note(name, "restart: none is written, so Swarm's own: always")
    if not job and not entry.get("healthcheck"):
        yield Note(name, "healthcheck: none, so it counts as up as soon as it runs")
