"""BuildKit's progress lines: seconds by target, and the reason of a failure."""

from __future__ import annotations

import base64
import json

import pytest

from dockgate.images.progress import Progress


def vertex(digest: str, name: str, **more: str | bool) -> bytes:
    return json.dumps({"vertexes": [{"digest": digest, "name": name, **more}]}).encode()


def at(second: float) -> str:
    return f"2026-11-23T22:50:{second:012.9f}Z"


def test_a_target_lasts_from_its_first_step_to_its_last() -> None:
    progress = Progress()
    progress.feed(vertex("a", "[api internal] load build definition", started=at(1), completed=at(2)))
    progress.feed(vertex("b", "[api rootfs 1/3] RUN assemble", started=at(2.5)))
    progress.feed(vertex("b", "[api rootfs 1/3] RUN assemble", started=at(2.5), completed=at(8.25)))
    progress.feed(vertex("d", "[api rootfs 2/3] COPY", started=at(0), completed=at(0.5), cached=True))
    progress.feed(vertex("c", "[postgres rootfs 1/3] RUN assemble", started=at(0), completed=at(50)))
    assert progress.seconds("api") == 7.25


def test_a_target_that_has_not_ended_or_whose_clock_went_back_took_no_time() -> None:
    progress = Progress()
    progress.feed(vertex("a", "[api 1/2] COPY", started=at(1)))
    progress.feed(vertex("b", "[db 1/2] COPY", completed=at(1)))
    progress.feed(vertex("c", "[web 1/2] COPY", started=at(9), completed=at(8)))
    assert [progress.seconds(target) for target in ("api", "db", "web")] == [0.0, 0.0, 0.0]


def test_an_unknown_target_took_no_time() -> None:
    assert Progress().seconds("api") == 0.0


def test_a_target_is_done_once_when_its_export_is() -> None:
    progress = Progress()
    line = "[api] exporting to image"
    heard = [
        progress.feed(vertex("a", "[api runtime 1/1] COPY", completed=at(1))),
        progress.feed(vertex("b", line, started=at(1))),
        progress.feed(vertex("b", line, completed=at(3))),
        progress.feed(vertex("b", line, completed=at(3))),
    ]
    assert heard == ["", "", "api", ""]


def test_an_export_that_failed_is_not_a_target_that_is_done() -> None:
    progress = Progress()
    line = "[api] exporting to image"
    assert progress.feed(vertex("b", line, completed=at(3), error='image "shop/api:1": already exists')) == ""


def log(digest: str, text: str) -> bytes:
    return json.dumps({"logs": [{"vertex": digest, "data": base64.b64encode(text.encode()).decode()}]}).encode()


def test_a_failure_names_the_step_and_its_last_lines() -> None:
    """Not those that were given up because of it."""
    progress = Progress()
    progress.feed(vertex("x", "[valkey rootfs 2/4] COPY probe", error="context canceled"))
    progress.feed(vertex("z", "[valkey rootfs 3/4] COPY probe", error="rpc error: CANCELED"))
    progress.feed(b'{"logs": [{"vertex": "y"}]}')
    progress.feed(log("y", "".join(f"line {number}\n" for number in range(30))))
    progress.feed(log("y", "half "))
    progress.feed(log("y", "a line\n"))
    progress.feed(vertex("y", "[api rootfs 1/3] RUN assemble", error="exit code: 1"))
    lines = [f"line {number}" for number in range(11, 30)]
    assert progress.failure().split("\n  | ") == ["api: RUN assemble: exit code: 1", *lines, "half a line"]


def test_few_lines_are_told_whole() -> None:
    progress = Progress()
    progress.feed(b'{"logs": [{"vertex": "y"}]}')
    progress.feed(log("y", "first\n"))
    progress.feed(vertex("y", "[api] RUN", error="no"))
    assert progress.failure() == "api: RUN: no\n  | first"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("[api] exporting", "api: exporting: no"),
        ("[api]", "api: [api]: no"),
        ("resolve image config", "build: resolve image config: no"),
        ("a [b] c", "build: a [b] c: no"),
        ("[api 1/1] RUN <<EOF\necho\nEOF", "api: RUN <<EOF\necho\nEOF: no"),
    ],
)
def test_a_step_is_named_by_its_target(name: str, said: str) -> None:
    progress = Progress()
    progress.feed(vertex("x", name, error="no"))
    assert progress.failure() == said


def test_a_failure_before_any_step_shows_what_buildx_said() -> None:
    progress = Progress()
    for number in range(30):
        assert progress.feed(f"ERROR: line {number} \n".encode()) == ""
    progress.feed(b"{}")
    assert progress.failure().split("\n  | ") == ["buildx bake failed", *(f"ERROR: line {n}" for n in range(10, 30))]
