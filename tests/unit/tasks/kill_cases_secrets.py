"""The commands that change secrets, to be killed."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.core.labels import CHECKOUT
from dockgate.engine.containers import PROJECT
from dockgate.secrets import identities, recipients, scram
from dockgate.secrets import store as secret_store
from dockgate.secrets.fingerprints import policy
from dockgate.system import audit, process
from tests.unit.projects import PYPROJECT
from tests.unit.stack.startup.stacks import HEALTHY, container, model, service
from tests.unit.tasks import world as worlds
from tests.unit.tasks.kill_cases import Case

if TYPE_CHECKING:
    from dockgate.core.plan import Command
    from dockgate.system.process import Result


GIVEN = "kX7mQ2vN9pR4tW8zB3cF6hJ5"
BEFORE = "the one of before"


DATABASE = """
[tool.dockgate.secrets.DB_PASSWORD]
rotate = "postgres"
service = "db"
database = "GREETING"
"""


ROLE = f'{DATABASE}user = "GREETING"\n'


ROLES = f"""{DATABASE}user = "DB_USER"
roles = ["shop_a", "shop_b"]
owner = "GREETING"
"""


USER = """
[DB_USER]
default = "shop_a"
"""


SCHEMA = """
[DB_PASSWORD]
secret = true
required = true
generate = "password:32"
"""


class Prod(Case):
    """Production with an encrypted store."""

    environment = "prod"
    model = model(service("db"), service("api", db=HEALTHY))
    settings, schema = ROLE, SCHEMA

    def prepare(self) -> None:
        (self.world.folder / "pyproject.toml").write_text(PYPROJECT + self.settings)
        (self.world.folder / "env/schema.toml").write_text(worlds.SCHEMA + self.schema)
        self.verifier = ""
        assert self.inv("secrets.init", "--env=prod") == 0
        self.before = self.entries

    def process(self, command: Command, **options: Any) -> Result:
        """Let the database learn its new password."""
        result = super().process(command, **options)
        if "exec" in command.argv:
            self.told(options["stdin"].decode())
        return result

    def told(self, statement: str) -> None:
        """Keep what the database was told."""
        self.verifier = statement.split("'")[1]

    @property
    def store(self) -> secret_store.Store:
        """Return the decrypted store."""
        return secret_store.load(self.project, self.project.environment("prod")) or secret_store.Store()

    @property
    def entries(self) -> dict[str, str]:
        """Return the values in the store."""
        return {name: entry.value.reveal() for name, entry in self.store.entries.items()}

    def agrees(self) -> bool:
        """Tell whether the database would let in who has the password of the store."""
        if not self.verifier:
            return not self.before or self.before["DB_PASSWORD"] == self.entries["DB_PASSWORD"]
        salt = base64.b64decode(self.verifier.split("$")[1].partition(":")[2])
        return scram.verifier(self.store.entries["DB_PASSWORD"].value, salt).reveal() == self.verifier

    def state(self) -> dict[str, Any]:
        """Return what is in the store, and whether everything else agrees with it."""
        environment = self.project.environment("prod")
        copies = {path.name: path.read_text() for path in self.ram.rglob("*") if path.name in self.entries}
        return {
            **super().state(),
            "changed": sorted(name for name, value in self.entries.items() if self.before.get(name) != value),
            "stale": policy.stale(self.project.root, environment, self.store.entries.values()),
            "database": self.agrees(),
            "copies": {name: self.entries[name] == value for name, value in copies.items()},
            "recipients": set(recipients.load(self.project.root).get("prod", {}).values()) == self.store.recipients,
        }


class Init(Prod):
    words = ("secrets.init",)
    mark = "store"

    def prepare(self) -> None:
        super().prepare()
        (self.world.folder / "env/prod.secrets.age").unlink()
        (self.world.folder / "env/recipients.toml").unlink()
        audit.path(self.project).unlink()
        self.before = {}


class Set(Prod):
    words = ("secrets.set", "TOKEN")
    stdin = GIVEN
    mark = "store"


class Edit(Prod):
    words = ("secrets.edit",)
    mark = "store"

    def prepare(self) -> None:
        super().prepare()
        self.monkeypatch.setenv("EDITOR", "editor")
        self.monkeypatch.setattr(process, "attach", self.edit)

    def edit(self, command: Command) -> int:
        """Write another value."""
        path = Path(command.argv[-1])
        path.write_text(f"TOKEN='{GIVEN}'\nDB_PASSWORD='{self.before['DB_PASSWORD']}'\n")
        return 0


class Add(Prod):
    mark = "recipients"

    def prepare(self) -> None:
        super().prepare()
        other = identities.create({"HOME": str(self.world.folder / "bob")})
        self.words = ("secrets.recipients-add", "--name=bob", f"--key={other.public}")


class Remove(Add):
    def prepare(self) -> None:
        super().prepare()
        assert self.inv(*self.words, "--env=prod") == 0
        self.words = ("secrets.recipients-remove", "--name=bob")


class Rotate(Prod):
    words: tuple[str, ...] = ("secrets.rotate", "TOKEN")
    mark = "rotate"

    def prepare(self) -> None:
        super().prepare()
        for name in ("db", "api"):
            one = container(name, image=f"{name}:1", labels=worlds.labels(name, "prod") | {PROJECT: "shop-prod"})
            one = replace(one, labels={**one.labels, CHECKOUT: str(self.world.folder)})
            self.world.engine.listed[one.id] = {"one": one, "state": "created", "health": ""}
        self.world.engine.listed["db-1"] |= {"state": "running", "health": "healthy"}


class RotateRole(Rotate):
    words = ("secrets.rotate", "DB_PASSWORD")


class RotateTurn(RotateRole):
    """Two roles; the first one is in use, with the password of before."""

    settings, schema = ROLES, SCHEMA + USER

    def prepare(self) -> None:
        super().prepare()
        self.passwords = {"shop_a": BEFORE}

    def told(self, statement: str) -> None:
        """Keep which role has which password."""
        role = "shop_a" if '"shop_a"' in statement else "shop_b"
        self.passwords[role] = statement.partition("PASSWORD '")[2].split("'")[0]  # empty for NULL

    def agrees(self) -> bool:
        """Tell whether the role that the store names has the password of the store."""
        made = self.store.entries["DB_PASSWORD"].metadata
        self.verifier = self.passwords.get(made.role if made and made.role else "shop_a", "")
        if self.verifier == BEFORE:
            return self.before["DB_PASSWORD"] == self.entries["DB_PASSWORD"]
        return bool(self.verifier) and super().agrees()

    def state(self) -> dict[str, Any]:
        """Return how many roles can log in, too."""
        return {**super().state(), "roles": sum(map(bool, self.passwords.values()))}


class RotateGiven(Rotate):
    words: tuple[str, ...] = ("secrets.rotate", "DB_PASSWORD", "--given")
    stdin = GIVEN
