"""What a build takes out of its contexts, and what of it the image keeps."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockgate.images import taken
from dockgate.images.taken import Taken


def of(text: str, target: str = "", named: tuple[str, ...] = (), **given: str) -> list[tuple[str, str, bool]]:
    """Return sources, contexts, and whether a file `x` below each is kept."""
    return [(each.source, each.context, each.keeps("x")) for each in taken.of(text, target, given, named)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FROM x\nCOPY requirements.txt .\n", [("requirements.txt", "", True), ("requirements.txt", "", False)]),
        ("FROM x\nADD --chown=1:1 . /app\n", [(".", "", True), (".", "", False)]),
        ('FROM x\nCOPY ["a", "b", "/app/"]\n', [(name, "", kept) for kept in (True, False) for name in ("a", "b")]),
        ("FROM x\nRUN --mount=type=bind,target=/src make\n", [(".", "", False)]),
        ("FROM x\nRUN --mount=type=cache,target=/c --mount=type=bind,source=a,target=/a make\n", [("a", "", False)]),
        ("FROM x\nRUN --mount=type=bind,src=/a/,target=/a make\n", [("a/", "", False)]),
        ("FROM x\nRUN --mount=type=bind,source=/,target=/a make\n", [(".", "", False)]),
        ("ARG DIR=conf\nFROM x\nRUN --mount=source=${DIR},target=/c make\n", [("conf", "", False)]),
        ("FROM x\nRUN --mount=source=${DIR},target=/c make\n", [("${DIR}", "", False)]),
        ("FROM x\nCOPY  --link   --chown=1:1  a  /a\n", [("a", "", True), ("a", "", False)]),
        ("FROM x\nCOPY --from=nginx /etc/nginx /etc/nginx\nADD https://example.com/a /a\n", []),
        ("FROM x AS unused\nCOPY . .\nFROM y\nCOPY a /a\n", [("a", "", True), ("a", "", False)]),
        ("ARG DIR=conf\nFROM x\nCOPY ${DIR} /c\n", [("conf", "", True), ("conf", "", False)]),
    ],
)
def test_sources(text: str, found: list[tuple[str, str, bool]]) -> None:
    """Of the stages that the build needs; what comes from elsewhere is none of a context's."""
    assert of(text) == found


@pytest.mark.parametrize(
    ("copied", "kept"),
    [
        ("/app", True),
        ("/app/dist /srv", False),
        ("/app/*.js /srv", False),
        ("/ /", True),
        ("/app/x /srv", True),
    ],
)
def test_an_earlier_stage_is_kept_as_far_as_it_is_copied_from(copied: str, kept: bool) -> None:  # noqa: FBT001 - a column
    """The builder sees the whole folder, the image only what is made in it."""
    text = f"FROM node AS made\nWORKDIR /app\nCOPY . .\nRUN make\nFROM nginx\nCOPY --from=made {copied} /www\n"
    assert any(each[2] for each in of(text)) is kept
    assert (".", "", False) in of(text)


def test_a_folder_that_only_the_build_knows_counts_as_kept() -> None:
    """The base image may have set it: nothing is passed on a guess."""
    text = "FROM node AS made\nCOPY . .\nFROM nginx\nCOPY --from=made /srv/dist /www\n"
    assert (".", "", True) in of(text)


def test_a_target_and_its_base() -> None:
    """What stages below it copy is in the image."""
    text = "FROM x AS base\nCOPY a /a\nFROM base AS dev\nCOPY b /b\nFROM base AS prod\nCOPY c /c\n"
    assert [each[0] for each in of(text, "dev") if each[2]] == ["a", "b"]
    assert [each[0] for each in of(text) if each[2]] == ["a", "c"]


def test_additional_contexts() -> None:
    """Named by `--from`, and mounted."""
    text = "FROM x\nCOPY --from=conf prod.env /e\nRUN --mount=from=conf,target=/c make\n"
    assert of(text, named=("conf",)) == [
        ("prod.env", "conf", True),
        ("prod.env", "conf", False),
        (".", "conf", False),
    ]


@pytest.mark.parametrize(("said", "place"), [("COPY a/.env /app/", "/app/.env"), ("COPY a/.env /app/e", "/app/e")])
def test_a_single_file_goes_where_it_is_sent(said: str, place: str) -> None:
    """Under its own name into a folder, else under the name that is given."""
    text = f"FROM x AS m\n{said}\nFROM y\nCOPY --from=m {place} /e\nCOPY --from=m /app/other /o\n"
    assert [each.keeps("") for each in taken.of(text, "", {}, ())] == [True, False, False]


def row(source: str, target: str, kept: str | None, *, single: bool = True) -> Taken:
    return Taken(source, "", 1, target, single, kept=kept)


def whole(text: str, target: str = "", named: tuple[str, ...] = (), **given: str) -> list[Taken]:
    return list(taken.of(text, target, given, named))


def test_a_copy_and_a_mount_are_told_whole() -> None:
    text = "FROM x\nWORKDIR /app\nCOPY --exclude=*.md --parents a/b c dst/\nRUN --mount=source=s,target=/t make\n"
    ways = (("a/b", "/app/dst/a"), ("c", "/app/dst/"))
    both = [Taken(name, "", 3, target, single=False, excluded=("*.md",), kept="/") for name, target in ways]
    mounted = Taken("s", "", 4, "", single=True)
    assert whole(text) == [*both, *(replace(each, kept=None) for each in both), mounted]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FROM scratch\nWORKDIR 'aX'\nCOPY x y\n", ("x", "/aX/y", True)),
        ("FROM y\nWORKDIR a\nCOPY x y\n", ("x", "", True)),
        ("FROM y\nCOPY /x /y/.\n", ("x", "/y", False)),
        ("FROM y\nCOPY / /y\n", (".", "/y", True)),
        ("FROM y\nWORKDIR /a/$V\nCOPY x y\n", ("x", "", True)),
        ("FROM y\nWORKDIR /a/${V:-b}\nCOPY x ../y\n", ("x", "/a/y", True)),
        ("ARG V=c\nFROM y\nENV W=$V-d\nCOPY $W ${V-b}/$W\n", ("c-d", "", True)),
        ("FROM y\nENV V $U\nCOPY $V /a/$V\n", ("$V", "", True)),
        ("FROM scratch AS one\nWORKDIR /w\nFROM one\nCOPY x y\n", ("x", "/w/y", True)),
        (
            "FROM y AS one\nWORKDIR /w\nFROM one AS two\nWORKDIR v\nFROM two\nCOPY --parents x/y z\n",
            ("x/y", "/w/v/z/x", True),
        ),
        ("FROM y\nCOPY --parents x/y z\n", ("x/y", "", True)),
    ],
)
def test_where_a_copy_goes(text: str, found: tuple[str, str, bool]) -> None:
    """Empty where only a build knows the folder."""
    assert [(each.source, each.target, each.single) for each in whole(text) if each.kept] == [found]


def test_arguments_of_the_build_come_before_those_of_the_file() -> None:
    text = "ARG V=c\nFROM y\nCOPY ${V} /\n"
    assert [each.source for each in whole(text, V="d")] == ["d", "d"]
    assert whole("", "x") == []
    assert [each.source for each in whole("FROM y\nCOPY a /\n", "unknown")] == ["a", "a"]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("type=cache,target=/a", []),
        ("target=/a", [Taken(".", "", 2, "", single=True)]),
        ("type=bind,source=/s,src=t", [Taken("s", "", 2, "", single=True)]),
        ("src=${V:-w}/x", [Taken("w/x", "", 2, "", single=True)]),
        ("from=conf,source=s=t", [Taken("s=t", "conf", 2, "", single=True)]),
        ("from=other,source=s", []),
    ],
)
def test_what_a_step_mounts(options: str, found: list[Taken]) -> None:
    assert whole(f"FROM y\nRUN --mount={options} make\n", named=("conf",)) == found


def test_what_a_stage_stands_on_mounts_as_well() -> None:
    text = "FROM x AS base\nRUN --mount=source=b,target=/b make\nFROM base AS mid\nFROM mid\nCOPY a /a\n"
    assert whole(text)[-1] == Taken("b", "", 2, "", single=True)


def test_what_other_stages_need_is_seen_and_no_more() -> None:
    """Through what they copy or mount, and what they stand on; of two stages of a name, the last one before."""
    text = """\
FROM x AS made
COPY first /f
FROM x AS Made
COPY a /a
FROM made AS mid
RUN --mount=from=tool,target=/t true
FROM x AS tool
COPY tool /t
FROM x AS other
COPY other /o
FROM x AS end
RUN --mount=from=tool,target=/t make
COPY --from=MID /a /b
COPY --from=last /a /b
FROM x AS last
COPY late /l
"""
    found = [(each.source, each.line, each.kept) for each in whole(text, "end")]
    assert found == [("a", 4, "/a"), ("tool", 8, None), ("a", 4, None)]


@pytest.mark.parametrize(
    ("copied", "kept"),
    [
        *((path, ["/s"]) for path in ("/a", "/a/b", "/a/b/c", "/a/?", "/*/b", "/", "a/", "$UNKNOWN")),
        *((path, []) for path in ("/b", "/A", "/a/c")),
    ],
)
def test_what_is_below_a_copied_path_is_kept(copied: str, kept: list[str]) -> None:
    """Of a stage that copied it from another one."""
    text = f"FROM x AS one\nCOPY s /s\nFROM x AS two\nCOPY --from=one /s /a/b\nFROM y\nCOPY --from=two {copied} /z\n"
    assert [each.kept for each in whole(text) if each.kept] == kept


@pytest.mark.parametrize(
    ("taken_", "inside", "keeps"),
    [
        (row("s", "/t", None), "x", False),
        (row("s", "/t", "/"), "x", True),
        (row("s", "", "/k"), "x", True),
        (row("s", "/k", "/k/x"), "x", True),
        (row("s", "/k", "/k/x/y"), "x", False),
        (row("s", "/k", "/k/?"), "x/y", True),
        (row("s", "/k", "/k/?"), "xx", False),
        (row("d/s", "/k", "/k/s"), "", False),
        (row("d/s", "/k", "/k/s", single=False), "", True),
        (row("d/s", "/k", "/k/s", single=False), "x", False),
    ],
)
def test_which_files_below_a_source_are_kept(taken_: Taken, inside: str, *, keeps: bool) -> None:
    assert taken_.keeps(inside) is keeps
