"""Debian's archives, derived from this machine's apt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import MissingToolError
from dockgate.core.plan import Command
from dockgate.images import debian
from dockgate.images.debian import Archive
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

TARGETS = """\
http://mirror.test/debian/|bookworm
http://mirror.test/debian/|bookworm-updates
http://backports.test/debian/|bookworm-backports
http://mirror.test/security/|bookworm-security
http://other.test/debian/|trixie
https://packages.test/apt|cloud-sdk-bookworm
"""


def test_the_first_archive_of_each_kind_counts() -> None:
    assert debian.parse(TARGETS) == Archive("http://mirror.test/debian/", "http://mirror.test/security/")


@pytest.mark.parametrize(
    "targets",
    [
        "",
        "a|b|trixie\na|b|trixie-security\n",
        "http://m.test/|x-security\nhttp://m.test/|trixie\n",
        "http://u.test/ubuntu/|noble\nhttp://u.test/ubuntu/|noble-security\n",
        "http://m.test/|trixie\n",
        "noise\n",
    ],
)
def test_without_main_and_security_there_is_none(targets: str) -> None:
    assert debian.parse(targets) is None


def test_the_sources_name_the_suite_its_updates_and_its_security() -> None:
    lines = Archive("http://m.test/d", "http://m.test/s").sources().splitlines()
    assert lines == [
        "deb http://m.test/d trixie main",
        "deb http://m.test/d trixie-updates main",
        "deb http://m.test/s trixie-security main",
    ]


def test_a_machine_without_debian_is_told_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_command: Command, **_options: object) -> Result:
        raise MissingToolError("apt-get is not installed")

    monkeypatch.setattr(process, "run", run)
    with pytest.raises(MissingToolError) as caught:
        debian.required(projects.make(tmp_path))
    what = "apt on this machine has no Debian archive to build the base image from"
    fix = "add Debian's main and security archives to apt's sources"
    fix += ', or set source = "registry" in [tool.dockgate.base]'
    assert str(caught.value) == f"{what}\n  → {fix}"


def test_apt_is_asked_for_its_targets_without_its_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers at once, and what it says counts even where it fails."""
    project, asked = projects.make(tmp_path), list[tuple[Command, bool]]()

    def run(command: Command, *, check: bool) -> Result:
        asked.append((command, check))
        return Result(1, TARGETS.encode(), b"", 0.0)

    monkeypatch.setattr(process, "run", run)
    assert debian.archive(project) == debian.required(project) == debian.parse(TARGETS)
    argv = (
        *("apt-get", "indextargets", "--format", "$(REPO_URI)|$(RELEASE)", "-o", "Dir::State::lists=/nonexistent"),
        *("-o", "APT::Get::IndexTargets::ReleaseInfo=false"),
    )
    assert asked == [(Command(argv, project.child_env(), timeout=30), False)] * 2


def test_a_package_is_installed_without_questions(tmp_path: Path) -> None:
    project = projects.make(tmp_path)
    env = project.child_env(DEBIAN_FRONTEND="noninteractive")
    options = ("--yes", "--quiet", "--no-install-recommends", "--option=DPkg::Lock::Timeout=120")
    assert debian.install(project, "x") == (
        Command(("apt-get", "update", "--quiet"), env, timeout=300),
        Command(("apt-get", "install", *options, "x"), env, timeout=600),
    )
