"""The unit that starts an environment at boot is one that systemd understands."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.stack import systemd_unit
from tests.unit.secrets.secretproject import project, target

if TYPE_CHECKING:
    from pathlib import Path


def settings(unit: str) -> list[tuple[str, str]]:
    """Return the settings of a unit in order."""
    lines = (line for line in unit.splitlines() if "=" in line and not line.startswith("#"))
    return [(name, value) for name, _, value in (line.partition("=") for line in lines)]


def test_the_unit_runs_up_without_building(tmp_path: Path) -> None:
    """After the engine, from the project's folder, with what finds the identity, and with nothing else of ours."""
    work = project(tmp_path, DOCKGATE_AGE_IDENTITY="/keys/id.txt", PATH="/usr/bin", POSTGRES_PASSWORD="s3cret")
    assert (
        systemd_unit.unit(work, target(work), ("/p/.venv/bin/inv", "-c"), "deploy")
        == f"""\
# shop-prod.service, written by `inv boot --env=prod`
# Run once: loginctl enable-linger deploy
# Without it, systemd-logind removes the files of deploy from RAM at the end of their last session (RemoveIPC=).
[Unit]
Description=Dockgate stack shop-prod
Requires=docker.service
After=docker.service network-online.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
User=deploy
WorkingDirectory={tmp_path}
Environment="HOME={tmp_path}/homes/alice"
Environment="DOCKGATE_AGE_IDENTITY=/keys/id.txt"
ExecStart="/usr/bin/env" "--" "/p/.venv/bin/inv" "-c" "up" "--env=prod" "--no-build"
TimeoutStartSec=10min

[Install]
WantedBy=multi-user.target
"""
    )


def test_another_user_has_a_home_of_their_own(tmp_path: Path) -> None:
    """Systemd sets it; what finds the identity of who asks would not open anything for them."""
    work = project(tmp_path, DOCKGATE_AGE_IDENTITY="/keys/id.txt", DOCKGATE_RUNTIME_DIR="/ram")
    found = settings(systemd_unit.unit(work, target(work), ("/inv",), "deploy", own=False))
    assert [value for name, value in found if name == "Environment"] == ['"DOCKGATE_RUNTIME_DIR=/ram"']


def test_a_further_stack_names_its_instance(tmp_path: Path) -> None:
    """The same stack comes back."""
    work = project(tmp_path)
    unit = systemd_unit.unit(work, replace(target(work), instance="blue"), ("/inv",), "root")
    assert (
        dict(settings(unit))["ExecStart"]
        == '"/usr/bin/env" "--" "/inv" "up" "--env=prod" "--no-build" "--instance=blue"'
    )
    assert unit.startswith("# shop-prod-blue.service, written by `inv boot --env=prod`\n[Unit]\n")


def test_linger_is_for_users_only(tmp_path: Path) -> None:
    """Root's files on RAM stay; those of others go with their last session."""
    work = project(tmp_path)
    assert "loginctl enable-linger deploy" in systemd_unit.unit(work, target(work), ("/inv",), "deploy")
    assert "enable-linger" not in systemd_unit.unit(work, target(work), ("/inv",), "root")


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("with space", "with space"),
        ("per%cent", "per%%cent"),
        ('quo"te', 'quo\\"te'),
        ("back\\slash", "back\\\\slash"),
        ("dol$lar", "dol$$lar"),
    ],
)
def test_odd_paths(tmp_path: Path, name: str, quoted: str) -> None:
    """Each is one word, and means itself."""
    program = tmp_path / name / "inv"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    work = project(tmp_path / name)
    text = systemd_unit.unit(work, target(work), (str(program),), "root")
    assert dict(settings(text))["ExecStart"].split('" "')[2] == f"{tmp_path}/{quoted}/inv"
    if shutil.which("systemd-analyze"):
        verify(tmp_path, text)
    assert [line for line in text.splitlines() if line.startswith("[")] == ["[Unit]", "[Service]", "[Install]"]


def verify(folder: Path, text: str) -> None:
    """Let systemd itself read the unit."""
    unit = folder / "dockgate-test.service"
    unit.write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "dockgate-test" in line and "docker.service" not in line]
    assert ours == []


def test_a_path_that_no_unit_can_hold_is_refused(tmp_path: Path) -> None:
    """A line break would begin a setting of its own."""
    work = project(tmp_path)
    with pytest.raises(ConfigError) as caught:
        systemd_unit.unit(work, target(work), ("/opt/a\nExecStartPre=evil",), "root")
    assert str(caught.value) == (
        "'/opt/a\\nExecStartPre=evil' cannot be written into a systemd unit\n"
        "  → move the project to a path without special characters"
    )
