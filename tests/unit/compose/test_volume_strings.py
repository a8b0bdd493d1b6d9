"""Short volumes, as compose-go splits them: the readings are those of `docker compose config`, Compose 2.40.3."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.compose import volume_strings
from dockgate.compose.volume_strings import Misread, Written
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


INSIDE = "/path/in/the/container"


@pytest.mark.parametrize(
    ("text", "target", "what", "fix"),
    [
        (
            "v:/v",
            "v:/v",
            "v:/v is read as the Windows path v:/v, not as the volume v",
            "name the volume with two letters or more, or write {type: volume, source: v, target: /v}",
        ),
        (
            "d:/p:ro",
            "ro",
            "d:/p:ro is read as the Windows path d:/p, not as the volume d",
            "name the volume with two letters or more, or write {type: volume, source: d, target: /p}",
        ),
        *(
            (
                f"C:{path}:/w",
                "/w",
                f"C:{path}:/w mounts a path of Windows, which this engine does not have",
                "./FOLDER of the project",
            )
            for path in ("\\x", "/x")
        ),
        ("C:x", "C:x", "C:x mounts a path of Windows, which this engine does not have", "./FOLDER of the project"),
        ("cache", "cache", "cache has no target: it is read as a path in the container", f"cache:{INSIDE}"),
        ("./data", "./data", "./data has no target: it is read as a path in the container", f"./data:{INSIDE}"),
        ("./data:ro", "ro", "./data:ro has no target: ro is read as one", f"./data:{INSIDE}:ro"),
        ("./data:ro,z", "ro,z", "./data:ro,z has no target: ro,z is read as one", f"./data:{INSIDE}:ro,z"),
        ("cache:data", "data", "the target of cache:data is no absolute path", "cache:/data"),
        ("cache:../data", "../data", "the target of cache:../data is no absolute path", "cache:/data"),
        ("cache: /c", " /c", "the target of cache: /c begins or ends with a blank", "cache:/c"),
        (" cache:/c ", "/c ", "the target of  cache:/c  begins or ends with a blank", "cache:/c"),
        ("cache:/", "/", "cache:/ would mount over the whole container", f"cache:{INSIDE}"),
        *(
            (text, "", f"{text} has an empty part between its colons", f"SOURCE:{INSIDE}, both given")
            for text in ("cache:", ":/c", "aa::/c")
        ),
        (
            "cache:/c:ro:zz",
            "",
            "cache:/c:ro:zz has more than three parts",
            "list the options with commas: SOURCE:/target:ro,z",
        ),
        *(
            (
                f"cache:/c:{option}",
                "/c",
                f"cache:/c:{option}: Compose ignores the option {option}, and the mount stays writable",
                "cache:/c:ro",
            )
            for option in ("readonly", "Read-Only", "RO", "R", "o")
        ),
        (
            "cache:/c:z,U,V",
            "/c",
            "cache:/c:z,U,V: Compose ignores the option U, so it has no effect",
            "remove U, or use the long syntax of volumes:",
        ),
    ],
)
def test_what_is_misread(text: str, target: str, what: str, fix: str) -> None:
    """With what Compose takes for the target, and a fix; one without effect is harmless."""
    assert volume_strings.judge(text) == Misread(what, fix, target, harmless="so it has no effect" in what)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("c:/x:/y:ro", ["c:/x", "/y", "ro"]),
        ("1:/x", ["1", "/x"]),
        ("é:/x", ["é", "/x"]),
        ("ab:c:d", ["ab", "c:d"]),
        ("", [""]),
    ],
)
def test_a_letter_before_a_colon_is_a_drive(text: str, parts: list[str]) -> None:
    assert volume_strings.split(text) == parts


def test_volumes_are_told_with_their_places(tmp_path: Path) -> None:
    """A variable that is not known leaves one out, unless it is whole without it."""
    file = tmp_path / "a.yaml"
    file.write_text(
        "services:\n  a: {volumes: ['b:/c', {type: tmpfs}, '${X}:/y', '${Y}:/y', '$Y/z:/y']}\n"
        "  b: {image: x}\n---\nservices: {c: {volumes: one}}\n"
    )
    assert list(volume_strings.written([tmp_path / "none.yaml", file], {"X": "1"})) == [
        Written("a", "b:/c", file, 2, 17),
        Written("a", "1:/y", file, 2, 40),
        Written("a", "/z:/y", file, 2, 62),
        Written("c", "one", file, 5, 25),
    ]


def test_a_fix_is_read_as_it_is_meant() -> None:
    """What is proposed is not misread itself."""
    for text in ("cache", "./data:ro", "cache:data", "cache: /c", "cache:/c:readonly"):
        found = volume_strings.judge(text)
        assert found is not None
        assert volume_strings.judge(found.fix) is None


UNDEFINED = 'service "a" refers to undefined volume {}: invalid compose project'
FOLDER = "if it is a folder of the project"


@pytest.mark.parametrize(
    ("text", "said", "what", "fix"),
    [
        (
            "data/x:/d",
            UNDEFINED.format("data/x"),
            "data/x is no name of a volume, and a path begins with ./, / or ~",
            f"./data/x:…, {FOLDER}",
        ),
        (
            "Xvfb:/x",
            UNDEFINED.format('"Xvfb"'),
            "the volume Xvfb is not declared",
            f"./Xvfb:…, {FOLDER}; else at the top level volumes: {{Xvfb: }}",
        ),
        (
            '"nope":/x',
            UNDEFINED.format("nope"),
            '"nope" is no name of a volume, and a path begins with ./, / or ~',
            f'./"nope":…, {FOLDER}',
        ),
        (
            "cache:",
            "invalid spec: cache:: empty section between colons",
            "cache: has an empty part between its colons",
            f"SOURCE:{INSIDE}, both given",
        ),
        (
            "c_${X}/y:/d",
            "undefined volume c_1/y",
            "c_1/y is no name of a volume, and a path begins with ./, / or ~",
            f"./c_1/y:…, {FOLDER}",
        ),
    ],
)
def test_a_refusal_gets_its_place_and_its_fix(tmp_path: Path, text: str, said: str, what: str, fix: str) -> None:
    """Compose names neither the file nor the key."""
    base = f"services:\n  a:\n    volumes:\n      - /ok\n      - '{text}'\n    env_file: $X.env\n"
    project = projects.make(tmp_path, compose__base_yaml=base, compose__dev_yaml="")
    with (
        pytest.raises(ConfigError) as caught,
        volume_strings.explaining(tmp_path, project.environments["dev"], {"X": "1"}),
    ):
        raise ConfigError(f"Compose rejects the files of the environment: {said}", fix="see: compose config")
    assert str(caught.value) == f"compose/base.yaml:5:9: services.a.volumes: {what}\n  → {fix}"


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
