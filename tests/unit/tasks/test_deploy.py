"""The task that deploys, on a shop that is really released, with a made-up swarm."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import endpoint
from dockgate.core.plan import Plan
from dockgate.env import release_pointer
from dockgate.release import ship as shipping
from dockgate.release.promotion import promoted
from dockgate.release.ship import Sent
from dockgate.stack import addresses, runtimes, up
from dockgate.stack.runtimes.protocol import Traits
from dockgate.system import audit, marks
from dockgate.tasks import deploy as tasks
from dockgate.tasks import setup
from tests.unit.release import releasing
from tests.unit.tasks.deploying import MODEL, STEPS, Address, Failure, Runtime
from tests.unit.tasks.test_release import Shop, promote, release

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.release.artifact.manifest import Manifest


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shop:
    """Return the shop with a release, on a swarm."""
    made = Shop(tmp_path, monkeypatch, capsys)
    release(made)
    runtime = Runtime()

    def ready(_: Any, target: Any, profiles: tuple[str, ...], **flags: bool) -> Any:
        assert (profiles, flags) in (((), {"build": False, "present": False}), ((), {"present": False}))
        return SimpleNamespace(target=target, composition=SimpleNamespace(model=MODEL))

    def bring_up(given: object, prepared: Any, order: Any) -> Any:
        assert given is runtime
        made.ups.extend(mark.action for mark in marks.left(made.project))
        runtime.orders.append(order)
        order.check(())
        failures = tuple(Failure(name) for name in made.failed)
        outcome = SimpleNamespace(failed=made.failed, failures=failures)
        return SimpleNamespace(
            outcome=outcome,
            containers=(),
            prepared=prepared,
            plan=runtime.plan,
            seconds=1.0,
            as_json=lambda: {"changed": True},
            remains=lambda: "api: the one before serves now",
        )

    def shown(containers: object, model: object) -> list[Address]:
        assert (containers, model) == ((), MODEL)
        return [Address("api", "https://shop.example")]

    monkeypatch.setattr(runtimes, "of", lambda *_: runtime)
    monkeypatch.setattr(setup, "ready", lambda *words, **flags: (ready(*words, **flags), 0.0))
    monkeypatch.setattr(setup, "preview", ready)
    monkeypatch.setattr(up, "plan", lambda given, _: (None, given.plan))
    monkeypatch.setattr(Runtime, "orders", [])
    monkeypatch.setattr(addresses, "addresses", shown)
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


def target(shop: Shop, name: str = "staging") -> str:
    where = endpoint.find(shop.project.process)
    files = f"compose/base.yaml compose/{name}.yaml"
    note = " · unreleased build" if name == "prod" else ""
    return f"environment {name} · project shop-{name} · endpoint {where} · files {files}{note}\n"


def test_a_version_is_verified_deployed_and_then_the_promoted_one(shop: Shop) -> None:
    """Each node is watched for a while, and asked for the version."""
    document = deploy(shop, version="0.1.1")
    assert document == {"changed": True, "version": "0.1.1"}
    assert pointed(shop) == "0.1.1"
    assert shop.said == (
        f"{target(shop)}api: restart: none is written\nupdate api (image a → b; start-first)\n"
        "staging is promoted to 0.1.1; next: commit env/staging.release.toml\n0.1.1 runs on staging, 1.0 s\n"
    )
    done = [(line["action"], line["result"]) for line in audit.lines(shop.project)]
    assert done[-2:] == [("up", "healthy"), ("promote", "done")]
    facts = {"DOCKGATE_VERSION": "0.1.1"}
    around = [("before-up", "staging", facts, "deploy 0.1.1"), ("after-up", "staging", facts, "")]
    assert (shop.hooked[-2:], shop.ups) == (around, ["deploy"])
    [order] = Runtime.orders
    assert None not in (order.check, order.listener, order.fetching, order.warn)
    assert (order.services, order.timeout, order.fetch, order.watch) == ((), 1.0, False, 7.0)


def test_what_runs_already_is_said_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """With where it answers; the pointer stays as it is."""
    deploy(shop, version="0.1.1")
    before = release_pointer.read(shop.project.root, "staging")
    monkeypatch.setattr(Runtime, "plan", Plan())
    shop.capsys.readouterr()
    flags = {"reason": "", "ship": False, "timeout": 1, "lock_wait": 0}
    tasks.deploy.body(object(), json=False, env="staging", version="0.1.1", dry_run=False, **flags)
    said = shop.capsys.readouterr()
    assert said.out == "api  https://shop.example\n"
    assert said.err.splitlines()[1:] == [
        "api: restart: none is written",
        "nothing to change; 0.1.1 runs on staging, 1.0 s",
    ]
    assert release_pointer.read(shop.project.root, "staging") == before
    tasks.deploy.body(object(), json=False, env="staging", version="", dry_run=True, **flags)
    assert shop.capsys.readouterr().out == "api: restart: none is written\nnothing to change\n"


def test_what_was_begun_before_does_not_matter_any_more(shop: Shop) -> None:
    """Once the whole stack is healthy."""
    deploy(shop, version="0.1.1")
    stack = f"shop-staging on {endpoint.find({}).identity}"
    with suppress(KeyboardInterrupt), marks.marked(shop.project, stack, "restart", "restart"):
        raise KeyboardInterrupt
    deploy(shop)
    assert marks.left(shop.project) == ()
    assert shop.hooked[-2][3] == "deploy"


def test_a_failed_one_leaves_the_environment_pointed_where_it_was(shop: Shop) -> None:
    """The services are what they were before, and so is the file that names the release."""
    shop.failed = ("api", "worker", "api")
    assert deploy(shop, 5, version="0.1.1") == {"changed": True, "version": "0.1.1"}
    assert shop.said.splitlines()[3:] == [
        "api: unhealthy",
        "worker: unhealthy",
        "api: unhealthy",
        "api: the one before serves now",
        "error: 0.1.1 was not deployed, every service is as it was before: api, worker failed",
        "  → inv logs --env=staging shows more",
    ]
    assert pointed(shop) == ""


def test_a_dry_run_shows_what_would_change_and_what_is_read_otherwise(shop: Shop) -> None:
    document = deploy(shop, version="0.1.1", dry_run=True)
    assert document == {
        "environment": "staging",
        "project": "shop-staging",
        "steps": [step.as_json() for step in STEPS.steps],
        "notes": ["api: restart: none is written"],
    }
    assert shop.ups == []
    assert pointed(shop) == ""


def test_without_a_release_there_is_nothing_to_deploy(shop: Shop) -> None:
    error = deploy(shop, 2)["error"]
    assert error["message"] == "no release was promoted to staging (nothing was changed)"
    assert error["fix"] == "inv deploy --env=staging --version=VERSION"
    assert shop.ups == []


def test_what_was_promoted_needs_no_version(shop: Shop) -> None:
    """Named or not, it is not promoted again."""
    promote(shop, "0.1.1")
    since = release_pointer.read(shop.project.root, "staging")
    assert deploy(shop)["version"] == deploy(shop, version="0.1.1")["version"] == "0.1.1"
    assert release_pointer.read(shop.project.root, "staging") == since


def test_prod_takes_only_what_ran_in_staging(shop: Shop) -> None:
    """Unless a reason is given, which is kept."""
    deploy(shop, 3, env="prod", version="0.1.1")
    assert shop.ups == []
    deploy(shop, version="0.1.1")
    assert deploy(shop, env="prod", version="0.1.1", reason="now")["version"] == "0.1.1"
    found = release_pointer.read(shop.project.root, "prod")
    assert found
    assert (found.version, found.reason) == ("0.1.1", "now")


def test_ship_sends_to_every_node_and_says_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the nodes lack; then the engine that is asked has it all."""

    def ship(project: Project, made: Manifest, engines: tuple[str, ...]) -> tuple[Sent, ...]:
        assert (project.root, made.version, engines) == (shop.project.root, "0.1.1", ("node1",))
        return Sent("node1", 2, 3_000_000), Sent("node2", 0, 0)

    real = promoted.load

    def load(project: Project, environment: str, pointer: Any) -> Any:
        assert (environment, pointer.version) == ("staging", "0.1.1")
        return real(project, environment, pointer)

    monkeypatch.setattr(promoted, "load", load)
    monkeypatch.setattr(shipping, "ship", ship)
    shop.store.asked.clear()
    deploy(shop, version="0.1.1", ship=True)
    assert shop.said.splitlines()[3:5] == ["node1: sent 2 images, 3.0 MB", "node2: has all images"]
    assert shop.store.asked == [["shop/api:0.1.1", "shop/postgres:0.1.1"]]
    shop.store.images.clear()
    assert "are not on this engine" in deploy(shop, 5, version="0.1.1")["error"]["message"]


def test_nodes_pull_a_release_that_a_registry_has(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is shipped, and the engine that is asked need not have it."""
    releasing.change(shop.project.root, "more")
    release(shop, registry="localhost:5000")
    monkeypatch.setattr(shipping, "ship", lambda *_: pytest.fail("it is not to be sent"))
    shop.store.images.clear()
    assert deploy(shop, version="0.1.2", ship=True)["version"] == "0.1.2"


def test_an_environment_on_one_engine_is_not_deployed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Runtime, "traits", Traits())
    deploy(shop, 2, version="0.1.1")
    assert shop.ups == []
    assert releasing.git(shop.project.root, "status", "--porcelain") == ""
