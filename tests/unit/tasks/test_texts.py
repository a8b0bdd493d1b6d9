"""The whole text of the tasks that read, for the good and the bad case: a lost finding, fix or line is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core import ago
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.engine import containers
from dockgate.guardrails.report import Checked, Report
from dockgate.stack import doctor
from dockgate.stack.doctor import Check
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tasks.world import World

MODEL = model(service("db"), service("migrate", db=HEALTHY), service("api", migrate=COMPLETED, db=HEALTHY))
TARGET = (
    "environment dev · project shop-dev · endpoint unix:///nowhere/docker.sock · "
    "files compose/base.yaml compose/dev.yaml\n"
)
EVERYWHERE = "environment dev staging prod · project shop · endpoint none · files {}\n"
FOUND = Finding(Location("env/dev.env", 1, 1), "DG201", Severity.ERROR, "holds X of prod", "dev", "remove it")


class Told:
    """Runs a task and compares its exit code and everything that it prints."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.world, self.monkeypatch, self.capsys = world, monkeypatch, capsys

    def __call__(self, command: str, code: int, out: str, err: str = "", head: str = TARGET) -> None:
        self.capsys.readouterr()
        assert self.world.inv(*command.split(), monkeypatch=self.monkeypatch) == code
        assert self.capsys.readouterr() == (out, head + err)


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """Stand in a project with nothing running."""
    world = worlds.make(tmp_path, MODEL, monkeypatch)
    world.engine.react = {"migrate": [("die", 0)]}
    return Told(world, monkeypatch, capsys)


def test_plan(told: Told) -> None:
    """Every step with its cause, then nothing."""
    told(
        "plan --env=dev",
        0,
        "create shop-dev-db-1 (does not exist)\n"
        "create shop-dev-migrate-1 (does not exist)\n"
        "create shop-dev-api-1 (does not exist)\n",
    )
    assert told.world.inv("up", "--env=dev", monkeypatch=told.monkeypatch) == 0
    told("plan --env=dev", 0, "nothing to change\n")


def test_status(told: Told) -> None:
    """Absent before `up`, healthy after it."""
    told(
        "status --env=dev",
        5,
        "SERVICE  STATE   HEALTH  REPLICAS  SINCE  PORTS\n"
        "db       absent          0/1\n"
        "migrate  absent          0/1\n"
        "api      absent          0/1\n",
        "error: stack shop-dev does not exist\n  → inv up --env=dev starts it\n",
    )
    assert told.world.inv("up", "--env=dev", monkeypatch=told.monkeypatch) == 0
    told.monkeypatch.setattr(ago, "ago", lambda moment: {"2026-01-02T03:04:05Z": "3 minutes ago"}[moment])
    told(
        "status --env=dev",
        0,
        "SERVICE  STATE      HEALTH   REPLICAS  SINCE          PORTS\n"
        "db       running    healthy  1/1       3 minutes ago\n"
        "migrate  completed\n"
        "api      running    healthy  1/1       3 minutes ago\n",
    )
    told.world.engine.listed["db-1"]["health"] = "unhealthy"
    told(
        "status --env=dev",
        5,
        "SERVICE  STATE      HEALTH     REPLICAS  SINCE          PORTS\n"
        "db       running    unhealthy  1/1       3 minutes ago\n"
        "migrate  completed\n"
        "api      running    healthy    1/1       3 minutes ago\n",
        "error: not every service is healthy: db unhealthy\n"
        "  → inv logs --env=dev shows what happened; inv up --env=dev starts what is missing\n",
    )


def test_down(told: Told) -> None:
    """What was removed, and that there is nothing to remove."""
    assert told.world.inv("up", "--env=dev", monkeypatch=told.monkeypatch) == 0
    told("down --env=dev", 0, "removed 3 containers, 0 networks\n")
    told("down --env=dev", 0, "stack shop-dev does not exist\n")


def test_config(told: Told) -> None:
    """The model as JSON."""
    told("config --env=dev", 0, "{}\n")


def test_env_check(told: Told) -> None:
    """Every finding with its fix, and the exit code; "no problems" only without any."""
    told("env.check --env=dev", 0, "no problems in dev\n")
    told(
        "env.check",
        0,
        "env/schema.toml:6: warning DG102 [prod]: TOKEN is required and has no value\n"
        "  → inv secrets.init --env=prod\n"
        "env/schema.toml:6: warning DG102 [staging]: TOKEN is required and has no value\n"
        "  → inv secrets.init --env=staging\n",
        head=EVERYWHERE.format("env/"),
    )
    (told.world.folder / "env/dev.env").write_text("GREETNG=x\nDOOR_PORT=door\n", encoding="utf-8")
    told(
        "env.check --env=dev",
        3,
        "env/dev.env:1:1: error DG101 [dev]: GREETNG is not in the schema. Did you mean GREETING?\n"
        "  → declare [GREETNG] in env/schema.toml, or remove the line\n"
        "env/dev.env:2:1: error DG104 [dev]: DOOR_PORT is not a port (1 to 65535)\n"
        "  → correct it; env/schema.toml:12 says what it may be\n"
        "env/schema.toml:6: error DG102 [dev]: TOKEN is required and has no value\n"
        "  → set TOKEN in env/dev.env\n",
        "error: 3 errors\n  → see the fixes above\n",
    )
    assert told.world.inv("env.check", monkeypatch=told.monkeypatch) == 3
    assert told.capsys.readouterr().err.endswith("error: 3 errors in 5 findings\n  → see the fixes above\n")


def test_env_list(told: Told) -> None:
    """A row for each variable."""
    told(
        "env.list --env=dev",
        0,
        "GREETING   string                    env/schema.toml:2, schema\n"
        "TOKEN      string  secret  required  env/dev.env:1, dev\n"
        "DOOR_PORT  port                      env/schema.toml:12, schema\n",
    )


def test_env_explain(told: Told) -> None:
    """A value with its place, a secret masked, a name that does not exist with a near one."""
    told(
        "env.explain GREETING --env=dev",
        0,
        "GREETING=hello\n  set in      env/schema.toml:2, schema\n  read by     no service in the schema\n",
    )
    told(
        "env.explain TOKEN --env=dev",
        0,
        "TOKEN=••••••\n  set in      env/dev.env:1, dev\n  read by     no service in the schema\n",
    )
    told(
        "env.explain GREETNG --env=dev",
        2,
        "",
        "error: unknown variable 'GREETNG' in dev. Did you mean GREETING?\n  → inv env.list --env=dev shows all\n",
    )


def test_env_diff(told: Told) -> None:
    """Removed and changed variables; a secret masked."""
    told("env.diff --env=dev --with=staging", 0, "- TOKEN=••••••\n")
    (told.world.folder / "env/staging.env").write_text("GREETING=welcome\n", encoding="utf-8")
    told("env.diff --env=dev --with=staging", 0, "- TOKEN=••••••\n~ GREETING=hello → welcome\n")


@pytest.mark.parametrize(
    ("task", "option", "head"),
    [("env.diff --env=dev", "--with", TARGET), ("promote --version=1.0.0", "--to", ""), ("env.add qa", "--like", "")],
)
def test_an_environment_that_another_option_names(told: Told, task: str, option: str, head: str) -> None:
    """The way out is the option that the task has."""
    one_of = f"  → {option}= one of: dev, staging, prod\n"
    told(
        f"{task} {option}=stagign",
        2,
        "",
        f"error: unknown environment 'stagign'. Did you mean staging?\n{one_of}",
        head,
    )
    if option != "--like":
        told(task, 2, "", f"error: {option} is required.\n{one_of}", head)


def test_releases(told: Told) -> None:
    """None yet, and the next command."""
    told("releases.list", 0, "no releases yet; create one with inv release\n", head=EVERYWHERE.format("releases/"))


def test_doctor(told: Told) -> None:
    """Each check, and the fix of one that fails."""
    found = Check("engine", good=True, found="28.5", fix="not shown")
    told.monkeypatch.setattr(containers, "containers", lambda *_: ())
    told.monkeypatch.setattr(doctor, "examine", lambda *_: [found])
    told("doctor --env=dev", 0, "ok       engine       28.5\n")
    missing = Check("buildx", good=False, found="not installed", fix="apt-get install docker-buildx")
    told.monkeypatch.setattr(doctor, "examine", lambda *_: [found, missing])
    told(
        "doctor --env=dev",
        4,
        "ok       engine       28.5\nMISSING  buildx       not installed\n         → apt-get install docker-buildx\n",
        "error: prerequisites are missing\n  → see the fixes above\n",
    )


def test_guard(told: Told) -> None:
    """Nothing found, and a finding with its fix, once."""
    told.world.report = Report((), (Checked("dev", ("DG201",)),))
    told("guard --env=dev", 0, "checked dev: nothing found\n")
    told.world.report = Report((FOUND,), (Checked("dev", ("DG201",)),))
    told(
        "guard --env=dev",
        3,
        "env/dev.env:1:1: error DG201 [dev]: holds X of prod\n  → remove it\nchecked dev: 1 error\n",
        "error: blocked by 1 finding\n",
    )


def test_an_instance_says_which_addresses_are_not_its_own(told: Told) -> None:
    """Its ports are free ones, and what names the environment's own port is another stack's address."""
    told.world.engine.project = "shop-dev-two"
    (told.world.folder / "env/dev.env").write_text("GREETING=http://a:8080\nTOKEN=dev-only-token\n", encoding="utf-8")
    head = TARGET.replace("shop-dev ", "shop-dev-two ")
    said = (
        "an instance publishes on free ports, which these do not name: GREETING (DOOR_PORT); "
        "inv open shows its address\n"
    )
    steps = "".join(f"create shop-dev-{name}-1 (does not exist)\n" for name in ("db", "migrate", "api"))
    told("plan --env=dev --instance=two", 0, steps, said, head)
