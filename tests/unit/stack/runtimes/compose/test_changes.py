"""What `up` would change, and why: the plan's text is what is compared."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from dockgate.compose.model import Dependency
from dockgate.core.labels import DEFINITION
from dockgate.core.plan import Effect
from dockgate.engine.containers import IMAGE_ID
from dockgate.stack.runtimes.compose.changes import Beside, creates, jobs, plan, restart, restarted, stranded
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, container, model, service

ALONE = {"volumes": [{"type": "volume", "source": "data"}]}
STACK = replace(
    model(
        service("gateway", api=HEALTHY),
        service("api", db=Dependency(HEALTHY, restart=True), migrate=COMPLETED),
        service("migrate", None, db=HEALTHY),
        service("db"),
    ),
    raw={"services": {"db": ALONE}},
)
RUNNING = (
    container("api", "running", "healthy"),
    container("db", "running", "healthy"),
    container("gateway", "running", "healthy"),
    container("migrate", "exited", exit_code=0),
)


def but(name: str, **fields: Any) -> list[str]:
    """Return the plan for the running stack, where one service's container differs."""
    changed = [replace(one, **fields) if one.service == name else one for one in RUNNING]
    return [str(step) for step in plan(STACK, changed).steps]


def test_nothing_changes_in_a_stack_that_is_as_it_should_be() -> None:
    """A finished one-shot and healthy services."""
    assert not plan(STACK, RUNNING)


def test_a_new_stack_is_created_in_dependency_order() -> None:
    """Removals would come first, dependencies before dependents."""
    found = plan(STACK, ())
    assert [str(step) for step in found.steps] == [
        "create p-db-1 (does not exist)",
        "create p-migrate-1 (does not exist)",
        "create p-api-1 (does not exist)",
        "create p-gateway-1 (does not exist)",
    ]
    assert creates(found)


def test_a_stopped_stack_is_started_and_its_one_shots_run_again() -> None:
    """That is no work for Compose."""
    stopped = [replace(one, state="exited", health="", exit_code=0) for one in RUNNING]
    found = plan(STACK, stopped)
    assert [str(step) for step in found.steps] == [
        "start p-db-1 (it exited 0)",
        "run p-migrate-1 (a dependent service is started)",
        "start p-api-1 (it exited 0)",
        "start p-gateway-1 (it exited 0)",
    ]
    assert not creates(found)


def test_a_recreated_dependency_restarts_those_that_ask_for_it_and_runs_their_one_shots() -> None:
    """The cause says what differs."""
    assert but("db", config_hash="old") == [
        "recreate p-db-1 (configuration changed; away meanwhile: it writes to data)",
        "roll p-api-1 (db is recreated)",
        "run p-migrate-1 (a dependent service is started)",
    ]


def test_how_long_a_service_is_away_is_what_it_took_the_last_time() -> None:
    """Where that is known."""
    changed = [replace(one, config_hash="old") if one.service == "db" else one for one in RUNNING]
    said = "recreate p-db-1 (configuration changed; away meanwhile for about 4 s: it writes to data)"
    assert str(plan(STACK, changed, beside=Beside({"db": 2.1})).steps[0]) == said
    said = "restart p-db-1 (asked for; away meanwhile for about 3 s: it writes to data)"
    assert str(restart(STACK, RUNNING, ["db"], starts={"db": 2.0}).steps[0]) == said


def test_what_was_edited_by_hand_is_replaced_and_compose_is_forced_to_it() -> None:
    """Compose sees no change there."""
    found = plan(
        STACK, RUNNING, beside=Beside(edited={"api-1": "edited by hand: pids is 7", "db-1": "edited by hand: x"})
    )
    assert [str(step) for step in found.steps][:2] == [
        "roll p-api-1 (edited by hand: pids is 7)",
        "recreate p-db-1 (edited by hand: x; away meanwhile: it writes to data)",
    ]
    assert stranded(STACK, RUNNING, found) == ("db",)


def test_a_changed_image_is_named() -> None:
    """Old and new, by the beginning of a digest."""
    assert but("gateway", config_hash="old", image="gateway:0") == ["roll p-gateway-1 (image gateway:0 → gateway:1)"]
    assert but("gateway", config_hash="old", image="gateway@sha256:" + "1" * 64) == [
        f"roll p-gateway-1 (image gateway@sha256:{'1' * 12} → gateway:1)"
    ]


def test_a_tag_that_moved_recreates() -> None:
    """Where the caller knows what it points at now."""
    api = replace(RUNNING[0], labels={IMAGE_ID: "sha256:" + "a" * 64})
    stack = (api, *RUNNING[1:])
    assert not plan(STACK, stack, images={"api:1": "sha256:" + "a" * 64})
    assert [str(step) for step in plan(STACK, stack, images={"api:1": "sha256:" + "b" * 64}).steps] == [
        "roll p-api-1 (image api:1 changed from sha256:aaaaaaaaaaaa to sha256:bbbbbbbbbbbb)",
        "run p-migrate-1 (a dependent service is started)",
    ]


def test_a_failed_one_shot_runs_again_alone() -> None:
    """Its waiters run on."""
    assert but("migrate", exit_code=1) == ["run p-migrate-1 (it exited 1)"]
    assert but("migrate", state="created", exit_code=None) == ["run p-migrate-1 (it is created)"]


def test_scaling_takes_the_highest_numbers_and_fills_the_gaps() -> None:
    """As Compose does."""
    two = model(replace(service("api"), replicas=2))
    three = [container("api", "running", "healthy", number) for number in (1, 2, 3)]
    assert [str(step) for step in plan(two, three).steps] == ["remove p-api-3 (api is scaled to 2)"]
    assert plan(two, three).steps[0].effect is Effect.DESTROY
    assert [str(step) for step in plan(two, three[1:2]).steps] == ["create p-api-1 (api is scaled to 2)"]
    assert not plan(two, three[::2])


def test_a_service_that_is_gone_is_removed_and_an_inactive_one_left_alone() -> None:
    """A profile that is off is no reason to remove what runs in it."""
    stack = model(service("db"), inactive=frozenset({"prometheus"}))
    found = [container("db", "running", "healthy"), container("old", "running"), container("prometheus", "running")]
    assert [str(step) for step in plan(stack, found).steps] == ["remove p-old-1 (service old was removed)"]


def test_only_the_services_asked_for_are_planned() -> None:
    """With what they depend on."""
    assert [step.target for step in plan(STACK, (), ["migrate"]).steps] == ["p-db-1", "p-migrate-1"]


def test_a_container_that_lost_its_network_is_replaced() -> None:
    """Taken out of it while it runs, or stopped when it was removed: nothing would reach it, healthy or not."""
    wanted = model(replace(service("api"), networks=("p_default",)), service("db"))
    there = container("api", "running", "healthy", networks={"p_default": "n1"})
    other = container("db", "running", "healthy")
    assert not plan(wanted, (there, other))
    assert [str(step) for step in plan(wanted, (replace(there, networks={}), other)).steps] == [
        "roll p-api-1 (not connected to network p_default)"
    ]
    stopped = replace(there, state="exited", exit_code=0, health="")
    assert [step.action for step in plan(wanted, (stopped, other)).steps] == ["start"]
    lost = plan(wanted, (stopped, other), lost={"n1"})
    assert [str(step) for step in lost.steps] == ["recreate p-api-1 (network p_default was removed)"]
    assert stranded(wanted, (stopped, other), lost) == ("api",)
    only_db = plan(wanted, (stopped, other), ["db"], lost={"n1"})
    assert stranded(wanted, (stopped, other), only_db) == ()
    running = (replace(there, networks={}), other)
    assert stranded(wanted, running, plan(wanted, running)) == ()
    outside = (replace(stopped, networks={}), other)
    assert stranded(wanted, outside, plan(wanted, outside)) == ("api",)
    changed = (replace(stopped, config_hash="old"), other)
    assert stranded(wanted, changed, plan(wanted, changed, lost={"n1"})) == ()


def test_a_restart_names_what_restarts_and_what_runs_again_for_it() -> None:
    """Asked for or not: dependents that restart with it, and the one-shot that they wait for."""
    found = restart(STACK, RUNNING, ["db"])
    assert [str(step) for step in found.steps] == [
        "restart p-db-1 (asked for; away meanwhile: it writes to data)",
        "roll p-api-1 (what it depends on restarts)",
        "run p-migrate-1 (a dependent service is started)",
    ]
    assert restarted(RUNNING, found) == ("db",)
    assert not creates(found)


def test_a_restart_of_everything_leaves_the_one_shots_to_those_that_wait_for_them() -> None:
    """What does not run is started."""
    stopped = [
        replace(one, state="exited", health="", exit_code=1) if one.service == "gateway" else one for one in RUNNING
    ]
    assert [str(step) for step in restart(STACK, stopped).steps] == [
        "restart p-db-1 (asked for; away meanwhile: it writes to data)",
        "roll p-api-1 (asked for)",
        "run p-migrate-1 (a dependent service is started)",
        "start p-gateway-1 (it exited 1)",
    ]


def test_a_one_shot_runs_again_after_what_it_needs() -> None:
    """A new one is created, one that is there is run; what else is not as it should be is left alone."""
    assert [str(step) for step in jobs(STACK, RUNNING, ["migrate"]).steps] == ["run p-migrate-1 (asked for)"]
    assert [str(step) for step in jobs(STACK, RUNNING[:1], ["migrate"]).steps] == [
        "create p-db-1 (does not exist)",
        "create p-migrate-1 (does not exist)",
    ]
    stopped = [replace(one, state="exited", exit_code=0) if one.service == "db" else one for one in RUNNING]
    assert [str(step) for step in jobs(STACK, stopped, ["migrate"]).steps] == [
        "start p-db-1 (it exited 0)",
        "run p-migrate-1 (asked for)",
    ]
    changed = [replace(one, config_hash="old") if one.service in {"migrate", "db"} else one for one in RUNNING]
    assert [str(step) for step in jobs(STACK, changed, ["migrate"]).steps] == [
        "recreate p-migrate-1 (configuration changed)",
    ]


def sharing(**fields: Any) -> list[str]:
    """Return the plan for `app`, which is in the network of `vpn`, where its container differs in these fields."""
    document = {"services": {"app": {"network_mode": "service:vpn"}}}
    app = replace(service("app", vpn=Dependency(restart=True)), labels={DEFINITION: "d1"}, config_hash="of the file")
    stack = replace(model(app, service("vpn")), raw=document)
    own: dict[str, Any] = {"config_hash": "with an id", "joined": "vpn-1", "labels": {DEFINITION: "d1"}} | fields
    cut = own.pop("cut", ())
    found = [container("vpn", "running", "healthy"), container("app", "running", "healthy", **own)]
    return [str(step) for step in plan(stack, found, lost=cut).steps]


def test_a_shared_network_is_no_eternal_change() -> None:
    """Compose's hash has the id of the other container in it; what the file says did not change."""
    assert sharing() == []
    assert sharing(labels={DEFINITION: "d0"}) == ["recreate p-app-1 (configuration changed; away meanwhile: " + MODE]
    assert sharing(image="app:0")[0].startswith("recreate p-app-1 (image app:0 → app:1")


def test_what_lost_the_network_that_it_shares_is_restarted_or_recreated() -> None:
    """The one that has the network restarted: it has only `lo` until it does, too; or it is another container now."""
    assert sharing(cut={"app-1"}) == ["restart p-app-1 (what it shares its network with was restarted)"]
    gone = "its network is of a container that is replaced"
    assert sharing(joined="vpn-0") == [f"recreate p-app-1 ({gone}; away meanwhile: {MODE}"]


MODE = "services.app.network_mode is service:vpn)"
