"""The hardening column of the table of environments, read from the engine and the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.app import model
from tests.integration import engine_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.app.plugin import Stack

HARDENED = pytest.mark.parametrize("only", [("staging", "prod")], indirect=True)


def every(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, entries in stack.services().items():
        for entry in entries:
            yield name, entry


def test_nothing_runs_as_root(stack: Stack) -> None:
    """Neither by configuration nor in fact: every process of every container."""
    for name, entry in every(stack):
        assert entry["Config"]["User"].split(":")[0] not in {"", "0", "root"}, name
        for status in engine_facts.statuses(entry) if entry["State"]["Running"] else ():
            assert "0" not in status["Uid"].split(), name


def test_no_process_can_gain_privileges(stack: Stack) -> None:
    """NoNewPrivs and the default seccomp filter, as the kernel says."""
    for name, entry in every(stack):
        for status in engine_facts.statuses(entry) if entry["State"]["Running"] else ():
            assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2"), name


@HARDENED
@pytest.mark.usefixtures("only")
def test_no_process_has_a_capability(stack: Stack) -> None:
    """Effective, permitted and bounding sets are empty."""
    for name, entry in every(stack):
        assert entry["HostConfig"]["CapDrop"] == ["ALL"], name
        assert not entry["HostConfig"]["CapAdd"], name
        for status in engine_facts.statuses(entry) if entry["State"]["Running"] else ():
            assert {int(status[key], 16) for key in ("CapEff", "CapPrm", "CapBnd")} == {0}, name


@HARDENED
@pytest.mark.usefixtures("only")
def test_root_is_read_only_and_tmpfs_cannot_execute(stack: Stack) -> None:
    """What can be written to is RAM without exec, or a volume."""
    for name, entry in every(stack):
        assert entry["HostConfig"]["ReadonlyRootfs"] is True, name
        for place, options in entry["HostConfig"]["Tmpfs"].items():
            assert {"noexec", "nosuid", "nodev"} <= set(options.split(",")), f"{name} {place}"


@HARDENED
@pytest.mark.usefixtures("only")
def test_limits_rotation_and_return(stack: Stack) -> None:
    """Memory, processors and processes are bounded, logs rotate, and what should run comes back after a reboot."""
    one_shots = model.one_shots(stack)
    for name, entry in every(stack):
        host = entry["HostConfig"]
        assert host["Memory"] > 0, name
        assert host["NanoCpus"] > 0, name
        assert 0 < host["PidsLimit"] <= 200, name
        assert host["LogConfig"]["Config"].keys() >= {"max-size", "max-file"}, name
        wanted = {"no", ""} if name in one_shots else {"always"}
        assert host["RestartPolicy"]["Name"] in wanted, name


def test_nothing_of_the_host_is_shared(stack: Stack) -> None:
    """No namespace, no device, no socket of the engine, no privileged container."""
    for name, entry in every(stack):
        host = entry["HostConfig"]
        assert not host["Privileged"], name
        assert host["NetworkMode"] != "host", name
        assert {host["PidMode"], host["UTSMode"], host["UsernsMode"]} == {""}, name
        assert host["IpcMode"] in {"private", "none"}, name
        assert not host["Devices"], name
        assert not any("docker.sock" in mount["Source"] for mount in entry["Mounts"]), name


@pytest.mark.parametrize("only", [("staging", "prod")], indirect=True)
@pytest.mark.usefixtures("only")
def test_binds_are_secrets_on_ram_only(stack: Stack) -> None:
    """Outside development no folder of this machine is in a container."""
    for name, entry in every(stack):
        for mount in entry["Mounts"]:
            if mount["Type"] == "bind":
                assert mount["Destination"].startswith("/run/secrets/"), name
                assert mount["Source"].startswith(("/dev/shm/", "/run/user/")), name  # noqa: S108 - RAM on this machine
