"""Which images of a project may go: decided from what the engine lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import project as projects
from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ConfigError
from dockgate.core.plan import Effect, Plan, Step
from dockgate.env import release_pointer
from dockgate.env.release_pointer import Pointer
from dockgate.images import build
from dockgate.images.build import BuiltImage
from dockgate.release.promotion import retention
from dockgate.release.promotion.retention import Needed, Tagged

if TYPE_CHECKING:
    from pathlib import Path

NOTHING = Needed((), (), ())
RELEASES = tuple(
    Tagged("api", tag, f"sha256:{tag}", age) for age, tag in enumerate(("1.9.0", "1.10.0", "1.10.0-rc.1", "0.1.0"))
)
BUILDS = tuple(Tagged("api", tag, f"sha256:{tag}", age) for age, tag in enumerate(("aaa", "bbb", "ccc")))


def gone(images: tuple[Tagged, ...], needed: Needed, keep: int) -> list[str]:
    return [each.reference.partition(":")[2] for each in retention.select("shop", images, needed, keep)]


def test_last_releases_stay_by_version_and_not_by_age() -> None:
    """1.10 is after 1.9, and a candidate before its release."""
    assert gone(RELEASES, NOTHING, 2) == ["0.1.0", "1.9.0"]
    assert gone(RELEASES, NOTHING, 5) == []


def test_last_builds_of_each_image_stay() -> None:
    """By age, and each image counts for itself."""
    other = (Tagged("postgres", "ddd", "sha256:ddd", 0),)
    assert gone((*BUILDS, *other), NOTHING, 1) == ["bbb", "aaa"]
    assert gone((*BUILDS, *other), NOTHING, 3) == []


@pytest.mark.parametrize(
    "needed",
    [
        Needed(("1.9.0", "0.1.0"), (), ()),
        Needed((), ("shop/api:1.9.0", "shop/api:0.1.0"), ()),
        Needed((), (), ("sha256:1.9.0", "sha256:0.1.0")),
    ],
    ids=["an environment runs it", "up would use it", "a container has it"],
)
def test_what_is_needed_stays_however_old(needed: Needed) -> None:
    """Whoever needs it."""
    assert gone(RELEASES, needed, 2) == []


def test_image_that_a_kept_release_took_over_stays_under_its_old_tag() -> None:
    """1.1.0 runs the database that 1.0.0 built, 1.2.0 the API of 1.1.0; each stays as long as the one that runs it."""
    images = tuple(
        Tagged(name, tag, f"sha256:{name}{tag}", 1)
        for name, tag in (("api", "1.0.0"), ("db", "1.0.0"), ("api", "1.1.0"), ("db", "1.2.0"), ("db", "0.9.0"))
    )
    releases = {"1.1.0": {"shop/api:1.1.0", "shop/db:1.0.0"}, "1.2.0": {"shop/api:1.1.0", "shop/db:1.2.0"}}
    needed = Needed((), (), (), releases)
    expected = {2: ["shop/api:1.0.0", "shop/db:0.9.0"], 1: ["shop/api:1.0.0", "shop/db:0.9.0", "shop/db:1.0.0"]}
    for keep, references in expected.items():
        assert [each.reference for each in retention.select("shop", images, needed, keep)] == references


def test_release_that_built_nothing_itself_counts_as_one() -> None:
    """Where all its images are here: it has no tag of its own that would say so."""
    images = tuple(Tagged("api", tag, f"sha256:{tag}", 1) for tag in ("1.0.0", "1.1.0"))
    releases = {"1.2.0": {"shop/api:1.0.0"}, "1.3.0": {"shop/api:1.3.0"}}
    assert gone(images, Needed((), (), (), releases), 1) == ["1.1.0"]


class FakeEngine:
    """An engine with four releases of one image, a stranger's, and a container of the first."""

    endpoint = Endpoint("unix:///nowhere", "default")

    def images(self, reference: str) -> list[dict[str, Any]]:
        assert reference == "shop/*"
        names = [[f"shop/api:1.{number}.0"] for number in range(4)]
        return [
            *({"RepoTags": tags, "Id": f"sha256:{tags[0][-3]}", "Created": 1} for tags in names),
            {"RepoTags": ["other/shop/api:0.0.1"], "Id": "sha256:9", "Created": 1},
            {"RepoTags": ["shop/base:trixie", "shop/base:trixie-20261125"], "Id": "sha256:7", "Created": 1},
            {"RepoTags": None, "Id": "sha256:8", "Created": 1},
        ]

    def containers(self, filters: dict[str, Any]) -> list[dict[str, Any]]:
        assert filters == {}
        return [{"Id": "1", "Image": "shop/api:1.0.0@sha256:0", "ImageID": "sha256:platform"}]


def test_what_environments_run_and_would_go_back_to_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The promoted release, the one before it, what a stopped container has; nothing of another project is named."""
    text = '[tool.dockgate]\nname = "shop"\n[tool.dockgate.images.api]\n[tool.dockgate.environments.prod]\n'
    (tmp_path / "pyproject.toml").write_text(text)
    project = projects.load(tmp_path, {})
    asked: list[tuple[object, ...]] = []

    def preview(*given: object) -> tuple[BuiltImage, ...]:
        asked.append(given)
        return (BuiltImage("api", "API_IMAGE", "shop/api:1.3.0@sha256:1"), BuiltImage("x", "X", "shop/x:1"))

    monkeypatch.setattr(build, "preview", preview)
    engine: Any = FakeEngine()
    found = retention.find(project, engine, 1)
    assert retention.plan(found) == Plan(
        tuple(
            Step("remove", f"image shop/api:{number}", "not of the last 1 releases", Effect.DESTROY)
            for number in ("1.1.0", "1.2.0")
        )
    )
    release_pointer.write(tmp_path, "prod", Pointer("1.2.0", "sha256:m", "now", {}, ("1.1.0", "1.0.0")))
    assert retention.find(project, engine, 1) == ()
    release_pointer.write(tmp_path, "prod", Pointer("1.2.0", "sha256:m", "now", {}, ("1.3.0", "1.1.0")))
    assert [each.reference for each in retention.find(project, engine, 1)] == ["shop/api:1.1.0"]
    assert asked[0] == (project, engine.endpoint, project.environment("prod"), build.Wanted())
    with pytest.raises(ConfigError) as caught:
        retention.find(project, engine, 0)
    assert str(caught.value) == "--keep=0 would remove what runs\n  → --keep=1 keeps the last release"


def test_images_are_read_from_what_an_engine_lists() -> None:
    """One for each tag; one without a date is from long ago, a registry's name is another's."""
    listed: list[dict[str, Any]] = [
        {"RepoTags": ["shop/api:1", "shop/a/b:2", "r:5000/shop/api:3", "shop:4"], "Id": "sha256:1", "Created": 7},
        {"RepoTags": ["shop/api:5"], "Id": "sha256:2"},
        {"Id": "sha256:3"},
    ]
    assert [*retention._tagged("shop", listed)] == [
        Tagged("api", "1", "sha256:1", 7),
        Tagged("a/b", "2", "sha256:1", 7),
        Tagged("api", "5", "sha256:2", 0),
    ]


def test_builds_of_the_same_moment_are_in_the_order_of_their_tags() -> None:
    """So that a second look says the same; each is removed for what it is."""
    images = tuple(Tagged("api", tag, f"sha256:{tag}", 5) for tag in ("ccc", "aaa", "bbb"))
    assert retention.select("shop", images, NOTHING, 1) == (
        retention.Outdated("shop/api:bbb", "not of the last 1 builds"),
        retention.Outdated("shop/api:ccc", "not of the last 1 builds"),
    )
