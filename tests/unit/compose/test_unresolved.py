"""Compose files are read as they are written where Compose itself cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.compose import readers, sources, unresolved, variables

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "compose.yaml": """
include: [more.yaml]
x-common: &common {environment: [TOKEN], secrets: [key]}
services:
  web:
    <<: *common
    image: ${WEB_IMAGE}
    depends_on: ["${DB:-db}"]
    build: {args: [VERSION]}
    profiles: [web]
  job: {extends: {file: common.yaml, service: base}, profiles: [job, web]}
  log: {extends: web, configs: {c: }}
secrets: {key: {environment: KEY}}
configs: {c: {content: "${CONTENT}"}}
""",
    "second.yaml": "services: {web: {environment: {LEVEL: !reset null, SIZE: '${SIZE}'}, ports: !override ['80']}}",
    "more.yaml": "services: {db: {image: '${DB_IMAGE}'}}\nvolumes: {data: }",
    "common.yaml": "services: {base: {environment: {BASE: '${BASE}'}}, unused: {image: '${UNUSED}'}}",
}


@pytest.fixture
def made(tmp_path: Path) -> dict[str, Any]:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return unresolved.document([tmp_path / "compose.yaml", tmp_path / "second.yaml"], tmp_path, {})


def test_services_are_the_projects_own_and_included_ones(made: dict[str, Any]) -> None:
    """What is only extended from is no service."""
    assert [*made["services"]] == ["web", "job", "log", "db"]
    assert unresolved.profiles(made) == ("web", "job")
    assert [*made["volumes"]] == ["data"]


def test_it_is_known_who_uses_what(made: dict[str, Any]) -> None:
    """Through variables, names alone, build arguments, shared tables, what is merged in or extended, each file."""
    services: dict[str, Any] = {name: {} for name in made["services"]}
    used = readers.used({"services": services}, made, "")
    assert used["web"] == ["DB", "KEY", "SIZE", "TOKEN", "WEB_IMAGE"]
    assert used["job"] == ["BASE"]
    assert {"CONTENT", "TOKEN", "WEB_IMAGE"} <= {*used["log"]}
    assert used["db"] == ["DB_IMAGE"]
    assert {"VERSION", "KEY", "TOKEN", "BASE", "DB_IMAGE"} <= variables.in_document(made)


def test_nothing_of_it_is_compared_with_what_compose_resolved(made: dict[str, Any]) -> None:
    """Files that override each other are not merged here: another value is no other reading."""
    resolved = {"services": {"web": {"image": "theirs", "environment": {"SIZE": "theirs"}}}}
    names = dict.fromkeys(variables.in_document(made), "ours")
    variables.compare(resolved, made, names)


@pytest.mark.parametrize("text", ["services: [a]", "a: [", "services: {a: }", "services: {a: {extends: [b]}}", "- a"])
def test_what_is_no_compose_file_has_nothing(tmp_path: Path, text: str) -> None:
    """Compose says what is wrong with it."""
    (tmp_path / "compose.yaml").write_text(text)
    found = unresolved.document([tmp_path / "compose.yaml"], tmp_path, {})
    assert variables.in_document(found) == frozenset()


def test_services_that_extend_each_other_end(tmp_path: Path) -> None:
    """Compose refuses the circle."""
    (tmp_path / "compose.yaml").write_text("services: {a: {extends: b}, b: {extends: {service: a}}}")
    assert [*unresolved.document([tmp_path / "compose.yaml"], tmp_path, {})["services"]] == ["a", "b"]


def test_a_service_is_told_whole(tmp_path: Path) -> None:
    """After what it extends, in another file that is found from here or from the project's folder."""
    texts = {
        "compose.yaml": "include: [sub/a.yaml]",
        "sub/a.yaml": "services: {a: {extends: {file: '$DIR/b.yaml', service: b}, environment: [A],"
        " build: {args: {B: , C: 1}}, image: 7}}",
        "sub/b.yaml": "services: {b: {environment: {D: null}, networks: [n], profiles: [p]}}\n"
        "networks: {n: , m: {name: x}}",
    }
    (tmp_path / "sub").mkdir()
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    lent = {"environment": {"D": None}, "networks": ["n"], "profiles": ["p"]}
    own = {
        "extends": {"file": "$DIR/b.yaml", "service": "b"},
        "environment": ["A"],
        "build": {"args": {"B": None, "C": "1"}},
        "image": "7",
    }
    service = {
        "files": [lent, own],
        "environment": {"D": None, "A": None},
        "build": {"args": {"B": None}},
        "networks": ["n"],
        "volumes": [],
        "secrets": [],
        "configs": [],
        "profiles": ["p"],
    }
    for first, folder in (("compose.yaml", "."), ("sub/a.yaml", "sub")):
        found = unresolved.document([tmp_path / first], tmp_path, {"DIR": folder})
        tables = {"networks": {"n": {}, "m": {"name": "x"}}, "volumes": {}, "secrets": {}, "configs": {}}
        assert found == {"services": {"a": service}, **tables}
    both = unresolved.document([tmp_path / "sub/a.yaml", tmp_path / "sub/b.yaml"], tmp_path, {"DIR": "sub"})
    assert [*both["services"]] == ["a", "b"]
    assert unresolved.profiles(both) == ("p",)
    assert unresolved.profiles({}) == ()


def test_a_chain_of_services_ends_where_no_person_goes_on(tmp_path: Path) -> None:
    chain = ", ".join(f"s{number}: {{extends: s{number + 1}}}" for number in range(40))
    (tmp_path / "a.yaml").write_text(f"services: {{{chain}, s40: {{}}}}")
    found = unresolved.document([tmp_path / "a.yaml"], tmp_path, {})
    assert len(found["services"]["s0"]["files"]) == sources.DEEPEST + 1


def test_what_is_nested_too_deep_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x: " + "[{x: " * 100 + "}]" * 100)
    (tree,) = sources.trees(tmp_path / "a.yaml")
    found, depth = unresolved.plain(tree)["x"], 1
    while found:
        found, depth = found["x"] if isinstance(found, dict) else found[0], depth + 1
    assert (found, depth) == (None, 4 * sources.DEEPEST)
