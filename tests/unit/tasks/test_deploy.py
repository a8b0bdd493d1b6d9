"""The task that deploys, on a shop that is really released, with a made-up swarm."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.plan import Plan, Step
from dockgate.env import release_pointer
from dockgate.release import ship as shipping
from dockgate.release.ship import Sent
from dockgate.stack import runtimes, up
from dockgate.stack.runtimes.protocol import Traits
from dockgate.system import audit
from dockgate.tasks import deploy as tasks
from dockgate.tasks import setup
from tests.unit.release import releasing
from tests.unit.tasks.test_release import Shop, promote, release

if TYPE_CHECKING:
    from pathlib import Path

STEPS = Plan((Step("update", "api", "image a → b; start-first"),))


class Runtime:
    """Where the shop runs: several engines."""

    traits = Traits(command="deploy", secret_files=False, pulls=True, nodes=True)
    watch = 0.0

    def exclusive(self, *_: object) -> Any:
        return nullcontext()

    def engines(self) -> tuple[()]:
        return ()

    def notes(self, _: object) -> tuple[str, ...]:
        return ("api: restart: none is written",)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shop:
    """Return the shop with a release, on a swarm."""
    made = Shop(tmp_path, monkeypatch, capsys)
    release(made)
    runtime = Runtime()

    def ready(_: Any, target: Any, *__: Any, **___: Any) -> Any:
        return SimpleNamespace(target=target, composition=SimpleNamespace(model=None))

    def bring_up(_: object, prepared: Any, order: Any) -> Any:
        made.ups.append("up")
        order.check(())
        failures = tuple(SimpleNamespace(service=name) for name in made.failed)
        outcome = SimpleNamespace(failed=made.failed, failures=failures)
        return SimpleNamespace(
            outcome=outcome,
            containers=(),
            prepared=prepared,
            plan=STEPS,
            seconds=1.0,
            as_json=lambda: {"changed": True},
            remains=lambda: "api: the one before serves now",
        )

    monkeypatch.setattr(runtimes, "of", lambda *_: runtime)
    monkeypatch.setattr(setup, "ready", lambda *words, **flags: (ready(*words, **flags), 0.0))
    monkeypatch.setattr(setup, "preview", ready)
    monkeypatch.setattr(up, "plan", lambda *_: (None, STEPS))
    monkeypatch.setattr(up, "up", bring_up)
    return made


def deploy(shop: Shop, code: int = 0, **flags: Any) -> Any:
    given = {
        "env": "staging",
        "version": "",
        "reason": "",
        "ship": False,
        "timeout": 1,
        "lock_wait": 0,
        "dry_run": False,
    }
    return shop.run(tasks.deploy, code, **{**given, **flags})


def pointed(shop: Shop) -> str:
    found = release_pointer.read(shop.project.root, "staging")
    return found.version if found else ""


def test_a_version_is_verified_deployed_and_then_the_promoted_one(shop: Shop) -> None:
    document = deploy(shop, version="0.1.1")
    assert (document["version"], document["changed"]) == ("0.1.1", True)
    assert pointed(shop) == "0.1.1"
    assert "staging is promoted to 0.1.1; next: commit env/staging.release.toml" in shop.said
    assert "update api (image a → b; start-first)" in shop.said
    done = [(line["action"], line["result"]) for line in audit.lines(shop.project)]
    assert done[-2:] == [("up", "healthy"), ("promote", "done")]


def test_a_failed_one_leaves_the_environment_pointed_where_it_was(shop: Shop) -> None:
    """The services are what they were before, and so is the file that names the release."""
    shop.failed = ("api",)
    error = deploy(shop, 5, version="0.1.1")
    assert "0.1.1 was not deployed, every service is as it was before: api failed" in shop.said + str(error)
    assert pointed(shop) == ""


def test_a_dry_run_shows_what_would_change_and_what_is_read_otherwise(shop: Shop) -> None:
    document = deploy(shop, version="0.1.1", dry_run=True)
    assert document["steps"] == [step.as_json() for step in STEPS.steps]
    assert document["notes"] == ["api: restart: none is written"]
    assert shop.ups == []
    assert pointed(shop) == ""


def test_without_a_release_there_is_nothing_to_deploy(shop: Shop) -> None:
    deploy(shop, 2)
    assert shop.ups == []


def test_what_was_promoted_needs_no_version(shop: Shop) -> None:
    promote(shop, "0.1.1")
    assert deploy(shop)["version"] == "0.1.1"


def test_prod_takes_only_what_ran_in_staging(shop: Shop) -> None:
    deploy(shop, 3, env="prod", version="0.1.1")
    assert shop.ups == []
    deploy(shop, version="0.1.1")
    assert deploy(shop, env="prod", version="0.1.1")["version"] == "0.1.1"


def test_ship_sends_to_every_node_and_says_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipping, "ship", lambda *_: (Sent("node1", 2, 3_000_000),))
    deploy(shop, version="0.1.1", ship=True)
    assert "node1: sent 2 images, 3.0 MB" in shop.said


def test_an_environment_on_one_engine_is_not_deployed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Runtime, "traits", Traits())
    deploy(shop, 2, version="0.1.1")
    assert "staging runs on compose: inv deploy is not for it" in shop.said or shop.ups == []
    assert releasing.git(shop.project.root, "status", "--porcelain") == ""
