"""What Compose reads beside its files, followed to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.compose import filling, sources
from dockgate.compose.sources import Role
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
    assert [(each.key, each.line, each.pinned) for each in found.remote] == [
        ("include", 2, False),
        ("include", 3, True),
        ("build", 5, True),
    ]


@pytest.mark.parametrize("text", ["include: [", "- a\n", "include: {path: }\n", "services: 3\n", ""])
def test_what_is_no_compose_file_reads_nothing(tmp_path: Path, text: str) -> None:
    """Compose says what is wrong with it."""
    assert names(tmp_path, read(tmp_path, {"compose.yaml": text}), Role.COMPOSE) == {"compose.yaml"}
    assert not sources.read([tmp_path / "gone.yaml"], tmp_path, {}).of(Role.VARIABLES)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("a$$b", "a$b"),
        ("$A/x", "1/x"),
        ("${A}${B:-2}", "12"),
        ("${A:+y}${B:+z}", "y"),
        ("${B:?no}", ""),
        ("${B-3}", "3"),
    ],
)
def test_variables_are_put_in(text: str, filled: str) -> None:
    """As far as they are known."""
    assert filling.filled(text, {"A": "1"}) == filled


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("services: {b: {env_file: gone.env}}", "services.b.env_file"),
        ("services: {b: {env_file: [{path: gone.env}]}}", "services.b.env_file"),
        ("services: {b: {env_file: [{path: gone.env, required: true}]}}", "services.b.env_file"),
        ("services: {b: {label_file: [gone.env]}}", "services.b.label_file"),
        ("services: {b: {extends: {file: gone.env, service: c}}}", "services.b.extends"),
        ("include: [{path: gone.env}]", "include"),
    ],
)
def test_a_file_that_is_missing_is_refused_with_its_key(tmp_path: Path, text: str, key: str) -> None:
    """Before Compose is asked, with the place."""
    read(tmp_path, {"compose.yaml": f"\n{text}\n"})
    with pytest.raises(ConfigError) as raised:
        sources.refuse(tmp_path, [tmp_path / "compose.yaml"], tmp_path, {})
    assert raised.value.what == f"{key}: gone.env does not exist"
    assert raised.value.where is not None
    assert (raised.value.where.path, raised.value.where.line) == ("compose.yaml", 2)
    assert ("required: false" in raised.value.fix) == ("env_file" in key)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("/data-that-is-not-there/.env", "/data-that-is-not-there/.env"), ("../gone.env", "../gone.env")],
)
def test_a_missing_file_is_shown_as_people_would_write_it(tmp_path: Path, name: str, shown: str) -> None:
    """Not as `../../../data/.env`."""
    read(tmp_path, {"compose.yaml": f"services: {{b: {{env_file: {name}}}}}\n"})
    with pytest.raises(ConfigError) as raised:
        sources.refuse(tmp_path, [tmp_path / "compose.yaml"], tmp_path, {})
    assert raised.value.what == f"services.b.env_file: {shown} does not exist"


def test_a_missing_file_with_a_sample_is_copied(tmp_path: Path) -> None:
    """As the README would say."""
    read(tmp_path, {"docker/compose.yaml": "services: {b: {env_file: .env}}\n", "docker/.env.example": "A=1\n"})
    with pytest.raises(ConfigError) as raised:
        sources.refuse(tmp_path, [tmp_path / "docker/compose.yaml"], tmp_path / "docker", {})
    assert raised.value.fix.startswith("cp docker/.env.example docker/.env, or correct the path")


@pytest.mark.parametrize(
    "text",
    [
        "services: {b: {env_file: [{path: gone.env, required: false}]}}",
        "services: {b: {env_file: '${DIR}/gone.env'}}",
        "services: {b: {env_file: compose.yaml, extends: c, build: gone}}",
        "include: [{path: compose.yaml, env_file: gone.env}]",
    ],
)
def test_a_file_that_may_be_missing_is_not(tmp_path: Path, text: str) -> None:
    """Compose knows the variables, and says what it does not find."""
    read(tmp_path, {"compose.yaml": text})
    sources.refuse(tmp_path, [tmp_path / "compose.yaml"], tmp_path, {})


def test_a_file_that_only_a_profile_needs_may_be_missing_while_it_is_off(tmp_path: Path) -> None:
    """Compose does not look for it either; the profiles may stand in another file than the env file."""
    texts = {"one.yaml": "services: {a: {profiles: [p, q]}}", "two.yaml": "services: {a: {env_file: gone.env}}"}
    read(tmp_path, texts)
    files = [tmp_path / name for name in texts]
    sources.refuse(tmp_path, files, tmp_path, {}, {"other"})
    with pytest.raises(ConfigError, match=r"gone.env does not exist"):
        sources.refuse(tmp_path, files, tmp_path, {}, {"q"})


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
