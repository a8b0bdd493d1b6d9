"""BuildKit's progress lines: seconds by target, and the reason of a failure."""

from __future__ import annotations

import base64
import json

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


def test_a_failure_names_the_step_and_its_last_lines() -> None:
    progress = Progress()
    said = base64.b64encode(b"assemble: keep nothing\nmatches nothing\n").decode()
    progress.feed(vertex("x", "[valkey rootfs 2/4] COPY probe", error="context canceled"))
    progress.feed(json.dumps({"logs": [{"vertex": "y", "data": said}]}).encode())
    progress.feed(vertex("y", "[api rootfs 1/3] RUN assemble", error="exit code: 1"))
    assert progress.failure() == ("api: RUN assemble: exit code: 1\n  | assemble: keep nothing\n  | matches nothing")


def test_a_failure_before_any_step_shows_what_buildx_said() -> None:
    progress = Progress()
    progress.feed(b"ERROR: failed to parse docker/bake.hcl\n")
    assert progress.failure() == "buildx bake failed\n  | ERROR: failed to parse docker/bake.hcl"
