"""Promotion and rollback, on releases that were really made and signed."""

from __future__ import annotations

import copy
import shutil
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core import project
from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ConfigError, FindingsError, ToolFailedError
from dockgate.core.target import Target
from dockgate.env import release_pointer
from dockgate.release.artifact import layout, manifest, unsigned
from dockgate.release.pipeline import run
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.release.promotion import promote, promoted, rollback
from dockgate.situation import Situation
from dockgate.system import audit
from tests.unit.release import releasing
from tests.unit.release.releasing import FakeStore, FakeWork

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.env.release_pointer import Pointer
    from dockgate.release.promotion.promoted import Promotion
    from dockgate.release.promotion.rollback import RollbackResult


def promotion(project: Project, environment: str) -> Promotion | None:
    """Return what an environment's pointer names now, verified."""
    return promoted.load(project, environment, release_pointer.read(project.root, environment))


def ready(up: Callable[[], object]) -> Callable[[Pointer], Callable[[], None]]:
    """Return a look that finds nothing wrong, and then brings up."""
    return lambda _pointer: lambda: (up(), None)[1]


class Shop:
    """A project with two releases, 0.1.1 and 0.1.2."""

    def __init__(self, tmp: Path) -> None:
        self.root = tmp / "shop"
        self.project: Project = releasing.shop(self.root, tmp / "home")
        self.store = FakeStore()
        self.release()
        releasing.change(self.root, "a button")
        self.release()

    def release(self) -> None:
        work = FakeWork(self.store, self.root)
        run.run(*run.begin(self.project, ReleaseRequest(), work, self.store), lambda *_: None)

    def promote(self, environment: str, number: str, reason: str = "") -> release_pointer.Pointer:
        return promote.promote(self.project, environment, number, self.store, reason=reason)

    def runs(self, environment: str) -> str:
        found = promotion(self.project, environment)
        return found.version if found else ""

    def up(self, environment: str, instance: str = "", *, healthy: bool = True) -> None:
        target = Target("", "shop", self.project.environment(environment), instance, Endpoint("unix:///x", "default"))
        promoted.record_up(Situation(self.project), target, healthy=healthy)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Make the two releases once: a second of git, that every test starts from a copy of."""
    folder = tmp_path_factory.mktemp("released")
    (folder / "home").mkdir()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HOME", str(folder / "home"))
        return Shop(folder)


@pytest.fixture
def shop(released: Shop, tmp_path: Path) -> Shop:
    mine = Shop.__new__(Shop)
    mine.root, mine.store = tmp_path / "shop", copy.deepcopy(released.store)
    for name in ("shop", "home"):
        shutil.copytree(released.root.parent / name, tmp_path / name, dirs_exist_ok=True, symlinks=True)
    mine.project = project.load(mine.root, {**released.project.process, "HOME": str(tmp_path / "home")})
    return mine


def test_environment_without_a_promotion_runs_none(shop: Shop) -> None:
    """Environment without a promotion runs none."""
    assert promotion(shop.project, "prod") is None


def test_promotion_points_at_the_digests_and_the_version(shop: Shop) -> None:
    """Promotion points at the digests and the version."""
    shop.promote("staging", "0.1.1")
    found = promotion(shop.project, "staging")
    assert found is not None
    assert found.variables == {
        "API_IMAGE": f"shop/api:0.1.1@{shop.store.images['shop/api:0.1.1']}",
        "POSTGRES_IMAGE": f"shop/postgres:0.1.1@{shop.store.images['shop/postgres:0.1.1']}",
        "APP_VERSION": "0.1.1",
    }


def test_prod_takes_only_what_ran_healthy_in_staging(shop: Shop) -> None:
    """Prod takes only what ran healthy in staging."""
    with pytest.raises(FindingsError, match="staging"):
        shop.promote("prod", "0.1.1")
    shop.promote("staging", "0.1.1")
    shop.up("staging", healthy=False)
    shop.up("staging", "a-test-of-somebody")
    with pytest.raises(FindingsError):
        shop.promote("prod", "0.1.1")
    shop.up("staging")
    shop.promote("prod", "0.1.1")
    assert shop.runs("prod") == "0.1.1"
    with pytest.raises(FindingsError):
        shop.promote("prod", "0.1.2")  # another release than the one that ran


@pytest.mark.parametrize(("runtime", "up"), [("compose", "up"), ("swarm", "deploy")])
def test_what_has_to_run_before_is_named_with_the_command_of_its_runtime(shop: Shop, runtime: str, up: str) -> None:
    staging = replace(shop.project.environment("staging"), runtime=runtime)
    shop.project = replace(shop.project, environments={**shop.project.environments, "staging": staging})
    with pytest.raises(FindingsError) as caught:
        shop.promote("prod", "0.1.1")
    assert caught.value.fix.startswith(f"inv promote --to=staging --version=0.1.1, inv {up} --env=staging; or ")


def test_engine_is_asked_once_about_each_image(shop: Shop) -> None:
    """Verifying and refusing rest on the same answer."""
    shop.store.asked.clear()
    shop.promote("staging", "0.1.1")
    assert shop.store.asked == [["shop/api:0.1.1", "shop/postgres:0.1.1"]]


def test_reason_lets_a_release_skip_staging_and_is_kept(shop: Shop) -> None:
    """Reason lets a release skip staging and is kept."""
    assert shop.promote("prod", "0.1.2", reason="incident 7").reason == "incident 7"
    read = release_pointer.read(shop.root, "prod")
    assert read is not None
    assert read.reason == "incident 7"


def test_release_whose_images_are_not_here_says_how_to_load_them(shop: Shop, tmp_path: Path) -> None:
    """Release whose images are not here says how to load them."""
    shop.store.images.clear()
    with pytest.raises(ToolFailedError) as caught:
        shop.promote("staging", "0.1.1")
    assert "releases.load" in caught.value.fix
    names = unsigned.names(manifest.load(shop.root, "0.1.1")[0])
    layout.archive(manifest.folder(shop.root, "0.1.1") / "oci", tmp_path / "load.tar", names)
    shop.store.load(tmp_path / "load.tar")
    shop.promote("staging", "0.1.1")


def test_tampering_is_caught_by_promote_and_by_up(shop: Shop) -> None:
    """Tampering is caught by promote and by up."""
    shop.promote("staging", "0.1.1")
    path = shop.root / release_pointer.file("staging")
    kept = path.read_text()
    other = shop.store.images["shop/api:0.1.2"]
    path.write_text(kept.replace(shop.store.images["shop/api:0.1.1"], other))
    with pytest.raises(FindingsError, match="other images"):
        promotion(shop.project, "staging")
    path.write_text(kept)
    signed = shop.root / "releases/0.1.1/manifest.json"
    signed.write_text(signed.read_text().replace("0.1.1", "0.1.3", 1))
    with pytest.raises(FindingsError):
        promotion(shop.project, "staging")
    with pytest.raises(FindingsError):
        shop.promote("staging", "0.1.1")


def test_signed_manifest_of_another_release_is_not_taken_for_this_one(shop: Shop) -> None:
    """Signed manifest of another release is not taken for this one."""
    for name in (manifest.NAME, manifest.SIGNATURE):
        (shop.root / "releases/0.1.2" / name).write_bytes((shop.root / "releases/0.1.1" / name).read_bytes())
    with pytest.raises(FindingsError, match=r"is that of 0\.1\.1"):
        shop.promote("staging", "0.1.2")


def test_tag_that_was_moved_on_the_engine_is_caught(shop: Shop) -> None:
    """Tag that was moved on the engine is caught."""
    shop.store.images["shop/api:0.1.1"] = shop.store.images["shop/api:0.1.2"]
    with pytest.raises(FindingsError, match="engine api"):
        shop.promote("staging", "0.1.1")


def back_to(shop: Shop, wanted: str, look: Callable[[Pointer], Callable[[], None]]) -> RollbackResult:
    """Roll staging back, and return what is shown in the end."""
    shown: list[RollbackResult] = []
    rollback.rollback(shop.project, "staging", wanted, shop.store, look, shown.append)
    (result,) = shown
    return result


def test_rollback_goes_to_what_ran_before(shop: Shop) -> None:
    """Rollback goes to what ran before."""
    shop.promote("staging", "0.1.1")
    shop.promote("staging", "0.1.2")
    seen: list[str] = []
    look = ready(lambda: seen.append(shop.runs("staging")))
    result = back_to(shop, "", look)
    assert (result.left, result.version, seen, shop.runs("staging")) == ("0.1.2", "0.1.1", ["0.1.1"], "0.1.1")
    last = [*audit.lines(shop.project)][-1]
    assert (last["action"], last["result"], last["left"]) == ("rollback", "done", "0.1.2")


def test_second_rollback_goes_further_back_and_not_to_what_was_left(shop: Shop) -> None:
    """Who rolls back twice wants neither release; after the last one there is nothing."""
    releasing.change(shop.root, "three")
    shop.release()
    for number in ("0.1.1", "0.1.2", "0.1.3"):
        shop.promote("staging", number)
    for expected in ("0.1.2", "0.1.1"):
        result = back_to(shop, "", ready(lambda: None))
        assert (result.version, shop.runs("staging")) == (expected, expected)
    with pytest.raises(ConfigError, match="before it ran: none"):
        back_to(shop, "", ready(lambda: None))


def test_rollback_to_a_named_release_leaves_out_what_was_between(shop: Shop) -> None:
    """History ends up with what ran before the release that was gone back to."""
    releasing.change(shop.root, "three")
    shop.release()
    for number in ("0.1.1", "0.1.2", "0.1.3"):
        shop.promote("staging", number)
    back_to(shop, "0.1.1", ready(lambda: None))
    pointer = release_pointer.read(shop.root, "staging")
    assert pointer is not None
    assert (pointer.version, pointer.history, pointer.reason) == ("0.1.1", (), "rollback from 0.1.3")


def test_rollback_that_does_not_become_healthy_returns(shop: Shop) -> None:
    """Rollback that does not become healthy returns."""
    shop.promote("staging", "0.1.1")
    shop.promote("staging", "0.1.2")
    seen: list[str] = []

    def up() -> None:
        seen.append(shop.runs("staging"))
        if seen[-1] == "0.1.1":
            raise ToolFailedError("api is unhealthy")

    with pytest.raises(ToolFailedError, match=r"0\.1\.2 runs again"):
        back_to(shop, "", ready(up))
    assert seen == ["0.1.1", "0.1.2"]
    assert shop.runs("staging") == "0.1.2"


def test_rollback_that_is_refused_changes_nothing_and_keeps_its_exit_code(shop: Shop) -> None:
    """A file that is not committed, a release that is not loaded: the pointer was never touched, nothing came up."""
    shop.promote("staging", "0.1.1")
    shop.promote("staging", "0.1.2")
    written = (shop.root / release_pointer.file("staging")).read_bytes()
    looked: list[str] = []

    def look(pointer: Pointer) -> Callable[[], None]:
        looked.append(pointer.version)
        assert shop.runs("staging") == "0.1.2"
        raise FindingsError("DG404")

    with pytest.raises(FindingsError, match=r"DG404 \(nothing was changed: 0\.1\.2 still runs\)"):
        back_to(shop, "", look)
    assert looked == ["0.1.1"]
    assert (shop.root / release_pointer.file("staging")).read_bytes() == written


def test_rollback_interrupted_by_hand_leaves_the_pointer_on_what_ran(shop: Shop) -> None:
    """Rollback interrupted by hand leaves the pointer on what ran."""
    shop.promote("staging", "0.1.1")
    shop.promote("staging", "0.1.2")

    def up() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_to(shop, "", ready(up))
    assert shop.runs("staging") == "0.1.2"


def test_rollback_below_a_destructive_migration_is_refused(shop: Shop) -> None:
    """Rollback below a destructive migration is refused."""
    (shop.root / "migrations/0002_drop.sql").write_text("ALTER TABLE accounts DROP COLUMN id;\n")
    releasing.change(shop.root, "drop")
    shop.release()
    shop.promote("staging", "0.1.2")
    shop.promote("staging", "0.1.3")
    for back in (
        lambda: back_to(shop, "", ready(lambda: None)),
        lambda: shop.promote("staging", "0.1.2"),
    ):
        with pytest.raises(FindingsError, match="0002_drop"):
            back()
    assert shop.runs("staging") == "0.1.3"


def test_rollback_without_a_release_before_is_an_error(shop: Shop) -> None:
    """Rollback without a release before is an error."""
    with pytest.raises(ConfigError):
        back_to(shop, "", ready(lambda: None))
    shop.promote("staging", "0.1.1")
    with pytest.raises(ConfigError):
        back_to(shop, "", ready(lambda: None))


def test_an_older_release_wants_a_reason(shop: Shop) -> None:
    """It may lack a fix; the same release again, and a newer one, do not."""
    shop.promote("staging", "0.1.2")
    with pytest.raises(FindingsError, match=r"0\.1\.1 is older than 0\.1\.2, which staging is promoted to"):
        shop.promote("staging", "0.1.1")
    pointer = release_pointer.read(shop.root, "staging")
    assert pointer is not None
    assert pointer.version == "0.1.2"
    shop.promote("staging", "0.1.2")
    assert shop.promote("staging", "0.1.1", reason="incident 8").reason == "incident 8"


def test_history_is_latest_first_and_without_repetition(shop: Shop) -> None:
    """History is latest first and without repetition."""
    for number in ("0.1.1", "0.1.2", "0.1.1", "0.1.1"):
        shop.promote("staging", number, reason="a test")
    pointer = release_pointer.read(shop.root, "staging")
    assert pointer is not None
    assert (pointer.version, pointer.history) == ("0.1.1", ("0.1.2",))


def test_releases_are_listed_with_where_they_run(shop: Shop) -> None:
    """Releases are listed with where they run."""
    shop.promote("staging", "0.1.2")
    assert [(entry["version"], entry["environments"]) for entry in promoted.listed(shop.project)] == [
        ("0.1.1", []),
        ("0.1.2", ["staging"]),
    ]


def test_damaged_pointer_is_an_error_not_no_promotion(shop: Shop) -> None:
    """Damaged pointer is an error not no promotion."""
    (shop.root / release_pointer.file("prod")).parent.mkdir(exist_ok=True)
    (shop.root / release_pointer.file("prod")).write_text("version = ")
    with pytest.raises(ConfigError):
        promotion(shop.project, "prod")
