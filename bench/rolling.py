"""Changes of a production stack under load: requests that failed, with `inv` and with `docker compose up --wait`.

Both are run on the same stack in one go, from the same state to the same state. rolling.json keeps every figure.
"""

from __future__ import annotations

import json
import re
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import stage, two_roles
from bench.figures import Figure
from tests.integration import shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.load import Report
    from bench.stage import Stage
    from tests.integration.shop import Shop

RESULT = Path("rolling.json")
API = "docker/api/app/dockyard/commands.py"
ENDS_API = '    """Run the HTTP interface on port 8000."""'
ENDS_WORKER = '    """Run background jobs, with health and metrics on port 9000."""'


def measure() -> Iterator[Figure]:
    """Change one thing after the other, each once through Compose and once through Dockgate."""
    kept: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder, shop.opened(Path(folder)) as made:
        made.copy.inv("up", "--env=prod")
        run = stage.opened(made)
        before, accepted = run.jobs(), 0
        for name, change, code in SCENARIOS:
            kept[name] = {}
            for who in ("compose", "dockgate"):
                report, ended, seconds = _scenario(run, change, who)
                accepted += len(report.jobs)
                kept[name][who] = {**report.as_json(), "exit": ended, "took": round(seconds, 1)}
            RESULT.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
            ours, theirs = (
                kept[name]["dockgate"],
                kept[name].get("compose", dict.fromkeys(("failed", "requests", "took"))),
            )
            detail = f"of {ours['requests']}; Compose: {theirs['failed']} of {theirs['requests']}"
            gate = None if name == GATEWAY else 0.0
            yield Figure(f"failed requests, {name}", float(ours["failed"]), "", gate, detail=detail)
            yield Figure(f"memory, {name}", ours["megabytes"], "MB")
            if code != ours["exit"]:
                yield Figure(f"exit code, {name}", float(ours["exit"]), "", float(code))
            yield Figure(f"seconds, {name}", ours["took"], "s", detail=f"Compose: {theirs['took']} s")
        for name, secret, begin in ROTATIONS:
            begin(made)
            report, ended, seconds = run.ours("secrets.rotate", secret, "--env=prod")
            accepted += len(report.jobs)
            kept[name] = {"dockgate": {**report.as_json(), "exit": ended, "took": round(seconds, 1)}}
            RESULT.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
            gate = None if name == ONE_ROLE else 0.0
            yield Figure(
                f"failed requests, {name}", float(report.failed + ended), "", gate, detail=f"of {report.requests}"
            )
            yield Figure(f"seconds, {name}", seconds, "s")
        kept["jobs"] = {"accepted": accepted, "stored": run.jobs() - before}
        RESULT.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
        yield Figure("jobs accepted and not stored", float(max(0, accepted - kept["jobs"]["stored"])), "", 0.0)


def _scenario(run: Stage, change: Callable[[Shop], None], who: str) -> tuple[Report, int, float]:
    """Change the files, build before the clock starts, bring it up, and go back to what was there."""
    made = run.made
    commit = made.git("rev-parse", "HEAD").strip()
    change(made)
    made.commit("a change")
    made.copy.inv("build", "--env=prod")
    result = run.ours("up", "--env=prod") if who == "dockgate" else run.theirs()
    made.git("reset", "--quiet", "--hard", commit)
    made.copy.inv("up", "--env=prod")
    return result


def _edit(made: Shop, file: str, old: str, new: str) -> None:
    path = made.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text, file
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _image(made: Shop) -> None:
    _edit(made, API, '"""The commands', f'"""{secrets.token_hex(4)} The commands')


def _variable(made: Shop) -> None:
    layer = made.root / "env/prod.env"
    text = re.sub(r"^LOG_LEVEL=.*\n", "", layer.read_text(encoding="utf-8"), flags=re.MULTILINE)
    layer.write_text(f"{text}\nLOG_LEVEL=warning\n", encoding="utf-8")


def _broken_release(made: Shop) -> None:
    _edit(made, API, ENDS_API, f"{ENDS_API}\n    raise OSError('broken')")


def _broken_migration(made: Shop) -> None:
    """Fail on the rows that production has, and on no empty database."""
    sql = "ALTER TABLE accounts ADD CONSTRAINT nobody CHECK (id < 0);\n"
    folder = made.root / "docker/api/app/dockyard/sql"
    (folder / f"{len([*folder.glob('*.sql')]) + 1:04}_fails_on_rows.sql").write_text(sql, encoding="utf-8")


def _sick_worker(made: Shop) -> None:
    _edit(made, API, ENDS_WORKER, f"{ENDS_WORKER}\n    raise OSError('sick')")


def _gateway(made: Shop) -> None:
    size = f"CLIENT_MAX_BODY_SIZE: {secrets.randbelow(90) + 2}m"
    _edit(made, "compose/base.yaml", "      API_UPSTREAM:", f"      {size}\n      API_UPSTREAM:")


def _read_once(made: Shop) -> None:
    two_roles.read_once(made)
    made.commit("read the password once")
    made.copy.inv("build", "--env=prod")
    made.copy.inv("up", "--env=prod")


def _two_roles(made: Shop) -> None:
    """Make the first of two roles in the database that is there, and let the application log in as it."""
    two_roles.adopt(made)
    made.copy.inv("secrets.init", "--env=prod")
    made.commit("two roles")
    made.copy.inv("secrets.rotate", "APP_DB_PASSWORD", "--env=prod", "--current")


GATEWAY = "gateway"
ONE_ROLE = "rotation by one role, read once"
# Which secret is rotated, after which change of the application.
ROTATIONS: tuple[tuple[str, str, Callable[[Shop], None]], ...] = (
    ("rotation", "POSTGRES_PASSWORD", lambda _made: None),
    (ONE_ROLE, "POSTGRES_PASSWORD", _read_once),
    ("rotation by two roles in turn, read once", "APP_DB_PASSWORD", _two_roles),
)
# What changes, how, and the exit code that tells the truth about it.
SCENARIOS: tuple[tuple[str, Callable[[Shop], None], int], ...] = (
    ("new image", _image, 0),
    ("changed variable", _variable, 0),
    ("failing release", _broken_release, 5),
    ("failing migration", _broken_migration, 5),
    ("sick worker", _sick_worker, 5),
    (GATEWAY, _gateway, 0),
)
