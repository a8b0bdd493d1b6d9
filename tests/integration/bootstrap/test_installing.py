"""What bootstrap installs where something is missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.integration.bootstrap.machine import Machine


def _installed(machine: Machine) -> set[str]:
    return set(machine.installed()[-1])


def test_root_on_debian_gets_engine_and_client(debian: Machine) -> None:
    """And waits for a package manager that is busy."""
    code, out, err = debian.run("true")
    assert (code, out) == (0, ""), err
    assert _installed(debian) >= {"docker.io", "containerd", "docker-cli", "docker-compose", "docker-buildx"}


def test_a_suite_known_to_be_too_old_is_not_asked_first(debian: Machine) -> None:
    """Debian 12's lists are fetched once, together with those of the suite that has the engine."""
    debian.say("os-release", 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm')
    debian.say("archive", "http://debian.test/debian bookworm \nhttp://other.test/debian bookworm-backports ")
    (debian.folder / "apt/sources.list.d").mkdir(parents=True)
    (debian.folder / "apt/preferences.d").mkdir()
    code, _, err = debian.run("true")
    assert code == 0, err
    calls = (debian.folder / "apt-calls").read_text(encoding="utf-8").splitlines()
    assert len([line for line in calls if line.endswith(" update")]) == 1
    source = (debian.folder / "apt/sources.list.d/dockgate-forky.sources").read_text(encoding="utf-8")
    assert "URIs: http://debian.test/debian\nSuites: forky\n" in source


def test_environment_and_engine_are_installed_side_by_side(bare: Machine) -> None:
    """And each says how long it took."""
    code, _, err = bare.run("true")
    assert code == 0, err
    assert re.search(r"the virtual environment is ready \(\d+ s\)", err)
    assert re.search(r"Docker's packages are installed \(\d+ s\)", err)
    assert (bare.root / ".venv/.dockgate-lock").exists()


def test_the_system_of_the_base_image_is_made_beside_the_engines_packages(bare: Machine) -> None:
    """Its program comes first; the command waits for both, and one that builds no image for neither."""
    made = bare.folder / "made"
    bare.base_system(f"import pathlib, time; time.sleep(1); pathlib.Path({str(made)!r}).write_text('')")
    bare.program("inv", f'#!/bin/sh\n[ -e {made} ] && echo "$@"\n')
    code, out, err = bare.run("inv", "up", "--env=dev")
    assert (code, out) == (0, "up --env=dev\n"), err
    assert [*dict.fromkeys(words[-1] for words in bare.installed())] == ["mmdebstrap", "ca-certificates"]


def test_what_builds_no_image_makes_no_base(bare: Machine) -> None:
    bare.base_system("raise SystemExit('no base is wanted')")
    code, _, err = bare.run("true")
    assert code == 0
    assert "no base is wanted" not in err
    assert "mmdebstrap" not in _installed(bare)


def test_an_environment_that_cannot_be_made_ends_it(bare: Machine) -> None:
    bare.say("no-index", "")
    code, _, err = bare.run("true")
    assert code == 4
    assert "could not install requirements/dockgate.lock" in err


def test_where_an_engine_runs_only_the_client_is_installed(debian: Machine) -> None:
    with debian.engine():
        code, _, err = debian.run("true")
    assert code == 0, err
    assert "docker-compose" in _installed(debian)
    assert not {"docker.io", "containerd"} & _installed(debian)


def test_a_running_engine_too_old_is_not_replaced(debian: Machine) -> None:
    debian.say("version", "20.10.24+dfsg1")
    with debian.engine():
        code, _, err = debian.run("true")
    assert code == 4
    assert "20.10.24" in err
    assert not (debian.folder / "apt-calls").exists()
