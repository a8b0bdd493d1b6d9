"""What git is told of encrypted stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.secrets import merge_setup
from dockgate.system import git_conflict
from tests.unit.secrets.secretproject import project

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

COMMAND = "'/my python' -P -m dockgate secrets.merge --base=%O --current=%A --other=%B --path=%P"


class Git:
    """A clone: what its .gitattributes says of each path, and its driver."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, driver: str = "", *known: str) -> None:
        self.driver, self.known, self.set = driver, known, list[tuple[str, str, str]]()
        monkeypatch.setattr(merge_setup, "repository", lambda root: root)
        monkeypatch.setattr(git_conflict, "attribute", self.attribute)
        monkeypatch.setattr(git_conflict, "driver", self.named)
        monkeypatch.setattr(git_conflict, "set_driver", lambda _project, *words: self.set.append(words))

    def attribute(self, _project: Project, path: str) -> str:
        return "union" if path in self.known else "unspecified"

    def named(self, _project: Project, name: str) -> str:
        assert name == "dockgate-secrets"
        return self.driver


@pytest.mark.parametrize("before", [b"", b"*.png binary", b"*.png binary\n", None])
def test_a_line_for_each_file_and_the_command_of_this_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None
) -> None:
    """Behind what is there, on lines of their own."""
    work, git = project(tmp_path), Git(monkeypatch)
    if before is not None:
        (tmp_path / ".gitattributes").write_bytes(before)
    assert merge_setup.ensure(work, work.environment("prod"), "/my python") == (
        ".gitattributes lets git merge env/*.secrets.age by name: commit it",
        ".gitattributes lets git merge env/fingerprints.toml by name: commit it",
        "this clone merges encrypted secrets with inv secrets.merge (git config merge.dockgate-secrets.driver)",
    )
    lines = "env/*.secrets.age merge=dockgate-secrets\nenv/fingerprints.toml merge=dockgate-secrets\n"
    assert (tmp_path / ".gitattributes").read_text() == ("*.png binary\n" if before else "") + lines
    assert (tmp_path / ".gitattributes").stat().st_mode & 0o777 == 0o644
    assert git.set == [("dockgate-secrets", "Dockgate: encrypted secrets, by name", COMMAND)]


def test_what_is_set_up_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a person wrote there."""
    work = project(tmp_path)
    git = Git(monkeypatch, COMMAND, "env/prod.secrets.age", "env/fingerprints.toml")
    assert merge_setup.ensure(work, work.environment("prod"), "/my python") == ()
    assert (git.set, (tmp_path / ".gitattributes").exists()) == ([], False)


def test_a_store_in_another_place_has_a_line_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = project(tmp_path)
    Git(monkeypatch, COMMAND, "env/fingerprints.toml")
    own = replace(work.environment("prod"), secrets="my secrets/prod.age")
    said = merge_setup.ensure(work, own, "/my python")
    assert said == (".gitattributes lets git merge my?secrets/prod.age by name: commit it",)
    assert (tmp_path / ".gitattributes").read_text() == "my?secrets/prod.age merge=dockgate-secrets\n"


def test_outside_a_repository_nothing_is_set_up(tmp_path: Path) -> None:
    work = project(tmp_path)
    assert merge_setup.ensure(work, work.environment("prod"), "/my python") == ()
    assert not (tmp_path / ".gitattributes").exists()
