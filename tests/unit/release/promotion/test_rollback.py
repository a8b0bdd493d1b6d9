"""Rollback: where it goes, what it refuses, and what it leaves when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError, FindingsError, ToolFailedError
from dockgate.env import release_pointer
from dockgate.release.artifact import manifest
from dockgate.release.promotion import promote, recovery, rollback
from dockgate.system import audit, marks
from tests.unit.release import releasing

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockgate.env.release_pointer import Pointer
    from dockgate.release.promotion.rollback import RollbackResult
    from tests.unit.release.promotion.shop import Shop


def ready(up: Callable[[], object]) -> Callable[[Pointer], Callable[[], None]]:
    """Return a look that finds nothing wrong, and then brings up."""
    return lambda _pointer: lambda: (up(), None)[1]


def back_to(shop: Shop, wanted: str, look: Callable[[Pointer], Callable[[], None]]) -> RollbackResult:
    """Roll staging back, and return what is shown in the end."""
    shown: list[RollbackResult] = []
    rollback.rollback(shop.project, "staging", wanted, shop.store, rollback.LiveStack(look), shown.append)
    (result,) = shown
    return result


def recorded(shop: Shop) -> dict[str, object]:
    """Return what the audit log has of the last action, a rollback, without when and by whom."""
    *_, last = audit.lines(shop.project)
    assert last.pop("action") == "rollback"
    return {name: value for name, value in last.items() if name not in {"time", "user", "host"}}


def test_rollback_goes_to_what_ran_before(shop: Shop) -> None:
    """Rollback goes to what ran before."""
    shop.promote("staging", "0.1.1")
    shop.promote("staging", "0.1.2")
    before = release_pointer.read(shop.root, "staging")
    seen: list[tuple[str, str, str, recovery.Rollback]] = []

    def up() -> None:
        [mark] = marks.left(shop.project)
        seen.append(
            (
                shop.runs("staging"),
                f"{mark.action} {mark.by.message}",
                mark.subject,
                marks.facts(mark, recovery.Rollback),
            )
        )

    result = back_to(shop, "", ready(up))
    after = release_pointer.read(shop.root, "staging")
    assert result.as_json() == {"environment": "staging", "from": "0.1.2", "version": "0.1.1"}
    assert before
    assert after
    assert seen == [
        (
            "0.1.1",
            "rollback rollback --env=staging to 0.1.1",
            "env/staging.release.toml",
            recovery.Rollback(before, after),
        )
    ]
    found = manifest.load(shop.root, "0.1.1")[0]
    assert after == replace(promote.pointing(found, (), "rollback from 0.1.2"), since=after.since)
    assert recorded(shop) == {"result": "done", "environment": "staging", "version": "0.1.1", "left": "0.1.2"}
    assert marks.left(shop.project) == ()


def test_second_rollback_goes_further_back_and_not_to_what_was_left(shop: Shop) -> None:
    """Who rolls back twice wants neither release; after the last one there is nothing."""
    releasing.change(shop.root, "three")
    shop.release()
    for number in ("0.1.1", "0.1.2", "0.1.3"):
        shop.promote("staging", number)
    with pytest.raises(ConfigError) as same:
        back_to(shop, "0.1.3", ready(lambda: None))
    assert same.value.what == "staging runs 0.1.3; before it ran: 0.1.2, 0.1.1"
    for expected in ("0.1.2", "0.1.1"):
        result = back_to(shop, "", ready(lambda: None))
        assert (result.version, shop.runs("staging")) == (expected, expected)
    with pytest.raises(ConfigError) as caught:
        back_to(shop, "", ready(lambda: None))
    assert str(caught.value) == "staging runs 0.1.1; before it ran: none\n  → --to=VERSION names another"


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


@pytest.mark.parametrize(
    ("said", "what", "fix"),
    [
        (
            "api is unhealthy\nits log",
            "0.1.1 did not become healthy, 0.1.2 runs again: api is unhealthy\nits log",
            "inv logs shows more",
        ),
        (
            "down",
            "0.1.1 did not become healthy (down), and 0.1.2 did not come back: down",
            "inv logs shows why; the data volumes are untouched",
        ),
    ],
)
def test_rollback_that_does_not_become_healthy_returns(shop: Shop, said: str, what: str, fix: str) -> None:
    """And says so, and whether what ran before came back."""
    shop.promote("staging", "0.1.1")
    shop.promote("staging", "0.1.2")
    seen: list[str] = []

    def up() -> None:
        seen.append(shop.runs("staging"))
        if seen[-1] == "0.1.1" or said == "down":
            raise ToolFailedError(said, fix="inv logs shows more")

    with pytest.raises(ToolFailedError) as caught:
        back_to(shop, "", ready(up))
    assert (caught.value.what, caught.value.fix) == (what, fix)
    assert seen == ["0.1.1", "0.1.2"]
    assert shop.runs("staging") == "0.1.2"
    facts = {"environment": "staging", "version": "0.1.1", "left": "0.1.2"}
    assert recorded(shop) == {"result": "reverted", **facts, "why": said.partition("\n")[0]}
    assert marks.left(shop.project) == ()


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

    with pytest.raises(FindingsError, match=r"DG404 \(nothing was changed\)"):
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
    assert (recorded(shop)["result"], recorded(shop)["why"], marks.left(shop.project)) == ("reverted", "", ())


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


def test_rollback_to_what_serves_is_allowed_though_a_destructive_migration_failed(shop: Shop) -> None:
    """Nothing of the release that is left ever ran: `up` advises it, so it has to be possible."""
    (shop.root / "migrations/0002_drop.sql").write_text("ALTER TABLE accounts DROP COLUMN id;\n")
    releasing.change(shop.root, "drop")
    shop.release()
    shop.promote("staging", "0.1.2")
    serving = {*manifest.load(shop.root, "0.1.2")[0].variables().values()}
    shop.promote("staging", "0.1.3")
    newer = {*manifest.load(shop.root, "0.1.3")[0].variables().values()}
    for running, instead in ((newer, True), (serving | newer, True), (set[str](), True), (serving, False)):
        found = rollback.hindrance(shop.project, "staging", "0.1.2", running)
        fix = "restore the backup made before it, or release a fix forward: inv release --bump=patch"
        assert found == (fix if instead else "")
    assert rollback.hindrance(shop.project, "staging", "9.9.9", serving) == ""
    shown: list[RollbackResult] = []
    stack = rollback.LiveStack(ready(lambda: None), lambda: serving)
    rollback.rollback(shop.project, "staging", "", shop.store, stack, shown.append)
    assert (shown[0].version, shop.runs("staging")) == ("0.1.2", "0.1.2")


def test_rollback_without_a_release_before_is_an_error(shop: Shop) -> None:
    """Rollback without a release before is an error."""
    with pytest.raises(ConfigError) as caught:
        back_to(shop, "", ready(lambda: None))
    assert str(caught.value) == (
        "env/staging.release.toml: nothing was promoted to staging, so there is nothing to go back to\n"
        "  → inv promote --to=staging --version=VERSION"
    )
    shop.promote("staging", "0.1.1")
    with pytest.raises(ConfigError, match=r"staging runs 0\.1\.1; before it ran: none"):
        back_to(shop, "", ready(lambda: None))
