from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose.source_map import SourceMap, services
from dockgate.core.location import Location

if TYPE_CHECKING:
    from pathlib import Path

BASE = "services:\n  api:\n    image: x\n    environment:\n      A: b\n"
OVER = "services:\n  api:\n    ports: ['80']\n"


def places(folder: Path, over: str = OVER) -> SourceMap:
    (folder / "base.yaml").write_text(BASE)
    (folder / "prod.yaml").write_text(over)
    return SourceMap(folder, ("base.yaml", "prod.yaml"))


def test_a_part_is_found_in_the_file_that_has_it(tmp_path: Path) -> None:
    """As deep as it is written; the later file wins among equals."""
    find = places(tmp_path)
    assert find("services", "api", "environment", "A") == Location("base.yaml", 5, 7)
    assert find("services", "api", "ports", "0") == Location("prod.yaml", 3, 5)
    assert find("services", "api") == Location("prod.yaml", 2, 3)
    assert find("services", "api", "environment", "A", "deeper") == Location("base.yaml", 5, 7)
    assert SourceMap(tmp_path, ())("services") == Location("")


def test_a_key_of_the_model_is_found_in_a_list(tmp_path: Path) -> None:
    """Variables and what a service names may be written as one."""
    over = "services:\n  api:\n    environment:\n      - {}\n      - AB=c\n      - A\n    secrets:\n      - key\n"
    find = places(tmp_path, over)
    assert find("services", "api", "environment", "A") == Location("prod.yaml", 6, 9)
    assert find("services", "api", "environment", "AB") == Location("prod.yaml", 5, 9)
    assert find("services", "api", "secrets", "key") == Location("prod.yaml", 8, 9)
    assert find("services", "api", "secrets", "ke") == Location("prod.yaml", 7, 5)


def test_a_missing_part_is_at_the_service_that_lacks_it(tmp_path: Path) -> None:
    """Where it is defined, not where another file adds a port; what is merged in counts as its own."""
    find = places(tmp_path)
    assert find("services", "api", "healthcheck") == Location("base.yaml", 2, 3)
    assert find("services", "api", "environment", "B") == Location("base.yaml", 4, 5)
    for key in ("build", "extends"):
        find = places(tmp_path, f"services:\n  api:\n    {key}: x\n")
        assert find("services", "api", "healthcheck") == Location("base.yaml", 2, 3)
        (tmp_path / "base.yaml").write_text(OVER)
        find = SourceMap(tmp_path, ("base.yaml", "prod.yaml"))
        assert find("services", "api", "healthcheck") == Location("prod.yaml", 2, 3)
    (tmp_path / "prod.yaml").write_text(OVER)
    assert SourceMap(tmp_path, ("prod.yaml", "base.yaml"))("services", "api", "x") == Location("prod.yaml", 2, 3)
    find = places(tmp_path, "x-api: &api\n  healthcheck: {}\nservices:\n  api:\n    <<: *api\n")
    assert find("services", "api", "healthcheck") == Location("prod.yaml", 2, 3)


def test_a_service_that_merges_itself_in_ends(tmp_path: Path) -> None:
    find = places(tmp_path, "services:\n  api: &api\n    <<: *api\n    ports: []\n")
    assert find("services", "api", "ports") == Location("prod.yaml", 4, 5)
    assert find("services", "api", "healthcheck") == Location("base.yaml", 2, 3)


def test_a_part_that_nobody_wrote_is_at_the_last_file(tmp_path: Path) -> None:
    """A default of Compose, for one."""
    assert places(tmp_path)("networks", "default") == Location("prod.yaml")


def test_a_file_that_is_no_yaml_leaves_the_finding_without_a_line(tmp_path: Path) -> None:
    """The finding itself stands."""
    places(tmp_path, "services: [")
    assert SourceMap(tmp_path, ("prod.yaml", "base.yaml"))("services", "api", "image") == Location("base.yaml", 3, 5)


def test_services_of_files_are_told_where_they_can_be(tmp_path: Path) -> None:
    """Tags are no matter; a file that is missing, broken or pulls in another one leaves the question open."""
    (tmp_path / "a.yaml").write_text("services:\n  api: {ports: !override [80]}\n  seed:\n")
    (tmp_path / "b.yaml").write_text("")
    (tmp_path / "c.yaml").write_text("include: [other.yaml]\nservices: {x: {}}\n")
    (tmp_path / "d.yaml").write_text("{")
    assert services(tmp_path, ["a.yaml", "b.yaml"]) == frozenset({"api", "seed"})
    (tmp_path / "e.yaml").write_text("services: {one: {}}\n---\nservices: {two: {}}\n")
    assert services(tmp_path, ["e.yaml"]) == frozenset({"one", "two"})
    assert services(tmp_path, []) == frozenset()
    for file in ("c.yaml", "d.yaml", "absent.yaml"):
        assert services(tmp_path, ["a.yaml", file]) is None
