"""What runs in an image: hardened, healthy, quick to stop, no password in sight."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.integration import engine_facts
from tests.integration.engine_facts import docker
from tests.integration.images.server import PASSWORD, SERVERS, Server, World, server


@pytest.mark.alone
@pytest.mark.parametrize("name", SERVERS)
def test_an_image_serves_without_any_privilege(world: World, password: Path, serve: list[Server], name: str) -> None:
    """By itself, as the user 10001, with a read-only root: healthy within seconds, and gone within three.

    One of three has to be: the machine may be somebody else's for a moment. The engine itself kills what takes longer.
    """
    for _ in range(3):
        one = server(world, password, serve, name)
        one.start()
        if (seconds := one.healthy()) < 10:
            break
    assert seconds < 10
    pid = int(docker("inspect", "--format={{.State.Pid}}", one.name))
    status = engine_facts.status(pid)
    assert (int(status["CapEff"], 16), status["NoNewPrivs"], status["Seccomp"]) == (0, "1", "2")
    assert status["Uid"].split() == ["10001"] * 4
    docker("stop", "-t", "3", one.name)
    assert docker("inspect", "--format={{.State.ExitCode}}", one.name).strip() in {"0", "2"}


@pytest.mark.alone
@pytest.mark.parametrize(
    ("name", "probe"),
    [
        ("postgres", "pg_isready --quiet --host=127.0.0.1"),
        ("valkey", "docker-entrypoint healthcheck"),
        ("gateway", "probe http 127.0.0.1:8081 /gateway-health"),
    ],
)
def test_a_health_probe_costs_little(world: World, password: Path, serve: list[Server], name: str, probe: str) -> None:
    """At most 25 ms of CPU inside the container, as its own shell counts it over twenty runs, the best of three."""
    one = server(world, password, serve, name)
    one.start()
    one.healthy()

    def used() -> float:
        said = one.run("sh", "-c", f"i=0; while [ $i -lt 20 ]; do {probe} || exit 1; i=$((i+1)); done; times")
        minutes_seconds = re.findall(r"(\d+)m([\d.]+)s", said.splitlines()[1])
        return sum(60 * int(minutes) + float(seconds) for minutes, seconds in minutes_seconds)

    assert min(used() for _ in range(3)) / 20 <= 0.025


def test_a_wrong_answer_is_not_healthy(world: World, password: Path, serve: list[Server]) -> None:
    one = server(world, password, serve, "gateway")
    one.start()
    one.healthy()
    for words in (("http", "127.0.0.1:8081", "/nope"), ("http", "127.0.0.1:1", "/"), ("tcp", "127.0.0.1:1"), ()):
        assert docker("exec", one.name, "sh", "-c", f"probe {' '.join(words)}; echo $?", check=False).endswith("1\n")


def test_the_database_wants_its_password_from_the_network_alone(
    world: World, password: Path, serve: list[Server]
) -> None:
    one = server(world, password, serve, "postgres")
    one.start()
    one.healthy()
    ask = (
        "psql",
        "--no-password",
        "--username=app",
        "--dbname=shop",
        "--tuples-only",
        "--no-align",
        "--command=SELECT 7",
    )
    assert one.run(*ask).strip() == "7"
    assert one.run(*ask, "--host=127.0.0.1", check=False) == ""
    told = docker("exec", f"--env=PGPASSWORD={PASSWORD}", one.name, *ask, "--host=127.0.0.1")
    assert told.strip() == "7"
    hashes = one.run(*ask[:-1], "--command=SELECT rolpassword FROM pg_authid WHERE rolname = 'app'")
    assert hashes.startswith("SCRAM-SHA-256$")


def test_a_first_start_that_was_killed_begins_anew(world: World, password: Path, serve: list[Server]) -> None:
    one = server(world, password, serve, "postgres")
    for delay in (0.05, 0.2, 0.4):
        one.start()
        time.sleep(delay)
        docker("kill", "--signal=KILL", one.name, check=False)
    one.start()
    one.healthy()
    assert "shop" in one.run("psql", "--username=app", "--dbname=shop", "--list", "--tuples-only")


def test_a_password_from_the_environment_and_scripts_work_as_in_the_official_image(
    world: World, password: Path, serve: list[Server], tmp_path: Path
) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "1.sql").write_text(
        "CREATE TABLE made (by text);\nINSERT INTO made VALUES ('script');\n", encoding="utf-8"
    )
    mount = f"--mount=type=bind,source={scripts},target=/docker-entrypoint-initdb.d,readonly"
    options = ("--env=POSTGRES_PASSWORD_FILE=", "--env=POSTGRES_PASSWORD=from env", mount)
    one = server(world, password, serve, "postgres", *options)
    one.start()
    one.healthy()
    ask = ("psql", "--host=127.0.0.1", "--username=app", "--dbname=shop", "--tuples-only", "--no-align")
    told = docker("exec", "--env=PGPASSWORD=from env", one.name, *ask, "--command=SELECT by FROM made")
    assert told.strip() == "script"


def test_valkey_keeps_its_password_out_of_sight(world: World, password: Path, serve: list[Server]) -> None:
    one = server(world, password, serve, "valkey")
    one.start()
    one.healthy()
    assert "NOAUTH" in one.run("valkey-cli", "ping")
    assert docker("exec", f"--env=REDISCLI_AUTH={PASSWORD}", one.name, "valkey-cli", "ping").strip() == "PONG"
    shown = docker("inspect", one.name) + docker("top", one.name, "-eo", "pid,args") + docker("logs", one.name)
    assert PASSWORD not in shown


def test_valkey_without_a_password_is_for_itself_alone(world: World, password: Path, serve: list[Server]) -> None:
    one = server(world, password, serve, "valkey", "--env=VALKEY_PASSWORD_FILE=")
    one.start()
    one.healthy()
    assert one.run("valkey-cli", "config", "get", "protected-mode").split() == ["protected-mode", "yes"]


def test_a_database_without_a_password_does_not_start(world: World, password: Path, serve: list[Server]) -> None:
    one = server(world, password, serve, "postgres", "--env=POSTGRES_PASSWORD_FILE=")
    one.start()
    assert docker("wait", one.name).strip() == "1"


def test_a_database_that_cannot_write_says_where(world: World, password: Path, serve: list[Server]) -> None:
    """As after a change of POSTGRES_UID: the volume belongs to the user before."""
    one = server(
        world, password, serve, "postgres", "--user=4711", "--env=PGDATA=/var/lib/postgresql/data/deeper/still"
    )
    one.start()
    assert docker("wait", one.name).strip() == "1"
    log = Path(docker("inspect", "--format={{.LogPath}}", one.name).strip()).read_text(encoding="utf-8")
    assert "/var/lib/postgresql/data cannot be written" in log
