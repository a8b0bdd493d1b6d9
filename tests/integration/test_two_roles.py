"""Two roles that have a database's password in turn: a program that reads it once goes on opening connections."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import endpoint, project
from dockgate.images import build
from tests.integration import engine_facts
from tests.integration.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
ENV = "--env=staging"
HARDENED = """
    image: ${DB_IMAGE}
    init: true
    restart: always
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    stop_grace_period: 3s
    tmpfs: ["/tmp:mode=1777,size=16m", "/var/run/postgresql:mode=1777,size=1m"]
    logging: {driver: json-file, options: {max-size: 10m, max-file: "3"}}
    deploy: {resources: {limits: {cpus: "1.0", memory: 256M, pids: 100}}}
"""
# It has its password from its start, and opens ten connections a second.
READER = """
      read -r PGPASSWORD < /run/secrets/DB_PASSWORD
      export PGPASSWORD
      while :; do
        if psql -h db -U "$$DB_USER" -d shop -XAtqc "SELECT 'as ' || current_user, session_user FROM pg_sleep(0.1)"
        then : > /tmp/well
        else echo refused; psql -h db -d postgres -c '' 2>/dev/null
        fi
      done
"""
FILES = {
    "compose.yaml": f"""
services:
  db:{HARDENED}
    environment:
      POSTGRES_USER: ${{DB_OWNER}}
      POSTGRES_DB: shop
      POSTGRES_PASSWORD_FILE: /run/secrets/OWNER_PASSWORD
    secrets: [OWNER_PASSWORD, DB_PASSWORD]
    configs: [{{source: roles, target: /docker-entrypoint-initdb.d/roles.sql}}]
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck: {{test: [CMD, pg_isready, -q, -h, 127.0.0.1], interval: 5s, start_period: 30s, start_interval: 250ms}}
  reader:{HARDENED}
    entrypoint: [sh, -c]
    command:
    - |{READER}
    environment: {{DB_USER: "${{DB_USER}}"}}
    secrets: [DB_PASSWORD]
    depends_on: {{db: {{condition: service_healthy}}}}
    healthcheck: {{test: [CMD, sh, -c, "[ -e /tmp/well ]"], interval: 5s, start_period: 30s, start_interval: 250ms}}
configs:
  roles: {{file: roles.sql}}
secrets:
  OWNER_PASSWORD: {{file: "${{DOCKGATE_SECRETS}}/OWNER_PASSWORD"}}
  DB_PASSWORD: {{file: "${{DOCKGATE_SECRETS}}/DB_PASSWORD"}}
volumes:
  data:
""",
    "env/schema.toml": """
[DB_IMAGE]
readers = ["db", "reader"]
[DB_OWNER]
readers = ["db"]
[DB_NAME]
[DB_USER]
readers = ["reader"]
[OWNER_PASSWORD]
secret = true
required = true
generate = "password:32"
readers = ["db"]
[DB_PASSWORD]
secret = true
required = true
generate = "password:32"
readers = ["db", "reader"]
""",
    "env/base.env": "DB_OWNER=shop\nDB_NAME=shop\nDB_USER=shop_a\n",
    ".gitignore": ".dockgate/\n",
}
SETTINGS = """
[tool.dockgate]
name = "{name}"
[tool.dockgate.environments.dev]
files = ["compose.yaml"]
layers = ["env/base.env"]
[tool.dockgate.environments.staging]
files = ["compose.yaml"]
layers = ["env/base.env", "env/staging.env"]
[tool.dockgate.secrets.DB_PASSWORD]
rotate = "postgres"
service = "db"
database = "DB_NAME"
user = "DB_USER"
roles = ["shop_a", "shop_b"]
owner = "DB_OWNER"
"""


@dataclass(frozen=True)
class Shop:
    """A repository of its own with a database, and a reader that opens connections all the time."""

    root: Path
    name: str

    def dockgate(self, *words: str, code: int = 0) -> str:
        """Run a task to its end."""
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(self.root.parent)}
        argv = [sys.executable, "-m", "dockgate", *words, ENV]
        done = subprocess.run(argv, cwd=self.root, env=env, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == code, f"{words} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def container(self, service: str) -> dict[str, Any]:
        """Return the only container of a service."""
        (entry,) = engine_facts.containers(f"{self.name}-staging")[service]
        return entry

    def sql(self, statement: str) -> str:
        """Ask the database as its owner."""
        words = ("psql", "-U", "shop", "-d", "shop", "-XAtqc", statement)
        return engine_facts.docker("exec", str(self.container("db")["Id"]), *words).strip()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Bring up a repository that is not this one; remove it with everything."""
    mine = project.load(ROOT)
    wanted = build.Wanted(only="postgres")
    (image,) = build.ensure(mine, endpoint.find(mine.process), mine.environment("staging"), wanted, print)
    made = Shop(tmp_path_factory.mktemp("roles") / "shop", f"dockgate-it{secrets.token_hex(3)}")
    script = (ROOT / "docs/secrets.md").read_text().partition("```\n\\getenv")[2].partition("```")[0]
    files = {
        **FILES,
        "pyproject.toml": SETTINGS.format(name=made.name),
        "env/staging.env": f"DB_IMAGE={image.ref}\n",
        "roles.sql": f"\\getenv{script}",
    }
    for name, text in files.items():
        (made.root / name).parent.mkdir(parents=True, exist_ok=True)
        (made.root / name).write_text(text)
    git = ("git", "-C", str(made.root), "-c", "user.name=x", "-c", "user.email=x@example.org")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "all")):
        subprocess.run([*git, *words], check=True)
    try:
        made.dockgate("secrets.init")
        made.dockgate("up")
        yield made
    finally:
        own = {each["Name"] for each in made.container("reader")["Mounts"] if each["Type"] == "volume"}
        made.dockgate("down", "--volumes", "--confirm=staging")
        assert engine_facts.left(f"{made.name}-staging") == []
        assert own  # its image declares one, and nothing names it
        assert own.isdisjoint(engine_facts.docker("volume", "ls", "--quiet").split())


@contextmanager
def log(container: str, into: Path) -> Iterator[None]:
    """Write down what a container says, to its end."""
    with into.open("wb") as file:
        following = subprocess.Popen(
            [engine_facts.DOCKER, "logs", "--follow", container], stdout=file, stderr=subprocess.STDOUT
        )
        try:
            yield
            following.wait(120)
        finally:
            following.kill()
            following.wait()


def test_an_application_that_reads_its_password_once_opens_connections_all_the_time(shop: Shop, tmp_path: Path) -> None:
    """The old container as one role until it is gone, the new one as the other; then the first has no password."""
    database = shop.container("db")
    for old, new in (("shop_a", "shop_b"), ("shop_b", "shop_a")):
        before, said = shop.container("reader"), tmp_path / old
        with log(before["Id"], said):
            shop.dockgate("secrets.rotate", "DB_PASSWORD")
        after = shop.container("reader")
        assert before["Id"] != after["Id"]
        assert f"DB_USER={new}" in after["Config"]["Env"]
        lines = said.read_text().split("\n")
        assert lines.count(f"as shop|{old}") > 10
        assert "refused" not in lines
        now = engine_facts.docker("logs", after["Id"]).split("\n")
        assert f"as shop|{new}" in now
        assert "refused" not in now
        able = "SELECT rolname FROM pg_authid WHERE rolname LIKE 'shop__' AND rolpassword IS NOT NULL"
        assert shop.sql(able) == new
    assert shop.container("db")["State"]["StartedAt"] == database["State"]["StartedAt"]
    assert json.loads(shop.dockgate("plan", "--json"))["steps"] == []


def test_a_new_volume_has_the_role_that_the_store_names(shop: Shop) -> None:
    """By the script of the page about secrets; a database that was there before gets them from the rotation."""
    shop.dockgate("secrets.rotate", "DB_PASSWORD")
    shop.dockgate("down", "--volumes", "--confirm=staging")
    shop.dockgate("up")
    assert "DB_USER=shop_b" in shop.container("reader")["Config"]["Env"]
    shop.sql("DROP ROLE IF EXISTS shop_a")
    engine_facts.docker("stop", shop.container("reader")["Id"])
    shop.sql("DROP ROLE shop_b")
    shop.dockgate("secrets.rotate", "DB_PASSWORD", "--current")
    assert eventually(lambda: shop.container("reader")["State"]["Health"]["Status"], "healthy".__eq__) == "healthy"
    shop.dockgate("secrets.rotate", "DB_PASSWORD")
    assert shop.sql("SELECT count(*) FROM pg_roles WHERE rolname IN ('shop_a', 'shop_b')") == "2"
