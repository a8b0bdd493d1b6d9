"""Parts of a service as Compose writes them, and as the Engine API of a swarm takes them: pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockgate.compose.model import seconds
from dockgate.core.compose_escape import unescape
from dockgate.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NANO = 1_000_000_000  # the engine's API has nanoseconds and billionths of a processor
EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - what a file says is compared, nothing is bound
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
POLICIES = {"no": "none", "always": "any", "unless-stopped": "any", "on-failure": "on-failure"}
# What the engine gives a mount of this kind without being asked.
TMPFS_DEFAULTS = frozenset({"rw", "noexec", "nosuid", "nodev"})


def nanoseconds(duration: object, default: float = 0.0) -> int:
    """Return a duration such as `1m30s` in nanoseconds."""
    return int(seconds(None if duration is None else str(duration), default) * NANO)


def seconds_ns(number: float) -> int:
    """Return seconds in nanoseconds."""
    return int(number * NANO)


def size(text: object) -> int:
    """Return a size such as `16m` in bytes; ConfigError for what is none."""
    match = SIZE.fullmatch(str(text).strip())
    if match is None:
        raise ConfigError(f"{text!r} is not a size", fix="bytes, or a number with k, m or g")
    return int(float(match[1]) * UNITS[match[2].lower()])


def words(value: object) -> list[str]:
    """Return a command, a list or one word; Compose splits a string before that."""
    if value is None:
        return []
    return [unescape(str(each)) for each in (value if isinstance(value, list) else [value])]


def pairs(values: Mapping[str, Any] | None) -> list[str]:
    """Return `NAME=VALUE`, sorted; a variable without a value is not given, as in Compose."""
    return sorted(f"{name}={unescape(str(value))}" for name, value in (values or {}).items() if value is not None)


def plain(values: Mapping[str, Any] | None) -> dict[str, str]:
    """Return a table of strings."""
    return {name: unescape(str(value)) for name, value in (values or {}).items()}


def health(entry: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return a health check; None where the image's own counts."""
    if not entry:
        return None
    if entry.get("disable") or entry.get("test") == ["NONE"]:
        return {"Test": ["NONE"]}
    times = {
        "Interval": "interval",
        "Timeout": "timeout",
        "StartPeriod": "start_period",
        "StartInterval": "start_interval",
    }
    found = {name: nanoseconds(entry[key]) for name, key in times.items() if entry.get(key)}
    retries = {"Retries": int(entry["retries"])} if entry.get("retries") else {}
    return {"Test": words(entry.get("test")), **found, **retries}


def resources(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return limits and reservations; the older keys of a service count where `deploy` says nothing."""
    given = (entry.get("deploy") or {}).get("resources") or {}
    old = {"cpus": entry.get("cpus"), "memory": entry.get("mem_limit"), "pids": entry.get("pids_limit")}
    limits = {**{key: value for key, value in old.items() if value}, **(given.get("limits") or {})}
    reserved = given.get("reservations") or {}
    if entry.get("mem_reservation"):
        reserved = {"memory": entry["mem_reservation"], **reserved}
    found = {"Limits": _amount(limits), "Reservations": _amount(reserved)}
    return {name: amount for name, amount in found.items() if amount}


def _amount(given: Mapping[str, Any]) -> dict[str, int]:
    found = {}
    if given.get("cpus"):
        found["NanoCPUs"] = int(float(given["cpus"]) * NANO)
    if given.get("memory"):
        found["MemoryBytes"] = size(given["memory"])
    if given.get("pids"):
        found["Pids"] = int(given["pids"])
    return found


def restart(entry: Mapping[str, Any], *, job: bool) -> dict[str, Any]:
    """Return the restart policy; a job is not tried again: its failure is the answer."""
    if job:
        return {"Condition": "none"}
    if policy := (entry.get("deploy") or {}).get("restart_policy"):
        found: dict[str, Any] = {"Condition": policy.get("condition") or "any"}
        found |= {"MaxAttempts": int(policy["max_attempts"])} if policy.get("max_attempts") else {}
        times = {"Delay": "delay", "Window": "window"}
        return found | {name: nanoseconds(policy[key]) for name, key in times.items() if policy.get(key)}
    if not entry.get("restart"):
        return {"Condition": "any"}
    condition, _, count = str(entry["restart"]).partition(":")
    attempts = {"MaxAttempts": int(count)} if count else {}
    return {"Condition": POLICIES.get(condition, "any"), **attempts}


def placement(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return where it may run."""
    given = (entry.get("deploy") or {}).get("placement") or {}
    found: dict[str, Any] = {}
    if given.get("constraints"):
        found["Constraints"] = list(given["constraints"])
    if given.get("preferences"):
        found["Preferences"] = [{"Spread": {"SpreadDescriptor": each["spread"]}} for each in given["preferences"]]
    if given.get("max_replicas_per_node"):
        found["MaxReplicas"] = int(given["max_replicas_per_node"])
    return found


def ports(name: str, entry: Iterable[Mapping[str, Any]], mode: str) -> list[dict[str, Any]]:
    """Return the published ports: on the node of the container with dnsrr, on every node with vip.

    ConfigError for one of a single address: Swarm would publish it on all of them.
    """
    found = []
    for each in entry:
        if each.get("host_ip", "") not in EVERYWHERE:
            raise ConfigError(
                f"services.{name} publishes on {each['host_ip']} alone, and Swarm on every address of a node",
                fix="publish on 0.0.0.0 in this environment, behind a firewall, or not at all",
            )
        published = str(each.get("published") or "")
        if "-" in published:
            raise ConfigError(f"services.{name} publishes a range ({published})", fix="name one port")
        host = mode == "dnsrr" or each.get("mode") == "host"
        port = {"Protocol": each.get("protocol", "tcp"), "TargetPort": int(each["target"])}
        port |= {"PublishedPort": int(published)} if published else {}
        found.append({**port, "PublishMode": "host" if host else "ingress"})
    return found


def update(given: Mapping[str, Any] | None, *, order: str, parallel: int) -> dict[str, Any]:
    """Return how replicas are replaced; a failure goes back by itself, in case the command was killed."""
    entry = given or {}
    return {
        "Parallelism": int(entry.get("parallelism", parallel)),
        "Delay": nanoseconds(entry.get("delay")),
        "FailureAction": entry.get("failure_action") or "rollback",
        "Monitor": nanoseconds(entry.get("monitor"), 5.0),
        "MaxFailureRatio": float(entry.get("max_failure_ratio") or 0.0),
        "Order": entry.get("order") or order,
    }
