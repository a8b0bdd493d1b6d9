"""The stages of a Dockerfile: what each inherits, and which of them become images."""

from __future__ import annotations

import pytest

from dockgate.images import dockerfile_stages

TEXT = """\
ARG V=1
FROM --platform=linux/amd64 Debian:$V AS Base
USER one
CMD ["a"]
FROM base as made
USER two
FROM made
COPY --from=1 /x /x
ENTRYPOINT ["b"]
USER three
CMD ["c"]
"""


def test_a_stage_knows_its_names_its_base_and_those_that_it_stands_on() -> None:
    base, made, last = dockerfile_stages.stages(TEXT)
    assert [({*each.names}, each.base) for each in (base, made, last)] == [
        ({"0", "base"}, "debian:$v"),
        ({"1", "made"}, "base"),
        ({"2"}, "made"),
    ]
    assert (base.parents, made.parents, last.parents) == ((), (base,), (made, base))
    assert [[said.line for said in each.said] for each in (base, made, last)] == [[2, 3, 4], [5, 6], [7, 8, 9, 10, 11]]


def test_the_last_of_some_instructions_counts_the_own_before_the_inherited() -> None:
    base, made, last = dockerfile_stages.stages(TEXT)
    own = [last.own("CMD", "ENTRYPOINT"), last.own("ENTRYPOINT"), last.own("RUN"), made.own("CMD")]
    assert [each and each.line for each in own] == [11, 9, None, None]
    held = [made.holding("USER"), made.holding("CMD"), base.holding("USER"), made.holding("RUN")]
    assert [each and each.line for each in held] == [6, 4, 3, None]


def test_a_name_that_is_given_twice_is_the_last_one() -> None:
    """As it is to BuildKit: what follows stands on it."""
    first, second, last = dockerfile_stages.stages("FROM x AS a\nFROM y AS a\nFROM a\n")
    assert last.parents == (second,) != (first,)


@pytest.mark.parametrize(
    ("said", "uses"),
    [
        ("COPY --from=Made --link /x /x", ["y", "made"]),
        ("COPY --link --from=made /x /x", ["y", "made"]),
        ("RUN --mount=type=bind,from=a,target=/a --mount=from=b,target=/b make", ["y", "a", "b"]),
        ("ADD --from=made /x /x", ["y"]),
        ("RUN echo from=made", ["y"]),
    ],
)
def test_what_a_stage_is_made_with(said: str, uses: list[str]) -> None:
    (stage,) = dockerfile_stages.stages(f"FROM y\n{said}\n")
    assert list(stage.uses()) == uses


@pytest.mark.parametrize(
    ("text", "images", "left"),
    [
        ("", [], set()),
        ("FROM\n", [], set()),
        ("FROM a\n", ["0"], set()),
        ("FROM a\nCMD x\nFROM b\n", ["0", "1"], set()),
        ("FROM a\nENTRYPOINT x\nFROM b\n", ["0", "1"], set()),
        ("FROM a\nRUN x\nFROM b\n", ["1"], set()),
        ("FROM a\nCMD x\nFROM b\nCOPY --from=0 /x /x\n", ["1"], {"0"}),
        ("FROM a\nCMD x\nFROM 0\n", ["1"], set()),
        ("FROM a AS p\nFROM p AS q\nFROM b\nCOPY --from=q /x /x\n", ["2"], {"0", "p", "1", "q"}),
        ("FROM a AS p\nFROM p AS q\nFROM p\nCOPY --from=q /x /x\n", ["2"], {"1", "q"}),
        ("FROM a AS p\nFROM b AS unused\nFROM c\n", ["2"], set()),
    ],
)
def test_which_stages_become_images_and_which_are_left_behind(text: str, images: list[str], left: set[str]) -> None:
    """Nothing that a stage says stays in an image that only copies files from it."""
    assert [min(each.names) for each in dockerfile_stages.images(text)] == images
    assert dockerfile_stages.left_behind(text) == left
