"""A deployment on one real engine: first, rolling under load, failing in each way, and taken back."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

from dockgate.env import release_pointer
from tests.swarm import load

if TYPE_CHECKING:
    from tests.swarm.shop import Shop

NODES = 1
DEPLOY = ("deploy", "--env=prod", "--ship", "--timeout=30")


def hosts(project: Shop) -> list[str]:
    return [node.address for node in project.nodes]


def running(project: Shop) -> dict[str, str]:
    """Return which image each service runs, and how many of how many, as the manager says."""
    lines = project.nodes[0].docker("service", "ls", "--format", "{{.Name}} {{.Image}} {{.Replicas}}").splitlines()
    return {line.split()[0]: " ".join(line.split()[1:]) for line in lines if "migrate" not in line}


def test_the_first_deployment_is_what_was_asked_for(project: Shop) -> None:
    """Hardened, with its secret, and nothing of it where `inspect` shows it."""
    status = project.json("status", "--env=prod")
    assert {each["name"]: each["state"] for each in status["services"]} == {
        "store": "running",
        "migrate": "completed",
        "api": "running",
        "gateway": "running",
    }
    assert status["drift"] == []
    node = project.nodes[0]
    [first, *_] = node.docker("ps", "--quiet", "--filter", "name=shop-prod_api").split()
    inside = node.docker("exec", first, "python3", "-c", "print(open('/proc/1/status').read())")
    assert "CapEff:\t0000000000000000" in inside
    assert "NoNewPrivs:\t1" in inside
    token = node.docker("exec", first, "python3", "-c", "print(open('/run/secrets/TOKEN').read())")
    shown = node.docker("service", "inspect", "shop-prod_api") + node.docker("inspect", first)
    assert token
    assert token not in shown


def test_nothing_changes_a_second_time(project: Shop) -> None:
    said = project.inv(*DEPLOY).stderr
    assert "nothing to change; 1.0.0 runs on prod" in said


def test_a_release_rolls_out_under_load_without_a_failed_request(project: Shop) -> None:
    """GET, POST and requests of three seconds."""
    project.release("1.1.0")
    with load.under(hosts(project)) as asked:
        time.sleep(2)
        project.inv(*DEPLOY)
        time.sleep(2)
    assert asked.failed == []
    assert asked.rate >= 200
    assert set(asked.versions) == {"1.0.0", "1.1.0"}
    assert running(project)["shop-prod_api"] == "shop/api:1.1.0 2/2"


def failing(project: Shop, version: str, mode: str, reason: str, lost: int = 0) -> str:
    """Deploy a release that fails; what ran before serves all the time and afterwards."""
    before = running(project)
    pointer = release_pointer.read(project.root, "prod")
    assert pointer is not None
    project.release(version, mode)
    try:
        with load.under(hosts(project)) as asked:
            said = project.inv(*DEPLOY, code=5).stderr
            time.sleep(1)
    finally:
        project.point(pointer.version)
    assert len(asked.failed) <= lost
    assert running(project) == before
    assert reason in said
    assert f"{version} was not deployed, every service is as it was before" in said
    assert project.json("status", "--env=prod")["drift"] == []
    return said


def test_a_rotated_secret_reaches_its_readers_without_a_failed_request(project: Shop) -> None:
    """The old one is gone from the swarm."""
    node = project.nodes[0]
    listed = ("secret", "ls", "--format", "{{.Name}}")
    before, token = node.docker(*listed).split(), _token(project)
    with load.under(hosts(project)) as asked:
        project.inv("secrets.rotate", "TOKEN", "--env=prod")
    assert asked.failed == []
    assert _token(project) != token
    assert len(node.docker(*listed).split()) == len(before)
    assert not {*before} & {*node.docker(*listed).split()}
    assert project.json("plan", "--env=prod")["steps"] == []


def _token(project: Shop) -> str:
    words = ("exec", "--env=prod", "--service=api", "--", "python3", "-c", "print(open('/run/secrets/TOKEN').read())")
    return project.inv(*words).stdout


def test_a_release_that_never_gets_healthy_leaves_the_one_before(project: Shop) -> None:
    failing(project, "1.2.0", "unhealthy", "api (")


def test_a_release_that_dies_after_a_while_leaves_the_one_before(project: Shop) -> None:
    """Seconds after everything was healthy: longer than the swarm itself looks.

    What its process had in hand when it ended, no gateway can save; the others still have the release before.
    """
    settings = project.root / "pyproject.toml"
    text = settings.read_text()
    settings.write_text(text.replace("watch-seconds = 3", "watch-seconds = 15"))
    said = failing(project, "1.3.0", "dies", "api (", lost=5)
    settings.write_text(text)
    assert "exit code 7" in said


def test_a_migration_that_fails_leaves_the_release_before(project: Shop) -> None:
    """Its readers have not moved."""
    said = failing(project, "1.4.0", "bad-migration", "migrate (")
    assert "the column is not there" in said


def test_the_release_before_comes_back_without_a_failed_request(project: Shop) -> None:
    """What `rollback` verifies beside the signature, a release that is made in seconds does not have."""
    project.point("1.0.0")
    with load.under(hosts(project)) as asked:
        project.inv("deploy", "--env=prod")
    assert asked.failed == []
    assert running(project)["shop-prod_api"] == "shop/api:1.0.0 2/2"


def test_two_operators_do_not_deploy_at_once(project: Shop) -> None:
    """The second one may be on another machine: the lock is on the swarm."""
    project.point("1.1.0")
    first = project.start(*DEPLOY)
    while "shop-prod.lock" not in project.nodes[0].docker("config", "ls", "--format", "{{.Name}}"):
        time.sleep(0.1)
        assert first.poll() is None
    (project.root / "other").mkdir()
    said = project.inv(*DEPLOY, code=7, XDG_RUNTIME_DIR=str(project.root / "other")).stderr
    assert "is locked by" in said or "is held by" in said
    assert first.communicate()[1]
    assert first.returncode == 0


def test_a_killed_deployment_is_found_and_completed(project: Shop) -> None:
    """What it left of its lock is taken over when it has expired."""
    project.release("1.5.0")
    killed = project.start(*DEPLOY)
    while "shop/api:1.5.0" not in running(project).get("shop-prod_api", ""):
        time.sleep(0.1)
        assert killed.poll() is None
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    said = project.inv(*DEPLOY, "--lock-wait=90").stderr
    assert "was not finished" in said
    assert "was killed and left the lock of this swarm" in said
    end = time.monotonic() + 20  # seconds; the last container of before may still answer who has its address
    while (found := running(project)["shop-prod_api"]) != "shop/api:1.5.0 2/2":
        assert time.monotonic() < end, found
        time.sleep(0.2)


def test_logs_and_exec_are_the_same_commands(project: Shop) -> None:
    assert "serving 1.5.0" in project.inv("logs", "--env=prod", "--service=api").stdout
    said = project.inv("exec", "--env=prod", "--service=api", "--", "python3", "-c", "print(6 * 7)").stdout
    assert said.strip() == "42"


def test_down_removes_everything_and_keeps_the_data(project: Shop) -> None:
    project.inv("down", "--env=prod")
    node = project.nodes[0]
    assert node.docker("service", "ls", "--quiet") == ""
    assert node.docker("secret", "ls", "--quiet") == ""
    assert "shop-prod" not in node.docker("network", "ls", "--format", "{{.Name}}")
    assert "shop-prod_data" in node.docker("volume", "ls", "--format", "{{.Name}}")
    assert project.json("status", "--env=prod", code=5)
    project.inv("down", "--env=prod", "--volumes", "--yes")
    assert "shop-prod_data" not in node.docker("volume", "ls", "--format", "{{.Name}}")
