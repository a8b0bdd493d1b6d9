"""A promotion or a rollback that was killed: completed, or taken back where it is not sure."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import to_builtins

from dockgate.env import release_pointer
from dockgate.env.release_pointer import Pointer
from dockgate.release.promotion import recovery
from dockgate.system import audit, marks

if TYPE_CHECKING:
    from tests.unit.release.promotion.shop import Shop

OLD, NEW = (
    Pointer("1.0.0", "sha256:1", "now", {"A": "a:1"}),
    Pointer("1.1.0", "sha256:2", "now", {"A": "a:2"}, ("1.0.0",)),
)
FILE = "env/staging.release.toml"


def killed(shop: Shop, action: str, **facts: Pointer) -> None:
    """Leave what a command leaves that was killed in its work."""
    intent = {name: to_builtins(each) for name, each in facts.items()}
    with suppress(KeyboardInterrupt), marks.marked(shop.project, FILE, action, action, **intent):
        raise KeyboardInterrupt


def settled(shop: Shop) -> list[str]:
    """Settle; return what was said, without who began it; then nothing is left to settle."""
    said = recovery.settle(shop.project, "staging")
    assert (recovery.settle(shop.project, "staging"), marks.left(shop.project)) == ((), ())
    return [line.partition(", was not finished: ")[2] for line in said]


def test_a_promotion_that_wrote_its_pointer_is_one(shop: Shop) -> None:
    """Its line in the audit log is made up for."""
    killed(shop, "promote", after=NEW)
    release_pointer.write(shop.root, "staging", NEW)
    assert settled(shop) == ["1.1.0 is promoted, which is now in the audit log"]
    *_, line = audit.lines(shop.project)
    facts = ("action", "result", "environment", "version", "manifest")
    assert tuple(line[fact] for fact in facts) == ("promote", "done", "staging", "1.1.0", "sha256:2")


def test_a_promotion_that_wrote_nothing_changed_nothing(shop: Shop) -> None:
    before = [*audit.lines(shop.project)]
    killed(shop, "promote", after=NEW)
    release_pointer.write(shop.root, "staging", OLD)
    assert settled(shop) == ["it had changed nothing"]
    assert [*audit.lines(shop.project)] == before


def test_a_rollback_is_taken_back(shop: Shop) -> None:
    """What it went to may never have come up."""
    killed(shop, "rollback", before=NEW, after=OLD)
    release_pointer.write(shop.root, "staging", OLD)
    again = "inv rollback --env=staging --to=1.0.0 repeats it"
    assert settled(shop) == [f"{FILE} names 1.1.0 again; {again}"]
    assert release_pointer.read(shop.root, "staging") == NEW


def test_a_rollback_that_was_taken_back_is_only_said(shop: Shop) -> None:
    """By the command itself, before it was killed."""
    killed(shop, "rollback", before=NEW, after=OLD)
    release_pointer.write(shop.root, "staging", NEW)
    assert settled(shop) == [f"{FILE} is as it was before"]
    assert release_pointer.read(shop.root, "staging") == NEW
