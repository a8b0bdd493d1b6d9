"""What a build takes out of its contexts, and what of it the image keeps."""

from __future__ import annotations

import pytest

from dockgate.images import taken


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
