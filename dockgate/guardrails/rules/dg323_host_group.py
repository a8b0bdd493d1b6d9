"""DG323: devices, groups or a control group of the host in a container.

`device_cgroup_rules` opens devices that nothing mounts yet, `group_add` with `docker`, `root`, `disk` and the like
opens the host's files and sockets to a service that is not root, `cgroup_parent` moves it out of the limits that the
engine sets, `systempaths=unconfined` shows the kernel's own files. Single `devices:` are compose-lint's CL-0016. A
warning outside production. `sysctls` that make a container route between its networks
(`net.ipv4.ip_forward=1`, `rp_filter=0`) are a warning; those of the whole kernel (`vm.*`, most of `kernel.*`), and
those of a namespace that the service shares with the host, are an error everywhere: the engine refuses the start.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG323"
TITLE = "A device, a group or a control group of the host"
SCOPE = Scope.MODEL
# Groups of Debian and its like that stand for root, for its files, or for raw devices.
GROUPS = frozenset("root 0 docker disk sudo wheel adm shadow kmem lxd libvirt podman".split())
# What runc takes: settings that each container has for itself, with its own network or its own IPC.
_OF_IPC = re.compile(r"kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\..+")
_OF_NETWORK = re.compile(r"net\..+")
_OF_NAMES = re.compile(r"kernel\.(?:domainname|hostname)")
_ROUTES = re.compile(
    r"net\.ipv4\.ip_forward=1|net\.ipv6\.conf\.[^.]+\.forwarding=1|net\.ipv4\.conf\.[^.]+\.(?:forwarding|route_localnet)=1|"
    r"net\.ipv[46]\.conf\.[^.]+\.accept_(?:source_route|redirects)=1|net\.ipv4\.conf\.[^.]+\.rp_filter=0|"
    r"net\.ipv4\.tcp_syncookies=0"
)


def check(context: Context) -> Iterator[Hit]:
    """Look at the keys that open the host beyond mounts and capabilities."""
    for service, entry in context.services():
        for key, what, fix in _opened(entry):
            yield Hit(
                f"{service} has {key}: {what}",
                fix,
                context.place("services", service, key),
                severity=context.severity,
                service=service,
            )
        for setting, what, fix, severity in _settings(entry):
            yield Hit(
                f"{service} has sysctls: {setting}, {what}",
                fix,
                context.place("services", service, "sysctls"),
                severity=severity,
                service=service,
            )


def _settings(entry: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Severity]]:
    given = entry.get("sysctls") or {}
    pairs = given.items() if isinstance(given, dict) else (str(each).split("=", 1) for each in given)
    for name, *rest in pairs:
        setting = f"{name}={rest[0] if rest else ''}".replace(" ", "")
        if shared := _shared(str(name), entry):
            fix = "set it on the host (/etc/sysctl.d) and remove it here"
            yield setting, f"which is {shared}: the engine refuses to start the container", fix, Severity.ERROR
        elif _ROUTES.fullmatch(setting):
            what = "with which the container passes on packets that are not its own"
            yield setting, what, "remove it, unless this service is a router or a VPN", Severity.WARNING


def _shared(name: str, entry: Mapping[str, Any]) -> str:
    """Return whose a setting is, if it is not the container's alone."""
    if _OF_NETWORK.fullmatch(name):
        return "the host's network's" if entry.get("network_mode") == "host" else ""
    if _OF_IPC.fullmatch(name):
        return "the host's IPC's" if entry.get("ipc") == "host" else ""
    if _OF_NAMES.fullmatch(name):
        return "the host's name's" if entry.get("uts") == "host" else ""
    return "the whole kernel's"


def _opened(entry: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for rule in entry.get("device_cgroup_rules") or ():
        yield "device_cgroup_rules", f"{rule}, which opens devices of the host", "name the one device under devices:"
    for group in entry.get("group_add") or ():
        if str(group) in GROUPS:
            yield "group_add", f"{group}, a group with rights of root", "a group of the application's own"
    if entry.get("cgroup_parent"):
        yield "cgroup_parent", str(entry["cgroup_parent"]), "remove it: the limits of this service are under deploy:"
    for option in entry.get("security_opt") or ():
        if str(option).replace(":", "=").strip() == "systempaths=unconfined":
            yield "security_opt", f"{option}, which shows the kernel's own files", "remove it"
