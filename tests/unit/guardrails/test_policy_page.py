"""docs/policy.md: each check of KICS and of the CIS benchmark has a rule that finds an example of it, or a reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from dockgate.guardrails import registry, runner
from dockgate.guardrails.hit import Scope
from tests.guardrails.scenes import context, model

PAGE = Path(__file__).parents[3] / "docs" / "policy.md"
CODE = re.compile(r"DG\d{3}|CL-\d{4}")
CIS = [f"5.{number}" for number in range(1, 33)]
KICS = [
    "Cgroup Not Default", "Container Capabilities Unrestricted", "Container Traffic Not Bound To Host Interface",
    "Cpus Not Limited", "Default Seccomp Profile Disabled", "Docker Socket Mounted In Container", "Healthcheck Not Set",
    "Host Namespace is Shared", "Memory Not Limited", "Networks Not Set", "No New Privileges Not Set",
    "Pids Limit Not Set", "Privileged Containers Enabled", "Privileged Ports Mapped In Container",
    "Restart Policy On Failure Not Set To 5", "Security Opt Not Set", "Shared Host IPC Namespace",
    "Shared Host Network Namespace", "Shared Host User Namespace", "Volume Has Sensitive Host Directory",
    "Volume Mounted In Multiple Containers",
]  # fmt: skip
CLEAN = {
    "image": "shop/api@sha256:" + "1" * 64,
    "user": "10001",
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "healthcheck": {"test": ["CMD", "/usr/local/bin/probe", "http"]},
    "deploy": {"resources": {"limits": {"cpus": 1, "memory": "268435456", "pids": 100}}},
    "restart": "always",
    "logging": {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}},
}


def bind(source: str, **more: Any) -> dict[str, Any]:
    return {"volumes": [{"type": "bind", "source": source, "target": "/x", **more}]}


def limits(**changed: Any) -> dict[str, Any]:
    return {"deploy": {"resources": {"limits": {"cpus": 1, "memory": "268435456", "pids": 100, **changed}}}}


def published(target: int, host: str = "") -> dict[str, Any]:
    address = {"host_ip": host} if host else {}
    return {"ports": [{"target": target, "published": str(target), **address}]}


EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "DG211": [{"environment": {"SPRING_PROFILES_ACTIVE": "dev"}}, {"command": ["vite", "--host"]}],
    "DG304": [published(5432, "10.0.0.1")],
    "DG305": [{"healthcheck": None}, {"healthcheck": {"test": ["CMD-SHELL", "exit 0"]}}],
    "DG306": [limits(cpus=0), limits(memory=""), limits(pids=-1), {"oom_kill_disable": True}],
    "DG310": [
        bind("/var/run/docker.sock"),
        bind("/", read_only=True),
        {"environment": {"DOCKER_HOST": "tcp://x:2375"}},
    ],
    "DG311": [
        *({key: "host"} for key in ("network_mode", "pid", "ipc", "uts", "userns_mode")),
        {"network_mode": "container:web"},
        {"network_mode": "bridge"},
    ],
    "DG312": [{"image": "shop/api:latest"}],
    "DG321": [bind("/root/.aws", read_only=True)],
    "DG322": [{"user": "root"}],
    "DG323": [{"cgroup_parent": "x"}, {"group_add": ["docker"]}, {"device_cgroup_rules": ["a *:* rwm"]}],
    "DG324": [{"environment": {"NODE_TLS_REJECT_UNAUTHORIZED": "0"}}],
    "DG325": [{"environment": {"POSTGRES_HOST_AUTH_METHOD": "trust"}}],
    "DG326": [
        {"post_start": [{"command": ["id"], "privileged": True, "user": "root"}]},
        {"pre_stop": [{"user": "root"}]},
    ],
    "DG327": [{"build": {"context": ".", "privileged": True}}],
    "DG328": [{"command": ["/usr/sbin/sshd", "-D"]}, published(22, "10.0.0.1")],
    "CL-0002": [{"privileged": True}],
    "CL-0003": [{"security_opt": []}],
    "CL-0005": [published(8443)],
    "CL-0006": [{"cap_drop": []}],
    "CL-0007": [{"read_only": False}],
    "CL-0009": [{"security_opt": ["no-new-privileges:true", each]} for each in ("seccomp:unconfined", "label:disable")],
    "CL-0011": [{"cap_add": ["NET_ADMIN"]}],
    "CL-0013": [bind("/etc", read_only=True)],
    "CL-0014": [{"logging": {"driver": "none"}}],
    "CL-0016": [{"devices": [{"source": "/dev/sda", "target": "/dev/sda", "permissions": "rwm"}]}],
    "CL-0017": [bind("/srv/data", bind={"propagation": "rshared"})],
    "CL-0022": [{"tmpfs": ["/scratch:exec"]}],
    "CL-0024": [{"cap_add": ["SYS_ADMIN"]}, {"cap_add": ["ALL"]}],
    "CL-0025": [bind("/etc")],
    "CL-0027": [{"cap_add": ["SYS_PTRACE"]}],
    "CL-0028": [{"cap_add": ["SYS_TIME"]}],
    "CL-0029": [{"cap_add": ["SYS_NICE"]}],
    "CL-0030": [{"cap_add": ["SYSLOG"]}],
}


def rows() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]


def found(entry: dict[str, Any]) -> str:
    """Return what is reported of a clean service with these keys, as text: grouped advice has its codes in it."""
    clean = {**CLEAN, **entry}
    seen = context("prod", model=model(api={key: value for key, value in clean.items() if value is not None}))
    report = runner.run(seen, {Scope.MODEL, Scope.ENV})
    return " ".join(f"{each.code} {each.message}" for each in report.findings)


def test_the_page_has_every_check() -> None:
    """All of KICS' queries for Compose, and all of section 5."""
    names = [row[0] for row in rows()]
    assert [name for name in names if name in KICS] == sorted(KICS)
    assert [name.partition(" ")[0] for name in names if name.startswith("5.")] == CIS


def test_every_row_names_a_rule_or_a_reason() -> None:
    """A code stands for a rule of ours or of compose-lint, and has an example here."""
    for row in rows():
        if row[0] in ("query", "number", "attribute"):
            continue
        codes = CODE.findall(row[1])
        assert codes or (row[1] == "–" and row[2]), row
        assert set(codes) <= EXAMPLES.keys(), row
    ours = {rule.CODE for rule in registry.rules()}
    assert {code for code in EXAMPLES if code.startswith("DG")} <= ours


def test_the_clean_service_is_clean() -> None:
    """Otherwise the examples below would prove nothing."""
    assert found({}) == ""


@pytest.mark.parametrize(("code", "entry"), [(code, each) for code, entries in EXAMPLES.items() for each in entries])
def test_one_attribute_is_found(code: str, entry: dict[str, Any]) -> None:
    """Added to a clean service of production."""
    assert code in found(entry)
