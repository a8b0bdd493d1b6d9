"""What is measured in an image, and that it is measured once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.images import archive, contents
from dockgate.images.archive import Archive, Entry
from dockgate.images.contents import ImageContents
from tests.unit import projects
from tests.unit.ocilayout import Layout, layer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockgate.core.project import Project

LAYERS = {"sha256:a": 100, "sha256:b": 20}
FACTS = ImageContents(1000, LAYERS, 3, ("usr/bin/dash",), (), ("usr/bin/su",))


def entry(path: str, size: int = 1, mode: int = 0o755, link: str = "") -> Entry:
    return Entry(0, path, mode, size, link, not link, lambda: b"")


def test_bytes_are_those_of_files() -> None:
    found = contents.summary([entry("a", 10), entry("b/c", 5), entry("d", 99, link="a")], LAYERS)
    assert found == ImageContents(15, LAYERS, 0, (), (), ())
    assert found.compressed == 120


def test_packages_are_counted_by_their_records_alone() -> None:
    status = "var/lib/dpkg/status.d/"
    paths = (f"{status}libc6", f"{status}libc7", f"{status}libc6.md5sums", "x")
    entries = [*map(entry, paths), entry(f"{status}link", link="libc6")]
    assert contents.summary(entries, {}).packages == 2


def test_shells_and_package_managers_count_as_files_and_as_links() -> None:
    entries = [
        entry("usr/bin/sh", link="dash"),
        entry("usr/bin/dash"),
        replace(entry("usr/bin/zsh"), regular=False),
        entry("usr/local/sbin/npm", link="/opt/npm"),
        entry("usr/bin/apt-get"),
        entry("usr/lib/python3/dist-packages/pip/__init__.py"),
        entry("usr/share/doc/bash"),
        entry("app/sh"),
    ]
    managers = ("usr/bin/apt-get", "usr/lib/python3/dist-packages/pip", "usr/local/sbin/npm")
    assert contents.summary(entries, {}) == ImageContents(5, {}, 0, ("usr/bin/dash", "usr/bin/sh"), managers, ())


@pytest.mark.parametrize(("mode", "count"), [(0o4755, 1), (0o2755, 1), (0o1755, 0), (0o755, 0)])
def test_set_user_and_set_group_files_are_found(mode: int, count: int) -> None:
    entries = [entry("usr/bin/su", mode=mode), entry("usr/bin/link", mode=mode, link="su"), entry("a", mode=mode)]
    assert contents.summary(entries, {}).setuid == ("a", "usr/bin/su")[: 2 * count]


def test_an_image_is_the_sum_of_its_layers() -> None:
    """What is in two of them is there once, and in order."""
    one = ImageContents(1, {"a": 10}, 2, ("sh", "bash"), ("pip",), ("su",))
    two = ImageContents(2, {"a": 10, "b": 5}, 3, ("ash", "sh"), ("apt", "pip"), ("ping", "su"))
    assert contents.total([one, two]) == ImageContents(
        3, {"a": 10, "b": 5}, 5, ("ash", "bash", "sh"), ("apt", "pip"), ("ping", "su")
    )


def test_a_layer_that_another_image_has_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of code makes one small layer; what it says of the others is what the first reading said."""
    system, first, second = layer({"usr/bin/dash": b"12345"}), layer({"app/a": b"1"}), layer({"app/a": b"123"})
    layout, read = Layout(), list[str]()
    images = {name: layout.image([system, app]) for name, app in (("one", first), ("two", second))}

    @contextmanager
    def saved(_project: Project, name: str) -> Iterator[tuple[Archive, Path]]:
        with Archive(layout.save(tmp_path / name, images[name])) as opened:
            yield opened, tmp_path / name

    def noted(opened: Archive, digest: str) -> Iterator[Entry]:
        read.append(digest)
        return plain(opened, digest)

    plain = Archive.layer
    monkeypatch.setattr(Archive, "layer", noted)
    monkeypatch.setattr(archive, "saved", saved)
    loaded = projects.make(tmp_path)
    one, two = (contents.of(loaded, name, images[name]) for name in ("one", "two"))
    assert (one.bytes, two.bytes, one.shells, two.shells) == (6, 8, ("usr/bin/dash",), ("usr/bin/dash",))
    assert (one.compressed, two.compressed) == (len(system) + len(first), len(system) + len(second))
    assert len(read) == len(set(read)) == 3
    assert one.layers == dict(zip(read, (len(system), len(first)), strict=False))
    names = sorted(file.relative_to(loaded.state).as_posix() for file in loaded.state.rglob("*.json"))
    kept = [f"cache/images/{images[name].removeprefix('sha256:')}.json" for name in ("one", "two")]
    assert names == sorted([*kept, *(f"cache/layers/{digest.removeprefix('sha256:')}.json" for digest in read)])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Project, list[str]]:
    measured: list[str] = []

    def measure(_project: Project, ref: str) -> ImageContents:
        measured.append(ref)
        return FACTS

    monkeypatch.setattr(contents, "measure", measure)
    return projects.make(tmp_path), measured


def test_an_image_is_measured_once(project: tuple[Project, list[str]]) -> None:
    loaded, measured = project
    assert [contents.of(loaded, "shop/api:1", "sha256:x") for _ in range(2)] == [FACTS, FACTS]
    assert measured == ["shop/api:1"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 0}', '{"version": 1, "bytes": 1}'])
def test_a_cache_that_cannot_be_read_is_measured_again(project: tuple[Project, list[str]], content: str) -> None:
    loaded, measured = project
    contents.of(loaded, "shop/api:1", "sha256:x")
    (loaded.state / "cache/images/x.json").write_text(content, encoding="utf-8")
    assert contents.of(loaded, "shop/api:1", "sha256:x") == FACTS
    assert len(measured) == 2
