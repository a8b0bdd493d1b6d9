"""Short volumes, as compose-go splits them: the readings are those of `docker compose config`, Compose 2.40.3."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.compose import volume_strings
from dockgate.core.errors import ConfigError
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "text",
    [
        "cache:/c", "./d:/d:ro,z", "/only", "cache:/c:nocopy", "~/x:/y", "..:/y", ".:/c:delegated", "./x:/c:rslave,ro",
        "/etc/localtime:/etc/localtime:ro", "cache:/c:Z", "db:/var/lib/data:rw",
    ],
)  # fmt: skip
def test_what_is_meant(text: str) -> None:
    """Nothing is said about it."""
    assert volume_strings.judge(text) is None


@pytest.mark.parametrize(
    ("text", "target", "part"),
    [
        ("v:/v", "v:/v", "not as the volume v"),
        ("d:/p:ro", "ro", "not as the volume d"),
        ("C:\\x:/w", "/w", "path of Windows"),
        ("C:/x:/w", "/w", "path of Windows"),
        ("cache", "cache", "no target"),
        ("./data", "./data", "no target"),
        ("./data:ro", "ro", "no target"),
        ("cache:data", "data", "no absolute path"),
        ("cache: /c", " /c", "blank"),
        ("cache:/", "/", "whole container"),
        ("cache:", "", "empty part"),
        (":/c", "", "empty part"),
        ("cache:/c:ro:z", "", "more than three"),
        ("cache:/c:readonly", "/c", "stays writable"),
        ("cache:/c:RO", "/c", "stays writable"),
        ("cache:/c:ro,U", "/c", "no effect"),
    ],
)
def test_what_is_misread(text: str, target: str, part: str) -> None:
    """With what Compose takes for the target, and a fix."""
    found = volume_strings.judge(text)
    assert found is not None
    assert part in found.what
    assert found.fix
    assert found.target == target


def test_a_fix_is_read_as_it_is_meant() -> None:
    """What is proposed is not misread itself."""
    for text in ("cache", "./data:ro", "cache:data", "cache: /c", "cache:/c:readonly"):
        found = volume_strings.judge(text)
        assert found is not None
        assert volume_strings.judge(found.fix) is None


@pytest.mark.parametrize(
    ("text", "said", "fix"),
    [
        ("data/x:/d", 'service "a" refers to undefined volume data/x: invalid compose project', "./data/x:"),
        ("nope:/x", 'service "a" refers to undefined volume nope: invalid compose project', "volumes: {nope: }"),
        ("cache:", "invalid spec: cache:: empty section between colons", "both given"),
        ("c_${X}/y:/d", 'service "a" refers to undefined volume c_1/y: invalid compose project', "./c_1/y:"),
    ],
)
def test_a_refusal_gets_its_place_and_its_fix(tmp_path: Path, text: str, said: str, fix: str) -> None:
    """Compose names neither the file nor the key."""
    base = f"services:\n  a:\n    volumes:\n      - /ok\n      - '{text}'\n"
    project = projects.make(tmp_path, compose__base_yaml=base, compose__dev_yaml="")
    with (
        pytest.raises(ConfigError) as caught,
        volume_strings.explaining(tmp_path, project.environments["dev"], {"X": "1"}),
    ):
        raise ConfigError(f"Compose rejects the files of the environment: {said}", fix="see: compose config")
    assert str(caught.value.where) == "compose/base.yaml:5:9"
    assert caught.value.what.startswith("services.a.volumes: ")
    assert fix in (caught.value.fix or "")


def test_another_refusal_stays_as_it_is(tmp_path: Path) -> None:
    """It is not about a volume of these files."""
    project = projects.make(
        tmp_path, compose__base_yaml="services: {a: {volumes: ['nope:/x']}}\n", compose__dev_yaml=""
    )
    with (
        pytest.raises(ConfigError, match="undefined volume other"),
        volume_strings.explaining(tmp_path, project.environments["dev"], {}),
    ):
        raise ConfigError('service "b" refers to undefined volume other: invalid compose project')
