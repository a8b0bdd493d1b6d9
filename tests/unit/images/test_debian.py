"""Debian's archives, derived from this machine's apt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import MissingToolError
from dockgate.images import debian
from dockgate.images.debian import Archive
from dockgate.system import process
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Command
    from dockgate.system.process import Result

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
    ["", "http://u.test/ubuntu/|noble\nhttp://u.test/ubuntu/|noble-security\n", "http://m.test/|trixie\n", "noise\n"],
)
def test_without_main_and_security_there_is_none(targets: str) -> None:
    assert debian.parse(targets) is None


def test_the_sources_name_the_suite_its_updates_and_its_security() -> None:
    lines = Archive("http://m.test/d", "http://m.test/s").sources("trixie").splitlines()
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
    assert "registry" in caught.value.fix
    assert caught.value.code == 4
