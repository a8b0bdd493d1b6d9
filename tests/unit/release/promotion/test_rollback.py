"""Rollback: where it goes, what it refuses, and what it leaves when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError, FindingsError, ToolFailedError
from dockgate.env import release_pointer
from dockgate.release.artifact import manifest
from dockgate.release.promotion import rollback
from dockgate.system import audit
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
        assert ("release a fix forward" in found) is instead
    assert rollback.hindrance(shop.project, "staging", "9.9.9", serving) == ""
    shown: list[RollbackResult] = []
    stack = rollback.LiveStack(ready(lambda: None), lambda: serving)
    rollback.rollback(shop.project, "staging", "", shop.store, stack, shown.append)
    assert (shown[0].version, shop.runs("staging")) == ("0.1.2", "0.1.2")


def test_rollback_without_a_release_before_is_an_error(shop: Shop) -> None:
    """Rollback without a release before is an error."""
    with pytest.raises(ConfigError):
        back_to(shop, "", ready(lambda: None))
    shop.promote("staging", "0.1.1")
    with pytest.raises(ConfigError):
        back_to(shop, "", ready(lambda: None))
