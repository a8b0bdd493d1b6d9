"""What is taken of builds whose Dockerfiles, contexts and files are not all as they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.guardrails import build_contexts
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.guarded_files import Files
from tests.unit.guardrails.test_build_contexts import COPIES, model, write

if TYPE_CHECKING:
    from pathlib import Path


def taken(
    folder: Path, given: dict[str, Any]
) -> tuple[dict[str, str], list[tuple[str, Kind, str]], list[tuple[str, str]]]:
    """Return the lines that take each file, the files with their services, and what was skipped."""
    files = Files(folder)
    lines = build_contexts.collect(files, given)
    read = [(each.path, each.kind, each.service) for each in files.texts]
    return lines, read, [(each.path, each.reason) for each in files.skipped]


@pytest.mark.parametrize(
    ("copy", "lines"),
    [
        ("COPY --exclude=a a /x", {}),
        ("COPY --exclude=b a b /x/", {"a": "Dockerfile:2"}),
        ("COPY --exclude=*/c d /x/", {"d/b": "Dockerfile:2", "d/c": "Dockerfile:2"}),
        ("COPY --exclude=c d /x/", {"d/b": "Dockerfile:2"}),
        ("COPY ./d/../a /x/", {"a": "Dockerfile:2"}),
        ("COPY ? /x/", {"a": "Dockerfile:2", "b": "Dockerfile:2", "d/b": "Dockerfile:2", "d/c": "Dockerfile:2"}),
    ],
)
def test_what_one_copy_takes(tmp_path: Path, copy: str, lines: dict[str, str]) -> None:
    """A single file is excluded by its name, one of a folder by its path in there."""
    write(tmp_path, Dockerfile=f"FROM x\n{copy}\n", a="x", b="y", d__b="z", d__c="w")
    assert taken(tmp_path, model(tmp_path))[0] == lines


def test_what_is_left_out_of_one_build_hides_nothing_of_the_others(tmp_path: Path) -> None:
    """A missing Dockerfile, rules that cannot be read, a file that is too large, a stage that is not built."""
    write(tmp_path, one__Dockerfile=COPIES, one__z="x", two__Dockerfile=COPIES, two__b="y", bad__Dockerfile=COPIES)
    (tmp_path / "bad/.dockerignore").write_text("[\n")
    (tmp_path / "three").mkdir()
    (tmp_path / "three/Dockerfile").write_text("FROM x AS a\nCOPY y /y\nFROM x AS b\nCOPY z /z\n")
    for name in ("y", "z"):
        (tmp_path / "three" / name).touch()
    with (tmp_path / "one/big").open("wb") as file:
        file.truncate(build_contexts.LARGEST + 1)
    given = model(tmp_path / "none")
    for name in ("one", "bad", "two"):
        given["services"][name] = {"build": {"context": f"{tmp_path}/{name}"}}
    given["services"]["three"] = {"build": {"context": f"{tmp_path}/three", "target": "a"}}
    lines, read, skipped = taken(tmp_path, given)
    assert read == [
        ("one/Dockerfile", Kind.BUILT, "one"),
        ("one/z", Kind.BUILT, "one"),
        ("two/Dockerfile", Kind.BUILT, "two"),
        ("two/b", Kind.BUILT, "two"),
        ("three/y", Kind.BUILT, "three"),
    ]
    assert lines == {path: f"{path.partition('/')[0]}/Dockerfile:2" for path, *_ in read}
    assert skipped == [
        ("one/big", "larger than 20,000,000 bytes, in a build's context"),
        ("bad", "a build's context whose .dockerignore cannot be read"),
    ]


def test_a_file_that_an_image_keeps_is_said_to_be_kept(tmp_path: Path) -> None:
    """Whichever of two builds comes first, with its line; a secret of a build that is there is read, too."""
    stage = "FROM x AS m\nWORKDIR /m\nCOPY a .\nFROM y\nCOPY --from=m /m/dist /d\n"
    write(tmp_path, Dockerfile="FROM x\nCOPY a /a\n", a="x", s="y", stage=stage)
    build = {"context": str(tmp_path)}
    sent, kept = (
        {"build": {**build, "dockerfile": "stage"}},
        {"build": {**build, "secrets": [{"source": "s"}, {"source": "gone"}, {}]}},
    )
    secrets = {"s": {"file": f"{tmp_path}/s"}, "gone": {"file": f"{tmp_path}/gone"}, "none": None}
    for order in ((("sent", sent), ("kept", kept)), (("kept", kept), ("sent", sent))):
        lines, read, _ = taken(tmp_path, {"services": dict(order), "secrets": secrets})
        assert lines == {"a": "Dockerfile:2"}
        assert read == [("a", Kind.BUILT, "kept"), ("s", Kind.BUILD_SECRET, "kept")]


def test_the_walk_of_a_context_is_shared_by_builds_with_the_same_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Dockerfile with rules of its own has its own walk."""
    write(tmp_path, Dockerfile=COPIES, other=COPIES, own=COPIES, a="x", b="y")
    (tmp_path / ".dockerignore").write_text("a\nother\nown\nDockerfile\n*.dockerignore\n.dockerignore\n")
    (tmp_path / "own.dockerignore").write_text("b\nother\nown\nDockerfile\n*.dockerignore\n.dockerignore\n")
    walked: list[Path] = []
    real = build_contexts._below

    def below(source: Path, *rest: Any) -> Any:
        walked.append(source)
        return real(source, *rest)

    monkeypatch.setattr(build_contexts, "_below", below)
    names = ("Dockerfile", "other", "own")
    given = {"services": {name: {"build": {"context": str(tmp_path), "dockerfile": name}} for name in names}}
    assert taken(tmp_path, given)[1] == [("b", Kind.BUILT, "Dockerfile"), ("a", Kind.BUILT, "own")]
    assert walked == [tmp_path] * 2


def test_the_files_that_decide_what_is_found(tmp_path: Path) -> None:
    """Secrets, the Dockerfile, the ignore rules that count for it, and what is taken; for the key of a report."""
    write(tmp_path, d__api=COPIES, a="x")
    (tmp_path / ".dockerignore").write_text("d\n.dockerignore\n")
    given = model(tmp_path, dockerfile="d/api", secrets=[{"source": "s"}])
    given["secrets"] = {"s": {"file": "/keys/s"}}
    given["services"]["inline"] = {"build": {"context": str(tmp_path), "dockerfile_inline": "FROM x"}}
    shown = [str(each).replace(str(tmp_path), "") for each in build_contexts.inputs(given)]
    assert shown == [
        "/keys/s",
        "/d/api",
        "/d/api.dockerignore",
        "/.dockerignore",
        "/Dockerfile.dockerignore",
        "/.dockerignore",
        "/a",
    ]


def test_bounds_are_told_with_the_context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many files as they say, folders that tools fill not walked into, env files first, in the order of names."""
    monkeypatch.setattr(build_contexts, "MOST", 4)
    write(tmp_path, c__Dockerfile=COPIES, c__b="x", c__d__a="y", c__d__z="y", c__v__node_modules__x="z")
    for name in (".env", "d/.env"):
        (tmp_path / "c" / name).write_text("A=1\n")
    _, read, skipped = taken(tmp_path, model(tmp_path / "c"))
    assert [path for path, *_ in read] == ["c/.env", "c/Dockerfile", "c/b", "c/d/.env"]
    assert skipped == [("c", "a build's context of over 4 files or 200,000,000 bytes: the rest")]
    monkeypatch.setattr(build_contexts, "MOST", 6)
    _, read, skipped = taken(tmp_path, model(tmp_path / "c"))
    assert [path for path, *_ in read][4:] == ["c/d/a", "c/d/z"]
    assert skipped == [("c/v/node_modules", "a folder that tools fill, in a build's context")]
