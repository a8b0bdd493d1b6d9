"""What Compose files name and is not here, or is not of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.compose import sources
from dockgate.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


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
    write(tmp_path, {"compose.yaml": f"\n{text}\n"})
    with pytest.raises(ConfigError) as raised:
        sources.refuse(tmp_path, [tmp_path / "compose.yaml"], tmp_path, {})
    optional = ", or {path: …, required: false} where it may be missing" if "env_file" in key else ""
    column = len(text.partition("gone.env")[0]) + 1
    assert str(raised.value) == (
        f"compose.yaml:2:{column}: {key}: gone.env does not exist\n  → create it, or correct the path{optional}"
    )


def test_what_compose_would_fetch_is_refused_with_its_place(tmp_path: Path) -> None:
    """But for a build's context, which is not a file that Compose reads."""
    write(tmp_path, {"a/compose.yaml": "services: {b: {build: 'git://host/b'}}\ninclude: [oci://host/x]"})
    with pytest.raises(ConfigError) as raised:
        sources.refuse(tmp_path, [tmp_path / "a/compose.yaml"], tmp_path, {})
    what = "include: oci://host/x is remote, and no commit or digest pins it: Dockgate does not let Compose fetch it"
    fix = "copy the file into this repository (git subtree, or by hand), and name it by its path"
    assert str(raised.value) == f"a/compose.yaml:2:11: {what}\n  → {fix}"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("/data-that-is-not-there/.env", "/data-that-is-not-there/.env"), ("../gone.env", "../gone.env")],
)
def test_a_missing_file_is_shown_as_people_would_write_it(tmp_path: Path, name: str, shown: str) -> None:
    """Not as `../../../data/.env`."""
    write(tmp_path, {"compose.yaml": f"services: {{b: {{env_file: {name}}}}}\n"})
    with pytest.raises(ConfigError) as raised:
        sources.refuse(tmp_path, [tmp_path / "compose.yaml"], tmp_path, {})
    assert raised.value.what == f"services.b.env_file: {shown} does not exist"


def test_a_missing_file_with_a_sample_is_copied(tmp_path: Path) -> None:
    """As the README would say."""
    write(tmp_path, {"docker/compose.yaml": "services: {b: {env_file: .env}}\n", "docker/.env.example": "A=1\n"})
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
    write(tmp_path, {"compose.yaml": text})
    sources.refuse(tmp_path, [tmp_path / "compose.yaml"], tmp_path, {})


def test_a_file_that_only_a_profile_needs_may_be_missing_while_it_is_off(tmp_path: Path) -> None:
    """Compose does not look for it either; the profiles may stand in another file than the env file."""
    texts = {"one.yaml": "services: {a: {profiles: [p, q]}}", "two.yaml": "services: {a: {env_file: gone.env}}"}
    write(tmp_path, texts)
    files = [tmp_path / name for name in texts]
    sources.refuse(tmp_path, files, tmp_path, {}, {"other"})
    with pytest.raises(ConfigError, match=r"gone.env does not exist"):
        sources.refuse(tmp_path, files, tmp_path, {}, {"q"})
