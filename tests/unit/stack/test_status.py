"""What a stack is like, and where it can be reached."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockgate.compose.model import Model
from dockgate.core.plan import Plan, Step
from dockgate.engine.containers import Life, Port
from dockgate.stack.addresses import Address, addresses, lines
from dockgate.stack.status import ServiceStatus, on_each_node, status
from tests.unit.stack.startup.stacks import COMPLETED, container, model, service

STACK = model(replace(service("api", migrate=COMPLETED), replicas=2), service("migrate", None))
ANY = "0.0.0.0"  # noqa: S104 - the engine's word for all addresses
DONE = container("migrate", "exited", exit_code=0)
API = (container("api", "running", "healthy", 1), container("api", "running", "healthy", 2))


def test_a_healthy_stack_has_a_row_for_each_service() -> None:
    """A finished one-shot is completed, and as it should be."""
    ports = (Port(80), Port(80, 8080, "127.0.0.1"))
    first = replace(API[0], ports=ports, image_id="sha256:1")
    found = status(
        "dev",
        STACK,
        (first, replace(API[1], image_id="sha256:1"), DONE),
        {"api-1": Life("2026"), "api-2": Life("2027", 600.0, 2)},
    )
    assert found.healthy
    assert found.as_json() == {
        "environment": "dev",
        "project": "p",
        "healthy": True,
        "services": [
            {
                "name": "migrate",
                "state": "completed",
                "health": "",
                "replicas": 0,
                "wanted": 1,
                "image": "migrate:1",
                "digest": "",
                "ports": [],
                "since": "",
                "restarts": 0,
            },
            {
                "name": "api",
                "state": "running",
                "health": "healthy",
                "replicas": 2,
                "wanted": 2,
                "image": "api:1",
                "digest": "sha256:1",
                "ports": ["127.0.0.1:8080->80/tcp"],
                "since": "2027",
                "restarts": 2,
            },
        ],
        "drift": [],
    }


def test_the_worst_replica_counts() -> None:
    """One that is missing, stopped, unhealthy or not ready yet makes the service so."""
    for api, state, health in (
        (API[:1], "running", "healthy"),
        ((API[0], replace(API[1], state="exited", health="", exit_code=1)), "exited", "healthy"),
        ((API[0], replace(API[1], health="unhealthy")), "running", "unhealthy"),
        ((API[0], replace(API[1], health="starting")), "running", "starting"),
        ((API[0], replace(API[1], state="restarting", health="")), "restarting", "healthy"),
    ):
        found = status("dev", STACK, (*api, DONE))
        row = found.services[1]
        assert (row.state, row.health, row.good, found.healthy) == (state, health, False, False)


def test_a_service_of_each_node_has_as_many_as_there_are_nodes() -> None:
    """A node that lacks one makes the service so, whatever the files say."""
    found = status("dev", on_each_node(STACK, {"api": 3, "gone": 3}), (*API, DONE))
    assert (found.services[1].wanted, found.services[1].said, found.healthy) == (3, "api running 2 of 3", False)
    assert status("dev", on_each_node(STACK, {"api": 2}), (*API, DONE)).healthy


def test_a_one_shot_that_failed_or_did_not_run_is_not_healthy() -> None:
    """Only exit code 0 is a completion."""
    for one in (container("migrate", "exited", exit_code=1), container("migrate")):
        assert not status("dev", STACK, (*API, one)).healthy


def test_no_stack_is_not_healthy() -> None:
    """Every service is absent."""
    found = status("dev", STACK, ())
    assert [row.state for row in found.services] == ["absent", "absent"]
    assert not found.healthy


def test_a_service_that_only_the_engine_knows_is_shown_and_does_not_count() -> None:
    """Such as one of a profile that is off."""
    found = status("dev", STACK, (*API, DONE, container("prometheus", "exited", exit_code=1)))
    assert (found.services[2].name, found.services[2].state, found.services[2].wanted) == ("prometheus", "exited", 0)
    assert found.healthy
    assert not status("dev", model(), (container("prometheus", "exited"),)).services[0].ports
    strays = (container(name, "exited", image="") for name in ("z", "y"))
    assert [row.name for row in status("dev", STACK, (*strays, *API, DONE)).services] == ["migrate", "api", "y", "z"]


def test_a_container_without_its_network_is_cut_off() -> None:
    """That is worse than one that ended, and counts only while it runs."""
    row = status("dev", STACK, (*API, DONE), cut={"api-2", "migrate-1"}).services[1]
    assert (row.state, row.good, row.said) == ("cut off", False, "api cut off")
    ended = (API[0], replace(API[1], state="exited", health="", exit_code=1))
    assert status("dev", STACK, (*ended, DONE), cut={"api-2"}).services[1].state == "exited"
    assert status("dev", STACK, (*ended, DONE), cut={"api-1"}).services[1].state == "cut off"


def test_containers_of_several_images_name_each_once() -> None:
    """And each port that is published; a service that is not there names the image that it would have."""
    ports = (Port(80, 1), Port(90))
    pair = (
        replace(API[0], image="api:0", image_id="sha256:0", ports=ports),
        replace(API[1], image_id="sha256:1", ports=(*ports, Port(80, 2))),
    )
    row = status("dev", STACK, (*pair, DONE)).services[1]
    assert (row.image, row.digest, row.ports) == ("api:0, api:1", "sha256:0, sha256:1", (":1->80/tcp", ":2->80/tcp"))
    assert status("dev", STACK, ()).services[1] == ServiceStatus("api", "absent", "", 0, 2, "api:1", "", (), "")


@pytest.mark.parametrize(
    ("restarts", "age", "looping"),
    [(0, 1.0, False), (1, 9.9, True), (1, 10.0, False), (2, 89.0, False), (3, 89.9, True), (3, 90.0, False)],
)
def test_what_was_restarted_and_never_lives_long_is_in_a_loop(restarts: int, age: float, looping: bool) -> None:  # noqa: FBT001 - the expectation
    """Whichever half of the loop it is in when it is looked at: `restart: always`, `sleep 2; exit 3`."""
    assert Life("2026", age, restarts).looping is looping
    found = status("dev", STACK, (*API, DONE), {"api-1": Life("2026", age, restarts)})
    assert (found.healthy, found.services[1].state) == (not looping, "restarting" if looping else "running")


def test_what_is_wrong_is_said_in_a_word_or_two() -> None:
    """State, health, or how many are missing; and how often it was restarted."""
    one = API[:1]
    assert status("dev", STACK, (*one, DONE)).services[1].said == "api running 1 of 2"
    sick = (replace(API[0], health="unhealthy"), API[1])
    assert status("dev", STACK, (*sick, DONE)).services[1].said == "api unhealthy"
    loop = status("dev", STACK, (*API, DONE), {"api-1": Life("2026", 1.0, 6)})
    assert loop.services[1].said == "api restarting (6 restarts)"
    often = status("dev", STACK, (*API, DONE), {"api-2": Life("2026", 999.0, 1)}).services[1]
    assert (often.said, often.good) == ("api running 2 of 2 (1 restart)", True)
    alone = status("dev", model(service("api", None)), (container("api", "running"),)).services[0]
    assert (alone.said, alone.good) == ("api running 1 of 1", True)
    assert status("dev", STACK, ()).services[1].said == "api absent"


def test_what_up_would_change_is_drift() -> None:
    """With its cause; a stack that is not there has none."""
    steps = Plan((Step("roll", "p-api-1", "image api:0 → api:1"),))
    found = status("dev", STACK, (*API, DONE), drift=steps)
    assert found.as_json()["drift"] == [steps.steps[0].as_json()]
    assert status("dev", STACK, (), drift=steps).drift == ()


def test_addresses_are_what_is_published_of_what_runs() -> None:
    """IPv4 and IPv6 of the same port are one address; the scheme is that of the container's port."""
    ports = (Port(8443, 443, ANY), Port(8443, 443, "::"), Port(5432), Port(53, 5353, "127.0.0.1", "udp"))
    found = addresses(
        (
            container("gateway", "running", ports=ports),
            container("db", "running", ports=(Port(5432, 15432, "::1"),)),
            container("off", "exited", ports=(Port(80, 80, ""),)),
            container("web", "running", ports=(Port(3000, 3001, "127.0.0.1"),)),
        )
    )
    assert found == (
        Address("gateway", "localhost", 443, "https"),
        Address("web", "127.0.0.1", 3001, "http"),
        Address("db", "::1", 15432, "postgresql"),
        Address("gateway", "127.0.0.1", 5353, "udp"),
    )
    assert lines(found) == (
        "gateway  https://localhost:443\n"
        "web      http://127.0.0.1:3001\n"
        "db       postgresql://[::1]:15432\n"
        "gateway  udp://127.0.0.1:5353"
    )


def test_a_gateway_comes_before_what_is_behind_it() -> None:
    """By the label that Compose gives its containers; a service that stands alone is no less of a page."""
    behind = {"com.docker.compose.depends_on": "api:service_healthy:false,db:service_started:true,gone:x:true"}
    found = addresses(
        (
            container("api", "running", ports=(Port(8000, 1, "h"),)),
            container("front", "running", ports=(Port(80, 2, "h"),), labels=behind),
            container("zoo", "running", ports=(Port(80, 3, "h"),)),
            container("db", "running", ports=(Port(5432, 4, "h"),)),
        )
    )
    assert [each.service for each in found] == ["front", "zoo", "api", "db"]


def test_what_watches_a_gateway_does_not_stand_before_it() -> None:
    """An exporter is no page; a page on a port of its own comes after those on a web server's."""

    def needs(text: str) -> dict[str, str]:
        return {"com.docker.compose.depends_on": text}

    found = addresses(
        (
            container("api", "running", ports=(Port(8000, 1, "h"),)),
            container("web", "running", ports=(Port(8080, 2, "h"),), labels=needs("auth:service_healthy:false")),
            container("auth", "running", labels=needs("api:service_healthy:false")),
            container("exporter", "running", labels=needs("web:service_healthy:false")),
            container("prometheus", "running", ports=(Port(9090, 3, "h"),), labels=needs("api:service_healthy:false")),
        )
    )
    assert [each.service for each in found] == ["web", "prometheus", "api"]


@pytest.mark.parametrize(
    ("port", "environment", "shown"),
    [
        (5432, {"POSTGRES_USER": "ada", "POSTGRES_DB": "shop", "POSTGRES_PASSWORD": "x"}, "postgresql://ada@h:1/shop"),
        (5432, {"POSTGRES_USER": "ada"}, "postgresql://ada@h:1/ada"),
        (3306, {"MARIADB_USER": "ada", "MYSQL_DATABASE": "shop"}, "mysql://ada@h:1/shop"),
        (27017, {"MONGO_INITDB_ROOT_USERNAME": "ada"}, "mongodb://ada@h:1"),
        (8000, {"POSTGRES_USER": "ada"}, "http://h:1"),
        (5432, {"POSTGRES_USER": None}, "postgresql://h:1"),
    ],
)
def test_a_database_has_its_user_and_name(port: int, environment: dict[str, str | None], shown: str) -> None:
    """As the official images' variables say, never the password."""
    one = container("db", "running", ports=(Port(port, 1, "h"),))
    found = Model("shop", {}, raw={"services": {"db": {"environment": environment}}})
    assert [str(each) for each in addresses((one,), found)] == [shown]
