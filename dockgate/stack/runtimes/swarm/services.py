"""One service: from what Compose resolved to the specification that the Engine API of a swarm takes; pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping  # noqa: TC003 - the Structs read the types of their fields
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core import labels
from dockgate.core.compose_escape import unescape
from dockgate.core.errors import ConfigError
from dockgate.stack.runtimes.swarm import mounts, parts, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.stack.runtimes.swarm.contents import Content
    from dockgate.stack.runtimes.swarm.said import Note

JOBS = frozenset({"replicated-job", "global-job"})
SECCOMP, APPARMOR, NO_NEW = "seccomp", "apparmor", "no-new-privileges"
SEPARATORS = str.maketrans("=", ":")
# What differs between checkouts, or is Compose's own: a deployment from another place changes nothing.
LEFT_OUT = frozenset({labels.CHECKOUT, labels.DEFINITION, labels.SECRETS, labels.CONTENTS})
READABLE = 0o444  # what Compose and `docker service create` give a config or secret
HELD = 3600.0  # seconds, chosen: an operator who is gone by then has left a swarm that serves both releases


class Context(Struct, frozen=True):
    """What the services of a stack share: labels of ownership, contents, networks and volumes, settings."""

    project: str
    owned: Mapping[str, str]
    contents: Mapping[tuple[str, str], Any]
    networks: Mapping[str, str]
    volumes: Mapping[str, Mapping[str, Any]]
    endpoint_mode: str = "dnsrr"
    parallel: int = 1


class Wanted(Struct, frozen=True):
    """One service as it should be: Compose's key, the name on the swarm, the specification, and its place in order.

    `job`: it is meant to end. `ports` are published on the node of the container, so a new one cannot start beside the
    old one there.
    """

    key: str
    name: str
    spec: Mapping[str, Any]
    level: int = 0
    job: bool = False
    ports: tuple[int, ...] = ()

    @property
    def digest(self) -> str:
        """Return what its label says of the whole specification."""
        return str(self.spec["Labels"][labels.DEFINITION])

    @property
    def image(self) -> str:
        """Return the image with its digest."""
        return str(self.spec["TaskTemplate"]["ContainerSpec"]["Image"])

    @property
    def replicas(self) -> int:
        """Return how many containers; 0 for one on every node."""
        mode = self.spec["Mode"]
        job = mode.get("ReplicatedJob") or {}
        return int((mode.get("Replicated") or {}).get("Replicas", job.get("TotalCompletions", 0)))

    @property
    def parallel(self) -> int:
        """Return how many containers are replaced at a time; 0: all of them."""
        return int((self.spec.get("UpdateConfig") or {}).get("Parallelism", 0))

    def held(self, seconds: float) -> Mapping[str, Any]:
        """Return the specification with which a change stops after its first containers, and goes back if they end."""
        pause = {"Delay": parts.seconds_ns(seconds + HELD), "Monitor": parts.seconds_ns(seconds)}
        return {**self.spec, "UpdateConfig": {**self.spec["UpdateConfig"], **pause}}

    @property
    def order(self) -> str:
        """Return `start-first` or `stop-first`, empty for a job."""
        return str((self.spec.get("UpdateConfig") or {}).get("Order", ""))


def wanted(context: Context, key: str, entry: Mapping[str, Any], *, job: bool, level: int) -> Wanted:
    """Return a service as it should be; ConfigError for what a swarm does not have."""
    said.refuse(key, entry)
    deploy = entry.get("deploy") or {}
    published = parts.ports(key, entry.get("ports") or (), context.endpoint_mode)
    on_node = tuple(each.get("PublishedPort", 0) for each in published if each["PublishMode"] == "host")
    job = job or deploy.get("mode") in JOBS
    order = "stop-first" if on_node or mounts.keeps(entry) else "start-first"
    mode = deploy.get("endpoint_mode") or context.endpoint_mode
    spec: dict[str, Any] = {
        "Name": f"{context.project}_{key}",
        "TaskTemplate": _task(context, key, entry, job=job),
        "Mode": _mode(entry, deploy, job=job),
        "EndpointSpec": {"Mode": mode, **({"Ports": published} if published else {})},
    }
    if not job:
        spec["UpdateConfig"] = parts.update(deploy.get("update_config"), order=order, parallel=context.parallel)
        spec["RollbackConfig"] = parts.update(deploy.get("rollback_config"), order=order, parallel=context.parallel)
        spec["RollbackConfig"]["FailureAction"] = "pause"  # the only other one that a swarm takes is `continue`
    digest = _digest(spec)
    if job:  # each change of it is a service of its own: that of the release before keeps its result
        spec["Name"] += f"-{digest[:8]}"
    spec["Labels"] = {
        **parts.plain(deploy.get("labels")),
        **context.owned,
        labels.SERVICE: key,
        labels.DEFINITION: digest,
        **({labels.ONE_SHOT: "true"} if job else {}),
    }
    return Wanted(key, spec["Name"], spec, level, job, on_node)


def notes(key: str, entry: Mapping[str, Any], made: Wanted) -> Iterator[Note]:
    """Yield what is read otherwise than Compose does."""
    yield from said.notes(key, entry, job=made.job)
    yield from mounts.notes(key, entry)
    if made.ports:
        at = ", ".join(map(str, made.ports))
        yield said.Note(key, f"port {at} of its node: replaced node by node, each without it until the new one is up")
    elif made.order == "stop-first":
        yield said.Note(key, "writes to a volume: the old container stops before the new one starts")


def _digest(spec: Mapping[str, Any]) -> str:
    """Return a digest of a specification; of its image, the content counts and not the name."""
    task = spec["TaskTemplate"]
    content = str(task["ContainerSpec"]["Image"]).rpartition("@")[2]
    known = {**spec, "TaskTemplate": {**task, "ContainerSpec": {**task["ContainerSpec"], "Image": content}}}
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:24]


def _mode(entry: Mapping[str, Any], deploy: Mapping[str, Any], *, job: bool) -> dict[str, Any]:
    count = int(entry.get("scale", deploy.get("replicas", 1)))
    if job:
        return {"GlobalJob": {}} if deploy.get("mode") == "global-job" else _job(count)
    return {"Global": {}} if deploy.get("mode") == "global" else {"Replicated": {"Replicas": count}}


def _job(count: int) -> dict[str, Any]:
    return {"ReplicatedJob": {"MaxConcurrent": count, "TotalCompletions": count}}


def _task(context: Context, key: str, entry: Mapping[str, Any], *, job: bool) -> dict[str, Any]:
    networks = entry.get("networks") or {}
    logging = entry.get("logging") or {}
    found = {
        "ContainerSpec": _container(context, key, entry),
        "Resources": parts.resources(entry),
        "RestartPolicy": parts.restart(entry, job=job),
        "Placement": parts.placement(entry),
        "Networks": [
            {"Target": context.networks[name], "Aliases": [key, *((joined or {}).get("aliases") or ())]}
            for name, joined in sorted(networks.items())
        ],
    }
    if logging.get("driver"):
        found["LogDriver"] = {"Name": logging["driver"], "Options": parts.plain(logging.get("options"))}
    return {name: value for name, value in found.items() if value}


def _container(context: Context, key: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in parts.plain(entry.get("labels")).items() if name not in LEFT_OUT}
    found: dict[str, Any] = {
        "Image": unescape(str(entry["image"])),
        "Labels": {**kept, **context.owned, labels.SERVICE: key},
        "Command": parts.words(entry.get("entrypoint")),
        "Args": parts.words(entry.get("command")),
        "Env": parts.pairs(entry.get("environment")),
        "Dir": entry.get("working_dir"),
        "User": entry.get("user"),
        "Groups": [str(each) for each in entry.get("group_add") or ()],
        "Hostname": entry.get("hostname"),
        "Init": entry.get("init"),
        "TTY": entry.get("tty"),
        "OpenStdin": entry.get("stdin_open"),
        "ReadOnly": entry.get("read_only"),
        "StopSignal": entry.get("stop_signal"),
        "StopGracePeriod": parts.nanoseconds(entry.get("stop_grace_period"), 10.0),
        "Healthcheck": parts.health(entry.get("healthcheck")),
        "Hosts": [_host(str(each)) for each in entry.get("extra_hosts") or ()],
        "DNSConfig": _dns(entry),
        "Mounts": mounts.of(key, entry, context.volumes),
        "Sysctls": parts.plain(entry.get("sysctls")),
        "CapabilityAdd": entry.get("cap_add"),
        "CapabilityDrop": entry.get("cap_drop"),
        "Ulimits": [_ulimit(name, each) for name, each in sorted((entry.get("ulimits") or {}).items())],
        "OomScoreAdj": entry.get("oom_score_adj"),
        "Privileges": _privileges(key, entry.get("security_opt") or ()),
        "Secrets": [_reference(context, "secrets", "Secret", each) for each in entry.get("secrets") or ()],
        "Configs": [_reference(context, "configs", "Config", each) for each in entry.get("configs") or ()],
    }
    return {name: value for name, value in found.items() if value not in (None, [], {}, "")}


def _reference(context: Context, kind: str, word: str, used: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a container gets a content: `/run/secrets/KEY`, or `/KEY` of a config."""
    key = str(used["source"])
    content: Content = context.contents[kind, key]
    target = str(used.get("target") or (key if kind == "secrets" else f"/{key}"))
    mode = used.get("mode")
    file = {
        "Name": target,
        "UID": str(used.get("uid") or "0"),
        "GID": str(used.get("gid") or "0"),
        "Mode": int(str(mode), 8) if mode is not None else READABLE,
    }
    return {f"{word}Name": content.name, "File": file}


def _host(text: str) -> str:
    """Return an entry of a hosts file: Compose has the name first, a swarm the address."""
    name, _, address = text.translate(SEPARATORS).partition(":")
    return f"{address} {name}"


def _dns(entry: Mapping[str, Any]) -> dict[str, Any]:
    keys = {"Nameservers": "dns", "Search": "dns_search", "Options": "dns_opt"}
    return {name: parts.words(entry[key]) for name, key in keys.items() if entry.get(key)}


def _ulimit(name: str, given: int | Mapping[str, Any]) -> dict[str, Any]:
    soft, hard = (given, given) if isinstance(given, int) else (given.get("soft", 0), given.get("hard", 0))
    return {"Name": name, "Soft": int(soft), "Hard": int(hard)}


def _privileges(key: str, options: list[str] | tuple[str, ...]) -> dict[str, Any]:
    """Return what `security_opt` asks for; ConfigError for what a swarm does not have."""
    found: dict[str, Any] = {}
    for option in options:
        name, _, value = str(option).translate(SEPARATORS).partition(":")
        if name == NO_NEW:
            found["NoNewPrivileges"] = value != "false"
        elif name == SECCOMP and value == "unconfined":
            found["Seccomp"] = {"Mode": "unconfined"}
        elif name == APPARMOR and value == "unconfined":
            found["AppArmor"] = {"Mode": "disabled"}
        else:
            raise ConfigError(f"services.{key}.security_opt: {option} does not exist on Docker Swarm")
    return found
