"""DG323: devices, groups or a control group of the host in a container.

`device_cgroup_rules` opens devices that nothing mounts yet, `group_add` with `docker`, `root`, `disk` and the like
opens the host's files and sockets to a service that is not root, `cgroup_parent` moves it out of the limits that the
engine sets, `systempaths=unconfined` shows the kernel's own files. Single `devices:` are compose-lint's CL-0016. A
warning outside production.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG323"
TITLE = "A device, a group or a control group of the host"
SCOPE = Scope.MODEL
# Groups of Debian and its like that stand for root, for its files, or for raw devices.
GROUPS = frozenset("root 0 docker disk sudo wheel adm shadow kmem lxd libvirt podman".split())


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
