"""What services' builds take from this machine, and what of it is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.guardrails import build_contexts
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.guarded_files import Files
from tests.unit.guardrails.builds import COPIES, model, write

if TYPE_CHECKING:
    from pathlib import Path


def collected(folder: Path, **build: Any) -> list[tuple[str, Kind]]:
    """Return what a build takes."""
    files = Files(folder)
    build_contexts.collect(files, model(folder, **build))
    return sorted((each.path, each.kind) for each in files.texts)


@pytest.mark.parametrize(
    ("dockerfile", "ignore", "found"),
    [
        (COPIES, "", [".envs/prod", "Dockerfile", "a"]),
        (COPIES, ".envs\n", ["Dockerfile", "a"]),
        (COPIES, ".envs/prod\n", ["Dockerfile", "a"]),
        (COPIES, "*\n!a\n", ["a"]),
        ("FROM x\nCOPY a /a\n", "", ["a"]),
        ("FROM x\nCOPY .envs/p* /e/\n", "", [".envs/prod"]),
        ("FROM x\nCOPY --exclude=.envs/* . /e/\n", "", ["Dockerfile", "a"]),
        ("FROM x\nCOPY ../a /a\n", "", []),
        ("FROM x\nCOPY missing /a\n", "", []),
    ],
)
def test_what_a_copy_takes(tmp_path: Path, dockerfile: str, ignore: str, found: list[str]) -> None:
    """As BuildKit reads it: less what is ignored, and nothing that no instruction names, nor what lies outside."""
    context = tmp_path / "context"
    write(context, Dockerfile=dockerfile, a="x", **{".envs__prod": "A=b\n", "../a": "y"})
    (context / ".dockerignore").write_text(f"{ignore}.dockerignore\n")
    assert [path for path, kind in collected(context) if kind is Kind.BUILT] == found


def test_a_dockerfile_has_an_ignore_file_of_its_own(tmp_path: Path) -> None:
    """Beside it, under its name; the general one does not count then."""
    write(tmp_path, docker__api=COPIES, a="x", b="y", **{"docker__api.dockerignore": "*\n!b\n", ".dockerignore": "b\n"})
    assert collected(tmp_path, dockerfile="docker/api") == [("b", Kind.BUILT)]


def test_what_only_a_step_reads_is_sent(tmp_path: Path) -> None:
    """The image keeps what is made of it."""
    write(tmp_path, Dockerfile="FROM x AS m\nWORKDIR /m\nCOPY a .\nFROM y\nCOPY --from=m /m/dist /d\n", a="x")
    assert collected(tmp_path) == [("a", Kind.SENT)]


def test_inline_dockerfiles_other_contexts_and_secrets(tmp_path: Path) -> None:
    """Each with its own folder."""
    write(tmp_path, a="x", other__prod="y", s="z")
    made = model(
        tmp_path,
        dockerfile_inline="FROM x\nCOPY --from=conf prod /p\n",
        additional_contexts={"conf": f"{tmp_path}/other", "base": "docker-image://debian"},
        secrets=[{"source": "s"}],
    )
    made["secrets"] = {"s": {"file": f"{tmp_path}/s"}}
    files = Files(tmp_path)
    assert build_contexts.collect(files, made) == {"other/prod": "dockerfile_inline:2"}
    assert [(each.path, each.kind) for each in files.texts] == [("other/prod", Kind.BUILT), ("s", Kind.BUILD_SECRET)]


def test_what_only_the_build_knows_is_said(tmp_path: Path) -> None:
    """A variable without a value."""
    write(tmp_path, Dockerfile="FROM x\nARG D\nCOPY $D /d\n")
    files = Files(tmp_path)
    build_contexts.collect(files, model(tmp_path))
    assert files.texts == []
    assert {(each.path, each.reason) for each in files.skipped} == {
        ("Dockerfile", "what line 3 takes: only the build knows $D")
    }


def test_a_build_is_read_whole(tmp_path: Path) -> None:
    """Its arguments that have a value, its target, its Dockerfile; one that is fetched is none of this machine."""
    given = model(tmp_path, args={"A": 1, "B": None}, target="t", dockerfile="d/x", additional_contexts={"c": "/c"})
    [build] = build_contexts.builds(given)
    assert (build.arguments, build.target, build.dockerfile) == ({"A": "1"}, "t", "d/x")
    assert ({name: str(path) for name, path in build.folders.items()}, build.place) == (
        {"": str(tmp_path), "c": "/c"}, tmp_path / "d/x",
    )  # fmt: skip
    fetched = {"services": {"a": {"build": {"context": "https://h/x.git"}}, "b": {}, **given["services"]}}
    assert [*build_contexts.builds(fetched)] == [build]


def test_the_bounds_count_bytes_and_files_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all files together, those of one context in two services once; what is behind them is said."""
    write(tmp_path, Dockerfile=COPIES, a="x" * 60, b="y" * 60, **{".dockerignore": "Dockerfile\n.dockerignore\n"})
    twice = model(tmp_path)
    twice["services"]["other"] = twice["services"]["api"]
    for most, taken in ((120, ["a", "b"]), (119, ["a"])):
        monkeypatch.setattr(build_contexts, "MOST_BYTES", most)
        files = Files(tmp_path)
        build_contexts.collect(files, twice)
        assert ([each.path for each in files.texts], bool(files.skipped)) == (taken, most < 120)


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
    (tmp_path / "l").symlink_to("gone")
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


def test_env_files_come_first(tmp_path: Path) -> None:
    """Before what sorts in front of a full stop: no bound is to leave them out."""
    names = ("+a", ".b", "+c__x", ".d__x")
    write(tmp_path, Dockerfile=COPIES, **dict.fromkeys(names, "x"), **{".dockerignore": "Dockerfile\n.dockerignore\n"})
    assert [path for path, *_ in taken(tmp_path, model(tmp_path))[1]] == [".b", "+a", ".d/x", "+c/x"]


def test_bounds_are_told_with_the_context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many files as they say, folders that tools fill not walked into, env files first, in the order of names."""
    monkeypatch.setattr(build_contexts, "MOST", 4)
    write(tmp_path, Dockerfile=COPIES, b="x", d__a="y", d__z="y", v__node_modules__x="z")
    for name in (".env", "d/.env"):
        (tmp_path / name).write_text("A=1\n")
    _, read, skipped = taken(tmp_path, model(tmp_path))
    assert [path for path, *_ in read] == [".env", "Dockerfile", "b", "d/.env"]
    assert skipped == [(".", "a build's context of over 4 files or 200,000,000 bytes: the rest")]
    monkeypatch.setattr(build_contexts, "MOST", 6)
    _, read, skipped = taken(tmp_path, model(tmp_path))
    assert [path for path, *_ in read][4:] == ["d/a", "d/z"]
    assert skipped == [("v/node_modules", "a folder that tools fill, in a build's context")]
    (tmp_path / ".dockerignore").write_text("v\n.dockerignore\n")
    assert taken(tmp_path, model(tmp_path))[2] == []
