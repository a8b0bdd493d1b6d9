"""What Compose reads beside its files, followed to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.compose import sources
from dockgate.compose.sources import Needed, Remote, Role
from dockgate.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, files: dict[str, str], values: dict[str, str] | None = None) -> sources.Sources:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return sources.read([folder / "compose.yaml"], folder, values or {})


def names(folder: Path, found: sources.Sources, role: Role) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in found.of(role)}


@pytest.mark.parametrize(
    "text",
    [
        "include: [a/x.yaml]\n",
        "include : [a/x.yaml]\n",
        '"include": [a/x.yaml]\n',
        "? include\n: [a/x.yaml]\n",
        "{include: [a/x.yaml]}\n",
        "include:\n- path: a/x.yaml\n",
        "include:\n- path: [a/x.yaml]\n  project_directory: .\n",
        "x-a: &a {include: [a/x.yaml]}\n<<: *a\n",
        "x-a: &a [a/x.yaml]\ninclude: *a\n",
        "include: [$DIR/x.yaml]\n",
        "include: ['${DIR}/x.yaml']\n",
        "include: ['${NONE:-a}/x.yaml']\n",
        "services: {}\n---\ninclude: [a/x.yaml]\n",
        "include: [a/x.yaml]\nservices: {b: {ports: !override [80], image: !reset null}}\n",
        "services: {b: {extends: {file: a/x.yaml, service: c}}}\n",
        "x-b: &b {extends: {file: a/x.yaml, service: c}}\nservices: {b: {<<: *b}}\n",
        "x-b: &b {extends: {file: a/x.yaml, service: c}}\nservices: {b: {<<: [*b]}}\n",
    ],
)
def test_a_compose_file_is_followed_in_every_spelling(tmp_path: Path, text: str) -> None:
    """As YAML reads them, not as bytes."""
    found = read(tmp_path, {"compose.yaml": text, "a/x.yaml": "services: {}\n"}, {"DIR": "a"})
    assert names(tmp_path, found, Role.COMPOSE) == {"compose.yaml", "a/x.yaml"}


def test_files_of_services_are_relative_to_the_file_that_names_them(tmp_path: Path) -> None:
    """Those of an included project to its own folder; a circle ends."""
    files = {
        "compose.yaml": "include: [a/x.yaml]\n"
        "services: {b: {env_file: b.env, label_file: [b.labels], build: docker}}\n",
        "a/x.yaml": "include: [../compose.yaml]\n"
        "services: {c: {env_file: [{path: c.env}], build: {context: ., dockerfile: c.build}}}\n",
    }
    found = read(tmp_path, files)
    assert names(tmp_path, found, Role.VARIABLES) == {"b.env", "a/c.env"}
    assert names(tmp_path, found, Role.LABELS) == {"b.labels"}
    assert names(tmp_path, found, Role.DOCKERFILE) == {"docker/Dockerfile", "a/c.build"}
    assert names(tmp_path, found, Role.PROJECT) == {"a/.env", ".env"}
    assert not found.remote


def test_remote_sources_are_told_with_their_place(tmp_path: Path) -> None:
    """A build context is one, too; a commit or a digest pins it."""
    text = (
        "include:\n- git://host/x.git\n- oci://host/x@sha256:DIGEST\n"
        "services:\n  b: {build: 'https://github.com/a/b.git#COMMIT:docker'}\n"
    )
    text = text.replace("COMMIT", "a" * 40).replace("DIGEST", "1" * 64)
    found = read(tmp_path, {"compose.yaml": text})
    file = tmp_path / "compose.yaml"
    assert found.remote == [
        Remote("git://host/x.git", "include", file, 2, 3),
        Remote(f"oci://host/x@sha256:{'1' * 64}", "include", file, 3, 3),
        Remote(f"https://github.com/a/b.git#{'a' * 40}:docker", "build", file, 5, 14),
    ]
    assert [each.pinned for each in found.remote] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "role", "found"),
    [
        ("services: {a: {env_file: [{path: x, format: raw}, {path: y, format: env}]}}", Role.RAW, {"x"}),
        ("services: {a: {label_file: [{path: x, format: raw}]}}", Role.LABELS, {"x"}),
        ("include: [{path: a/x.yaml, env_file: [b/y.env, '$DIR/z.env']}]", Role.PROJECT, {"b/y.env", "c/z.env"}),
        ("include: [{path: [a/x.yaml, b/y.yaml]}]", Role.PROJECT, {"a/.env"}),
        ("include: [{path: a/x.yaml, project_directory: $DIR}]", Role.PROJECT, {"c/.env"}),
        ("include: ['git://host/x']", Role.PROJECT, {".env"}),
        ("services: {a: {build: {context: b, dockerfile_inline: FROM x}}}", Role.DOCKERFILE, set()),
        ("services: {a: {build: {dockerfile: D}}, b: {build: $DIR}}", Role.DOCKERFILE, {"D", "c/Dockerfile"}),
        ("services: {a: {build: 'git://host/x'}, b: {build: {context: ''}}}", Role.DOCKERFILE, set()),
        ("services: {a: {env_file: x, label_file: x}}", Role.VARIABLES, {"x"}),
    ],
)
def test_what_a_file_is_read_for(tmp_path: Path, text: str, role: Role, found: set[str]) -> None:
    """The first reason counts; a Dockerfile in the Compose file, or of a remote context, is none."""
    assert names(tmp_path, read(tmp_path, {"compose.yaml": text}, {"DIR": "c"}), role) == found


def test_what_is_named_and_needed_is_told_with_its_place(tmp_path: Path) -> None:
    text = (
        "include:\n  - {path: a/x.yaml, env_file: y.env}\n  - b/x.yaml\n"
        "services:\n  s: {env_file: [p, {path: q, required: FALSE}], extends: {file: a/x.yaml, service: c}}\n"
    )
    inside = "services: {c: {profiles: [p, $DIR], label_file: l}}"
    found = read(tmp_path, {"compose.yaml": text, "a/x.yaml": inside}, {"DIR": "d"})
    file, other = tmp_path / "compose.yaml", tmp_path / "a/x.yaml"
    assert found.named == [
        Needed(tmp_path / "y.env", "include", file, 2, 32),
        Needed(tmp_path / "a/l", "label_file", other, 1, 49, "c"),
        Needed(tmp_path / "b/.env", "include", file, 3, 5),
        Needed(tmp_path / "p", "env_file", file, 5, 18, "s"),
        Needed(tmp_path / "q", "env_file", file, 5, 21, "s"),
    ]
    assert found.needed == [
        Needed(other, "include", file, 2, 12),
        Needed(tmp_path / "a/l", "services.c.label_file", other, 1, 49, "c"),
        Needed(tmp_path / "b/x.yaml", "include", file, 3, 5),
        Needed(other, "services.s.extends", file, 5, 66),
        Needed(tmp_path / "p", "services.s.env_file", file, 5, 18, "s"),
    ]
    assert found.profiles == {"c": {"p", "d"}}


def test_files_within_files_end_at_a_depth_that_no_person_nests(tmp_path: Path) -> None:
    """Each extends the next: Compose itself would refuse it."""
    for number in range(30):
        (tmp_path / f"{number}.yaml").write_text(f"services: {{a: {{extends: {{file: {number + 1}.yaml}}}}}}")
        (tmp_path / f"i{number}.yaml").write_text(f"include: [i{number + 1}.yaml]")
    for first in ("0.yaml", "i0.yaml"):
        found = sources.read([tmp_path / first], tmp_path, {})
        assert len(found.of(Role.COMPOSE)) == sources.DEEPEST


@pytest.mark.parametrize("text", ["include: [", "- a\n", "include: {path: }\n", "services: 3\n", ""])
def test_what_is_no_compose_file_reads_nothing(tmp_path: Path, text: str) -> None:
    """Compose says what is wrong with it."""
    assert names(tmp_path, read(tmp_path, {"compose.yaml": text}), Role.COMPOSE) == {"compose.yaml"}
    assert not sources.read([tmp_path / "gone.yaml"], tmp_path, {}).of(Role.VARIABLES)


def test_a_list_that_replaces_another_is_the_only_one(tmp_path: Path) -> None:
    """`!override` and `!reset` forget what files before named for this service, and need nothing of it."""
    texts = {
        "one.yaml": "services: {a: {env_file: [gone.env, both.env]}, b: {env_file: both.env}}",
        "two.yaml": "services: {a: {env_file: !override [new.env]}}",
        "three.yaml": "services: {a: {env_file: !reset null}}",
        "both.env": "A=1\n",
        "new.env": "A=2\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    files = [tmp_path / name for name in ("one.yaml", "two.yaml", "three.yaml")]
    found = sources.read(files[:2], tmp_path, {})
    assert names(tmp_path, found, Role.VARIABLES) == {"both.env", "new.env"}
    assert {(each.service, each.target.name) for each in found.named} == {("b", "both.env"), ("a", "new.env")}
    assert names(tmp_path, sources.read(files, tmp_path, {}), Role.VARIABLES) == {"both.env"}
    sources.refuse(tmp_path, files, tmp_path, {})
    with pytest.raises(ConfigError, match="gone"):
        sources.refuse(tmp_path, files[:1], tmp_path, {})
