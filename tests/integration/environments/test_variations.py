"""What a stack may have besides, or instead: the monitoring profile, and a database image of somebody else."""

from __future__ import annotations

import json
from functools import partial
from operator import eq
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from dockgate.core import endpoint, project
from dockgate.images import build
from dockgate.images.build import Wanted
from tests.app import plugin
from tests.app.plugin import Stack
from tests.integration import engine_facts
from tests.integration.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FETCH = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=60).read().decode())"
PROMETHEUS = "http://prometheus:9090"
QUERY = f"{PROMETHEUS}/api/v1/query?query="
JOBS = {"prometheus", "api", "worker", "gateway", "postgres", "valkey", "ready", "certificate"}
ALERTS = {"ServiceDown", "ServiceUnhealthy", "ErrorRate", "DiskFull", "CertificateExpires", "BackupOld"}
# The official image has this user; ours has another.
OFFICIAL = 999


@pytest.fixture
def beside(stack: Stack, environment: str, instance: str) -> Iterator[Stack]:
    """Return the names of a further instance, removed at the end."""
    other = Stack(stack.checkout, environment, instance, {})
    try:
        yield other
    finally:
        plugin.down(other)


def ask(stack: Stack, query: str) -> list[dict[str, Any]]:
    """Ask the stack's Prometheus, from the API's container."""
    api = stack.services()["api"][0]["Id"]
    answer = engine_facts.docker("exec", api, "python3", "-c", FETCH, QUERY + quote(query), check=False)
    found: list[dict[str, Any]] = json.loads(answer)["data"]["result"] if answer else []
    return found


def values(stack: Stack, query: str) -> list[str]:
    return [each["value"][1] for each in ask(stack, query)]


def read(stack: Stack, address: str) -> str:
    """Return a page of the stack's network."""
    return engine_facts.docker("exec", stack.services()["api"][0]["Id"], "python3", "-c", FETCH, address)


def health_of_rules(stack: Stack) -> dict[str, str]:
    """Return whether Prometheus could evaluate each of its alerts."""
    groups = json.loads(read(stack, f"{PROMETHEUS}/api/v1/rules"))["data"]["groups"]
    return {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}


def test_the_monitoring_profile_scrapes_every_service(beside: Stack) -> None:
    """Each replica of the API, and both stores as they are behind their exporters; hardened like the rest."""
    plugin.up(beside.checkout, beside.environment, beside.instance, "--profile=monitoring")
    services = beside.services()
    wanted = len(JOBS) + 2 * (len(services["api"]) - 1)  # each replica is scraped, and asked whether it is ready
    seen = eventually(lambda: ask(beside, "up == 1"), lambda found: len(found) >= wanted)
    assert {each["metric"]["job"] for each in seen} == JOBS
    assert len(seen) == wanted
    shown = {"pg_up": "1", "redis_up": "1", "count(disk_free_bytes)": str(len(services["api"]) + 1)}
    for query, value in shown.items():
        assert eventually(partial(values, beside, query), partial(eq, [value])) == [value], query
    for name in ("prometheus", "postgres-exporter", "valkey-exporter", "blackbox-exporter"):
        entry = services[name][0]
        assert entry["State"]["Health"]["Status"] == "healthy", name
        assert entry["HostConfig"]["ReadonlyRootfs"] is (not beside.development), name
    page = read(beside, f"{PROMETHEUS}/consoles/index.html")
    assert all(f">{name}<" in page for name in JOBS - {"ready", "certificate"})
    assert "Disk that is free" in page
    assert eventually(lambda: health_of_rules(beside), lambda rules: {*rules.values()} == {"ok"}) == dict.fromkeys(
        ALERTS, "ok"
    )
    assert ask(beside, "pg_postmaster_start_time_seconds")

    backup = "backup_last_success_timestamp_seconds"
    assert ask(beside, backup) == []
    engine_facts.docker("exec", services["postgres"][0]["Id"], "sh", "-c", ': >"$PGDATA/last-backup"')
    engine_facts.docker("stop", services["worker"][0]["Id"])
    down = partial(ask, beside, "count by (job) (ALERTS{alertname='ServiceDown'})")
    raised = eventually(down, lambda found: [each["metric"] for each in found] == [{"job": "worker"}], 240)
    assert [each["metric"] for each in raised] == [{"job": "worker"}]
    assert eventually(lambda: ask(beside, backup), bool)


def someone_elses(stack: Stack, folder: Path) -> str:
    """Build a database image that runs as the user of the official one; return its pinned reference."""
    loaded = project.load(stack.checkout.root, stack.checkout.env)
    found = endpoint.find(loaded.process)
    (ours,) = build.ensure(loaded, found, loaded.environment("prod"), Wanted(only="postgres"), lambda _text: None)[:1]
    (folder / "tree/data").mkdir(parents=True)
    (folder / "passwd").write_text(f"postgres:x:{OFFICIAL}:{OFFICIAL}::/:/bin/sh\n", encoding="utf-8")
    owner = f"--chown={OFFICIAL}:{OFFICIAL}"
    (folder / "Dockerfile").write_text(
        f"FROM {ours.ref}\nUSER 0\nCOPY passwd /etc/passwd\nCOPY {owner} --chmod=0700 tree /var/lib/postgresql/\n"
        f"USER {OFFICIAL}\n",
        encoding="utf-8",
    )
    name = f"dockgate-test/{stack.project}:17"
    engine_facts.docker("build", "--quiet", "--provenance=false", f"--tag={name}", str(folder))
    return f"{name}@{engine_facts.docker('image', 'inspect', '--format={{.Id}}', name).strip()}"


def test_a_database_image_of_another_user_works_instead(beside: Stack, tmp_path: Path) -> None:
    """As postgres:17 would: its reference and its user id are two variables, and nothing else changes."""
    image = someone_elses(beside, tmp_path)
    try:
        beside.checkout.json("up", *beside.flags, POSTGRES_IMAGE=image, POSTGRES_UID=str(OFFICIAL))
        postgres = beside.services()["postgres"][0]
        assert (postgres["Config"]["Image"], postgres["State"]["Health"]["Status"]) == (image, "healthy")
        uids = {status["Uid"].split()[0] for status in engine_facts.statuses(postgres)}
        assert uids == {str(OFFICIAL)}
        with beside.client().http as user:
            assert eventually(lambda: user.get("/readyz").is_success, bool)
    finally:
        beside.checkout.inv("down", *beside.flags, "--volumes", f"--confirm={beside.environment}")
        engine_facts.docker("image", "rm", "--force", image.partition("@")[0])
