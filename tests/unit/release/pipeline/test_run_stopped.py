"""How a release that stops says why, and what it leaves: the audit log, the journal, the way on."""

from __future__ import annotations

from functools import partial

import pytest

from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.release.artifact import verify
from dockgate.release.pipeline import journal, release_context, run
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.system import audit
from tests.unit.release.pipeline.shop import STARTED, Shop
from tests.unit.release.releasing import git


def test_what_stopped_a_release_is_said_and_the_next_run_goes_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk with its file, an error of ours in its first line, an interruption by its name."""

    def fail(error: BaseException, *_: object) -> None:
        raise error

    fix = "make room or put it right; inv release then goes on where it stopped"
    for error, kind, what, result in (
        (
            OSError(28, "No space left on device", "manifest.json"),
            ToolFailedError,
            f"No space left on device: manifest.json\n  → {fix}",
            ("failed", "[Errno 28] No space left on device: 'manifest.json'"),
        ),
        (OSError("broken"), ToolFailedError, f"broken\n  → {fix}", ("failed", "broken")),
        (ToolFailedError("no\nlog", fix="look"), ToolFailedError, "no\nlog\n  → look", ("failed", "no")),
        (KeyboardInterrupt(), KeyboardInterrupt, "", ("interrupted", "KeyboardInterrupt")),
        (RuntimeError("a bug"), RuntimeError, "a bug", ("interrupted", "a bug")),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(shop.store, "save", partial(fail, error))
            with pytest.raises(kind) as caught:
                shop.release()
        assert str(caught.value) == what
        *_, line = audit.lines(shop.project)
        facts = ("action", "version", "result", "why")
        assert tuple(line[fact] for fact in facts) == ("release", "0.1.1", *result)
    assert shop.release().version == "0.1.1"


def test_a_release_that_does_not_verify_says_how_it_is_taken_back(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tagged by then, and its journal stays."""
    head = git(shop.root, "rev-parse", "HEAD")
    with monkeypatch.context() as patch:
        patch.setattr(shop.store, "digests", lambda names: dict.fromkeys(names, ""))
        patch.setattr(verify, "_verdict", lambda _: verify.Check("verdict", ok=False, detail="too old"))
        with pytest.raises(FindingsError) as caught:
            shop.release()
    assert str(caught.value) == (
        "release 0.1.1 does not verify: verdict: too old\n"
        f"  → git tag -d v0.1.1; git reset --keep {head[:12]}; then inv release --restart makes it anew"
    )
    left = journal.load(release_context.journal_path(shop.project))
    assert left
    assert {**left.inputs, "started": ""} == {"version": "0.1.1", "base": head, "started": "", "registry": ""}


def test_plan_says_what_is_done_and_what_is_not(shop: Shop) -> None:
    """Plan says what is done and what is not."""
    shop.work.blocked = True
    with pytest.raises(FindingsError):
        shop.release()
    made, left = run.begin(shop.project, ReleaseRequest(), shop.work, shop.store)
    assert [step.cause for step in run.plan(made, left).steps] == [
        *["done before the interruption"] * 4,
        *["not done yet"] * 7,
    ]
    [line] = left.unfinished()
    assert line == (
        f"the release of 0.1.1, begun {STARTED}, was not finished; done: guard, lint, commit, build; "
        "inv release goes on with it"
    )
    assert journal.Journal(left.path, left.inputs).unfinished() == ()
