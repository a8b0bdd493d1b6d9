"""Rotation: in an order that a second try mends, and a database that hears of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core import labels
from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.secret import Secret
from dockgate.engine import containers as engine_containers
from dockgate.env import layering
from dockgate.secrets import certificate, current, postgres_role, rotation, runtime_files, tls_pair, volume_record
from dockgate.secrets import store as secret_store
from dockgate.secrets.fingerprints import policy as fingerprint_policy
from dockgate.secrets.metadata import Source
from dockgate.secrets.volume_record import Record
from dockgate.system import docker_cli, process
from dockgate.system.process import Result
from tests.unit.secrets.secretproject import GIVEN, STRONG, enrolled, project, stored, target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from dockgate.core.plan import Command
    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.env.resolved import ResolvedEnv

SCHEMA = """
[DB_PASSWORD]
secret = true
generate = "password:32"
readers = ["db", "api"]
[TOKEN]
secret = true
readers = ["api"]
[KEPT]
secret = true
generate = "token:48"
[TLS_CERT]
secret = true
generate = "certificate"
required = true
[TLS_KEY]
secret = true
generate = "certificate-key"
required = true
[PLAIN]
"""
SETTINGS = {
    "secrets": {
        "DB_PASSWORD": {"rotate": "postgres", "service": "db", "user": "DB_USER", "database": "DB_NAME"},
        "KEPT": {"refuse": "data is encrypted with it"},
    }
}
GIVEN_VALUE = "kX7mQ2vN9pR4tW8zB3cF6hJ5"


@dataclass
class Engine:
    """What is there, what was executed, and what each database answers."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    refusing: frozenset[str] = frozenset()
    stderr: bytes = b""
    calls: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)

    def containers(self, filters: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """Return the containers that carry all labels."""
        wanted = {tuple(label.split("=", 1)) for label in filters["label"]}
        return [entry for entry in self.entries if wanted <= set(entry["Labels"].items())]

    def inspect(self, container: str) -> dict[str, Any]:
        """Return a container with one volume, named after it."""
        return {"Mounts": [{"Name": f"{container}-data"}]}

    def volume(self, ref: str) -> dict[str, Any]:
        """Return a volume."""
        return {"Name": ref, "CreatedAt": "2026-05-04"}

    def run(self, command: Command, *, stdin: bytes = b"", **_options: Any) -> Result:
        """Record a call."""
        self.calls.append((command.argv, stdin))
        return Result(int(command.argv[3] in self.refusing), b"", self.stderr, 0.0)


def database(
    work: Project, name: str, state: str = "running", instance: str = "", service: str = "db"
) -> dict[str, Any]:
    """Return a database (or another service) as the engine lists it."""
    stack = replace(target(work, "staging"), instance=instance)
    compose = {engine_containers.PROJECT: stack.project, engine_containers.SERVICE: service}
    return {"Id": name, "Names": [f"/{name}"], "State": state, "Labels": {**labels.of(stack), **compose}}


@dataclass
class Values:
    """Resolved values, as far as rotation asks for them."""

    values: dict[str, Any]


@dataclass
class Value:
    text: str

    def reveal(self) -> str:
        return self.text


RESOLVED: Any = Values({"DB_USER": Value('ap"p'), "DB_NAME": Value("shop")})


@pytest.fixture
def work(tmp_path: Path) -> Project:
    """Return a project with secrets in staging."""
    made = replace(project(tmp_path), settings=SETTINGS)
    (tmp_path / "env/schema.toml").write_text(SCHEMA)
    for name in ("base", "staging"):
        (tmp_path / f"env/{name}.env").write_text("")
    enrolled(made, "staging")
    stored(made, "staging", DB_PASSWORD=STRONG, TOKEN=STRONG[::-1], KEPT=STRONG[1:] + "0")
    return made


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, work: Project) -> Engine:
    """Put a fake in place of the engine, with one database running."""
    fake = Engine([database(work, "abc")])
    monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: fake)
    monkeypatch.setattr(process, "run", fake.run)
    monkeypatch.setattr(docker_cli, "docker", lambda _process: "docker")
    return fake


def values(work: Project) -> dict[str, str]:
    """Return the values of the store."""
    store = secret_store.load(work, work.environment("staging"))
    assert store is not None
    return {name: entry.value.reveal() for name, entry in store.entries.items()}


@dataclass
class Readers:
    """Notes what the store held when the readers were made ready, and when they were recreated."""

    work: Project
    ready: list[dict[str, str]] = field(default_factory=list)
    recreated: list[dict[str, str]] = field(default_factory=list)
    problem: Exception | None = None

    def prepare(self) -> None:
        self.ready.append(values(self.work))
        if self.problem:
            raise self.problem

    def recreate(self) -> None:
        self.recreated.append(values(self.work))


def there(chosen: Target) -> set[str]:
    """Return the services that have containers."""
    return {one.service for one in engine_containers.containers(chosen.endpoint, chosen.project)}


def rotate(work: Project, name: str, resolved: ResolvedEnv = RESOLVED, **options: Any) -> list[dict[str, str]]:
    """Rotate a secret; return what the store held whenever the readers were recreated."""
    readers, chosen = Readers(work), target(work, "staging")
    done = rotation.prepare(work, chosen, there(chosen), name, **options)
    rotation.run(work, chosen, done, resolved, readers)
    return readers.recreated


def test_what_the_readers_lack_stops_it_before_the_database_hears(work: Project, engine: Engine) -> None:
    """A guardrail that blocks, an image that is gone: everything is as it was, the copies on RAM included."""
    readers, chosen = Readers(work, problem=ConfigError("no image")), target(work, "staging")
    done = rotation.prepare(work, chosen, there(chosen), "DB_PASSWORD")
    with pytest.raises(ConfigError, match="no image"):
        rotation.run(work, chosen, done, RESOLVED, readers)
    assert values(work)["DB_PASSWORD"] == STRONG
    assert engine.calls == []
    assert [each["DB_PASSWORD"] == STRONG for each in readers.ready] == [False, True]
    assert readers.recreated == []


def test_a_database_password(work: Project, engine: Engine) -> None:
    """Stored, told to the database as a verifier on stdin, then read by its readers; never in an argument."""
    seen = rotate(work, "DB_PASSWORD")
    new = values(work)["DB_PASSWORD"]
    assert new != STRONG
    assert [each["DB_PASSWORD"] for each in seen] == [new]
    ((argv, stdin),) = engine.calls
    assert argv[:4] == ("docker", "exec", "--interactive", "abc")
    assert '--username=ap"p' in argv
    assert stdin.startswith(b'ALTER ROLE "ap""p" PASSWORD \'SCRAM-SHA-256$')
    assert new.encode() not in stdin
    assert all(new not in word for word in argv)
    assert fingerprint_policy.stale(work.root, work.environment("staging"), _store(work).entries.values()) == ()


def test_running_containers_get_the_new_password_when_every_database_knows_it(
    work: Project, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of all instances; before that, they could not open a connection with it."""
    engine.entries += [database(work, "blue", instance="blue")]
    seen: list[tuple[set[str], str, int]] = []

    @contextmanager
    def mounted(_project: Project, stacks: Iterable[str], _checkout: str, name: str) -> Iterator[Any]:
        yield lambda value: seen.append(({*stacks, name}, value.reveal(), len(engine.calls)))

    monkeypatch.setattr(runtime_files, "mounted", mounted)
    rotate(work, "DB_PASSWORD")
    assert seen == [({"shop-staging", "shop-staging-blue", "DB_PASSWORD"}, values(work)["DB_PASSWORD"], 2)]
    engine.refusing = frozenset({"blue"})
    with pytest.raises(ToolFailedError):
        rotate(work, "DB_PASSWORD")
    engine.refusing = frozenset()
    rotate(work, "TOKEN", given=Secret(GIVEN_VALUE))
    assert len(seen) == 1


def _store(work: Project) -> secret_store.Store:
    store = secret_store.load(work, work.environment("staging"))
    assert store is not None
    return store


def test_the_plan_says_everything_first(work: Project, engine: Engine) -> None:
    """Preparing changes nothing; the text names steps, targets and causes; of readers, those that are there."""
    engine.entries.append(database(work, "web", service="api"))
    path = work.root / "env/staging.secrets.age"
    before = path.read_bytes()
    chosen = target(work, "staging")
    plan = rotation.prepare(work, chosen, there(chosen), "DB_PASSWORD").plan
    assert str(plan).splitlines() == [
        "encrypt env/staging.secrets.age (new value of DB_PASSWORD)",
        "write env/fingerprints.toml (fingerprints)",
        "alter-role db (DB_PASSWORD is the password of its role)",
        "recreate api (read DB_PASSWORD)",
    ]
    assert (path.read_bytes(), engine.calls) == (before, [])


def test_a_database_that_refuses_leaves_the_old_password(work: Project, engine: Engine) -> None:
    """In the store as in the database; its readers stay, and the error repeats no statement."""
    engine.refusing = frozenset({"abc"})
    engine.stderr = b"ERROR:  role is busy\nLINE 1: ALTER ROLE app PASSWORD 'SCRAM-SHA-256$...'\n"
    with pytest.raises(ToolFailedError) as caught:
        rotate(work, "DB_PASSWORD")
    assert values(work)["DB_PASSWORD"] == STRONG
    assert "role is busy" in caught.value.what
    assert "SCRAM" not in str(caught.value)
    assert fingerprint_policy.stale(work.root, work.environment("staging"), _store(work).entries.values()) == ()


def test_every_instance_of_the_environment_is_told(work: Project, engine: Engine, tmp_path: Path) -> None:
    """They share the secret; another environment's, a stopped one and another checkout's are left alone."""
    engine.entries += [
        database(work, "blue", instance="blue"),
        database(work, "stopped", "exited", instance="green"),
        database(replace(work, root=tmp_path / "elsewhere"), "theirs", instance="red"),
    ]
    rotate(work, "DB_PASSWORD")
    assert [argv[3] for argv, _ in engine.calls] == ["abc", "blue"]


def test_when_one_of_several_refuses_the_others_get_the_old_password_back(work: Project, engine: Engine) -> None:
    """All databases and the store agree in the end."""
    engine.entries += [database(work, "blue", instance="blue")]
    engine.refusing = frozenset({"blue"})
    with pytest.raises(ToolFailedError):
        rotate(work, "DB_PASSWORD")
    assert [argv[3] for argv, _ in engine.calls] == ["abc", "blue", "abc"]
    assert values(work)["DB_PASSWORD"] == STRONG


def test_an_interruption_while_the_database_is_told_leaves_the_old_password(
    work: Project, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C counts as a refusal: rotating again mends either outcome."""

    def interrupted(*_arguments: Any, **_options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(process, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        rotate(work, "DB_PASSWORD")
    assert values(work)["DB_PASSWORD"] == STRONG
    assert engine.calls == []


@pytest.mark.parametrize("state", ["exited", ""])
def test_a_database_that_does_not_run_is_told_first(work: Project, engine: Engine, state: str) -> None:
    """Nothing is changed: it would not know the new password."""
    engine.entries = [database(work, "abc", state)] if state else [database(work, "abc", instance="other")]
    with pytest.raises(ToolFailedError):
        rotate(work, "DB_PASSWORD")
    assert values(work)["DB_PASSWORD"] == STRONG


def test_another_secret_is_stored_and_its_readers_recreated(work: Project, engine: Engine) -> None:
    """A given value is taken, and recorded as given; nobody else is told."""
    seen = rotate(work, "TOKEN", given=Secret(GIVEN_VALUE))
    assert [each["TOKEN"] for each in seen] == [GIVEN_VALUE]
    made = _store(work).entries["TOKEN"].metadata
    assert made is not None
    assert made.source is Source.GIVEN
    assert engine.calls == []


def test_without_a_stack_nothing_is_recreated(work: Project, engine: Engine) -> None:
    """The next `up` reads the new value."""
    engine.entries = []
    assert rotate(work, "TOKEN", given=Secret(GIVEN_VALUE)) == []
    assert values(work)["TOKEN"] == GIVEN_VALUE


@pytest.mark.parametrize("name", ["TOKEN", "KEPT", "PLAIN", "UNKNOWN", "TLS_KEY"])
def test_what_cannot_be_rotated(work: Project, engine: Engine, name: str) -> None:
    """Nobody can make it, data hangs on it, no secret, unknown, not there: nothing changes."""
    before = values(work)
    with pytest.raises(ConfigError):
        rotate(work, name)
    assert (values(work), engine.calls) == (before, [])


def test_a_certificate_is_renewed_with_its_key(work: Project, engine: Engine) -> None:
    """Both change together; a pair that is given replaces both."""
    engine.entries = []
    names = tls_pair.Names("TLS_CERT", "TLS_KEY")
    secret_store.save(work, work.environment("staging"), tls_pair.complete(_store(work), names, ["localhost"], None))
    before = values(work)
    rotate(work, "TLS_CERT")
    after = values(work)
    assert {name for name in after if after[name] != before[name]} == {"TLS_CERT", "TLS_KEY"}
    key = certificate.certificate_key().value
    pair = tls_pair.Pair(certificate.certificate(key, ["localhost"]), key)
    rotate(work, "TLS_KEY", pair=pair)
    assert values(work)["TLS_KEY"] == key.reveal()
    with pytest.raises(ConfigError):
        rotate(work, "TOKEN", pair=pair)


def test_learners(work: Project) -> None:
    """Which service is told while it runs: a mere `set` leaves it behind, and no label recreates it."""
    assert postgres_role.learners(work) == {"DB_PASSWORD": "db"}


@pytest.mark.parametrize(
    "table",
    [{"rotate": "mysql"}, {"rotate": "postgres"}, {"rotate": "postgres", "service": "db"}, {"rotat": "postgres"}],
)
def test_a_wrong_configuration_is_told(work: Project, engine: Engine, table: dict[str, str]) -> None:
    """A kind that is not known, names that are missing, a typo."""
    wrong = replace(work, settings={"secrets": {"TOKEN": table}})
    with pytest.raises(ConfigError):
        rotate(wrong, "TOKEN", given=Secret(GIVEN_VALUE))
    assert engine.calls == []


@pytest.mark.usefixtures("engine")
def test_the_record_of_a_rotated_value(work: Project) -> None:
    """Generated, with its bits, whatever the old one was."""
    store = _store(work).with_value("DB_PASSWORD", Secret(GIVEN_VALUE), GIVEN)
    secret_store.save(work, work.environment("staging"), store)
    rotate(work, "DB_PASSWORD")
    made = _store(work).entries["DB_PASSWORD"].metadata
    assert made is not None
    assert (made.source, made.bits) == (Source.GENERATED, 190)


def test_a_rotated_password_is_noted_for_the_volume_of_its_database(work: Project, engine: Engine) -> None:
    """So that the next `up` does not take it for a change that the database has not seen; not for another user's."""
    host, known = target(work, "staging").endpoint.host, partial(volume_record.digest, work, "password")
    for user, noted in (('ap"p', True), ("postgres", False)):
        settings = {"user": volume_record.digest(work, "user", user), "password": known(STRONG)}
        volume_record.write(work, host, "abc-data", Record("2026-05-04", "2026-05-04", settings))
        rotate(work, "DB_PASSWORD")
        found = volume_record.read(work, host, "abc-data", "2026-05-04")
        assert found
        assert (found.settings["password"] == known(values(work)["DB_PASSWORD"])) is noted
    assert engine.calls


def test_a_running_database_gets_the_value_that_is_set_now(work: Project, engine: Engine) -> None:
    """As in development, where it stands in a file: nothing is written, readers are made ready before."""
    readers, chosen, now = Readers(work), target(work, "staging"), "written-into-a-file"
    (work.root / "env/staging.env").write_text(f"DB_USER=app\nDB_NAME=shop\nDB_PASSWORD={now}\n")
    resolved = layering.survey(work, chosen.environment, None)
    todo = current.prepare(work, chosen, "DB_PASSWORD", resolved)
    assert [step.action for step in todo.plan.steps] == ["alter-role", "recreate"]
    current.run(work, chosen, todo, resolved, readers)
    ((argv, stdin),) = engine.calls
    assert "--username=app" in argv
    assert b"SCRAM-SHA-256" in stdin
    assert values(work)["DB_PASSWORD"] == STRONG
    assert (len(readers.ready), len(readers.recreated)) == (1, 1)
    for name, what in (("TOKEN", "not configured as the password"), ("PLAIN", "not a secret")):
        with pytest.raises(ConfigError, match=what):
            current.prepare(work, chosen, name, resolved)
    engine.entries.clear()
    with pytest.raises(ToolFailedError, match="not running"):
        current.prepare(work, chosen, "DB_PASSWORD", resolved)


@pytest.mark.parametrize(("runtime", "up"), [("compose", "up"), ("swarm", "deploy")])
def test_what_cannot_be_done_names_the_command_of_the_runtime(
    work: Project, engine: Engine, runtime: str, up: str
) -> None:
    """What brings the readers of a secret up is another command on a swarm."""
    environments = {name: replace(each, runtime=runtime) for name, each in work.environments.items()}
    work = replace(work, environments=environments)
    (work.root / "env/dev.env").write_text(f"TOKEN={STRONG}\n")
    engine.entries.clear()
    chosen = target(work, "staging")
    resolved = layering.survey(work, chosen.environment, None)
    with pytest.raises(ConfigError) as caught:
        current.prepare(work, chosen, "TOKEN", resolved)
    assert caught.value.fix == f"inv {up} --env=staging gives its readers the present value"
    with pytest.raises(ToolFailedError) as failed:
        rotation.prepare(work, chosen, (), "DB_PASSWORD")
    assert failed.value.fix == f"inv {up} --env=staging; before the first start, inv secrets.set --env=staging"
    with pytest.raises(ConfigError) as caught:
        rotation.prepare(work, target(work, "dev"), (), "TOKEN")
    assert caught.value.fix == f"write the new value into env/dev.env, then inv {up} --env=dev"
    (work.root / "env/staging.env").write_text("TOKEN=cmd:pass show shop\n")
    with pytest.raises(ConfigError) as caught:
        rotation.prepare(work, chosen, (), "TOKEN")
    assert caught.value.fix == f"change it there, then inv secrets.fingerprint --env=staging and inv {up} --env=staging"


def test_an_environment_without_a_store_says_how_its_password_is_changed(work: Project) -> None:
    """What it advises works there."""
    (work.root / "env/dev.env").write_text(f"DB_PASSWORD={STRONG}\n")
    with pytest.raises(ConfigError) as caught:
        rotation.prepare(work, target(work, "dev"), (), "DB_PASSWORD")
    assert "env/dev.env, then inv secrets.rotate DB_PASSWORD --env=dev --current" in caught.value.fix


TURN = {**SETTINGS["secrets"]["DB_PASSWORD"], "roles": ["shop_a", "shop_b"], "owner": "OWNER"}
OWNED: Any = Values({"DB_USER": Value("shop_a"), "DB_NAME": Value("shop"), "OWNER": Value("shop")})


@pytest.fixture
def turns(work: Project) -> Project:
    """Return the project with two roles that have the password in turn, the first one in use."""
    file = work.root / "env/schema.toml"
    file.write_text(f"{file.read_text()}[DB_USER]\n[DB_NAME]\n[OWNER]\n")
    (work.root / "env/base.env").write_text("DB_USER=shop_a\nDB_NAME=shop\nOWNER=shop\n")
    return replace(work, settings={"secrets": {"DB_PASSWORD": TURN}})


def user(work: Project) -> str:
    """Return as which role services log in, by the store and the files."""
    environment = work.environment("staging")
    value = layering.resolve(work, environment, secret_store.layer(work, environment)).values["DB_USER"].value
    assert isinstance(value, str), "the name of a role is no secret"
    return value


def told(engine: Engine) -> list[tuple[str, str]]:
    """Return which role each statement was about, and what became of it."""
    found = []
    for _, stdin in engine.calls:
        text = stdin.decode()
        role = "shop_a" if '"shop_a"' in text else "shop_b"
        found.append((role, "none" if "PASSWORD NULL" in text else "asked" if "pg_stat_activity" in text else "given"))
    return found


def test_two_roles_have_the_password_in_turn(turns: Project, engine: Engine) -> None:
    """The idle one gets it and is what new containers log in as; the other loses its own when they are there."""
    seen: list[tuple[str, int]] = []
    readers, chosen = Readers(turns), target(turns, "staging")
    readers.recreate = lambda: seen.append((user(turns), len(engine.calls)))  # type: ignore[method-assign]
    for expected in ("shop_b", "shop_a"):
        done = rotation.prepare(turns, chosen, there(chosen), "DB_PASSWORD")
        rotation.run(turns, chosen, done, OWNED, readers)
        assert user(turns) == expected
    assert seen == [("shop_b", 1), ("shop_a", 3)]
    assert told(engine) == [("shop_b", "asked"), ("shop_a", "none"), ("shop_a", "asked"), ("shop_b", "none")]
    assert all("--username=shop" in argv for argv, _ in engine.calls)
    assert str(done.plan).splitlines()[2:] == [
        "alter-role db (DB_PASSWORD is the password of shop_a; shop_b keeps its own meanwhile)",
        "recreate its readers (read DB_PASSWORD)",
        "retire-role db (shop_b has no password until it is its turn)",
    ]


def test_the_files_of_containers_that_log_in_as_the_other_role_stay(
    turns: Project, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have its name, and its password goes on being right."""
    written: list[Secret] = []

    @contextmanager
    def mounted(*_arguments: Any) -> Iterator[Any]:
        yield written.append

    monkeypatch.setattr(runtime_files, "mounted", mounted)
    rotate(turns, "DB_PASSWORD", OWNED)
    assert (written, len(engine.calls)) == ([], 2)


def test_a_database_that_refuses_leaves_the_role_of_before(turns: Project, engine: Engine) -> None:
    """In the store as in every database, where the other one has no password."""
    engine.entries += [database(turns, "blue", instance="blue")]
    engine.refusing, engine.stderr = frozenset({"blue"}), b"NOTICE:  x\nERROR:  shop_b is still in use"
    with pytest.raises(ToolFailedError, match="shop_b is still in use"):
        rotate(turns, "DB_PASSWORD", OWNED)
    assert (user(turns), values(turns)["DB_PASSWORD"]) == ("shop_a", STRONG)
    assert [(argv[3], *each) for (argv, _), each in zip(engine.calls, told(engine), strict=True)] == [
        ("abc", "shop_b", "asked"),
        ("blue", "shop_b", "asked"),
        ("abc", "shop_b", "none"),
    ]


def test_another_instance_keeps_the_role_that_its_containers_use(turns: Project, engine: Engine) -> None:
    """Its own `up` replaces them: both roles open connections there until then."""
    engine.entries += [database(turns, "blue", instance="blue")]
    rotate(turns, "DB_PASSWORD", OWNED)
    assert [(argv[3], *each) for (argv, _), each in zip(engine.calls, told(engine), strict=True)] == [
        ("abc", "shop_b", "asked"),
        ("blue", "shop_b", "asked"),
        ("abc", "shop_a", "none"),
    ]


@pytest.mark.parametrize(("calls", "replaced"), [(0, False), (1, False), (1, True)])
def test_a_rotation_by_turns_that_was_killed_goes_on_with_the_same_role(
    turns: Project, engine: Engine, monkeypatch: pytest.MonkeyPatch, calls: int, *, replaced: bool
) -> None:
    """Before the database heard, before the readers, before the last step: the same password, the same role."""

    def killed(command: Command, **options: Any) -> Result:
        if len(engine.calls) == calls:
            raise SystemExit
        return engine.run(command, **options)

    chosen = target(turns, "staging")
    monkeypatch.setattr(process, "run", killed)
    monkeypatch.setattr(rotation, "_untell", killed_hard)
    readers = Readers(turns)
    if not replaced:
        readers.recreate = killed_hard  # type: ignore[method-assign]
    with pytest.raises(SystemExit):
        rotation.run(turns, chosen, rotation.prepare(turns, chosen, there(chosen), "DB_PASSWORD"), OWNED, readers)
    password = values(turns)["DB_PASSWORD"]
    assert (user(turns), password != STRONG) == ("shop_b", True)
    engine.calls.clear()
    monkeypatch.setattr(process, "run", engine.run)
    done = rotation.prepare(turns, chosen, there(chosen), "DB_PASSWORD")
    rotation.run(turns, chosen, done, OWNED, Readers(turns))
    assert (user(turns), values(turns)["DB_PASSWORD"]) == ("shop_b", password)
    assert told(engine) == [("shop_b", "given"), ("shop_a", "none")]


def killed_hard(*_arguments: object) -> None:
    """End as a killed process does: nothing is put back."""
    raise SystemExit


def test_a_password_that_is_set_by_hand_is_that_of_the_role_in_the_files(turns: Project, engine: Engine) -> None:
    """What is recorded beside a value is about this value."""
    rotate(turns, "DB_PASSWORD", OWNED)
    store = _store(turns).with_value("DB_PASSWORD", Secret(GIVEN_VALUE), GIVEN)
    secret_store.save(turns, turns.environment("staging"), store)
    assert (user(turns), len(engine.calls)) == ("shop_a", 2)


def test_the_role_in_use_must_be_one_of_both(turns: Project, engine: Engine) -> None:
    """Not another one, not a secret, not what the shell says instead of the store."""
    chosen = target(turns, "staging")
    with pytest.raises(ConfigError, match="DB_USER is set in the process environment"):
        rotation.prepare(replace(turns, process={**turns.process, "DB_USER": "shop_b"}), chosen, (), "DB_PASSWORD")
    for text, what in (("DB_USER=shop", "'shop'; it must be shop_a or shop_b"), ("", "has no value in staging")):
        (turns.root / "env/base.env").write_text(f"{text}\nDB_NAME=shop\nOWNER=shop\n")
        with pytest.raises(ConfigError, match=what):
            rotation.prepare(turns, chosen, (), "DB_PASSWORD")
    schema = turns.root / "env/schema.toml"
    schema.write_text(schema.read_text().replace("[DB_USER]", "[DB_USER]\nsecret = true"))
    (turns.root / "env/base.env").write_text("DB_USER=shop_a\nDB_NAME=shop\nOWNER=shop\n")
    with pytest.raises(ConfigError, match="DB_USER is a secret"):
        rotation.prepare(turns, chosen, (), "DB_PASSWORD")
    assert engine.calls == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"roles": ["a"]},
        {"roles": ["a", "a"]},
        {"roles": ["a", "B"]},
        {"owner": ""},
        {"owner": "DB_USER"},
        {"roles": []},
    ],
)
def test_two_roles_and_an_owner_belong_together(turns: Project, wrong: dict[str, Any]) -> None:
    """One role, twice the same, a name that needs quotes, no owner, or the owner among them."""
    made = replace(turns, settings={"secrets": {"DB_PASSWORD": {**TURN, **wrong}}})
    with pytest.raises(ConfigError, match=r"\[tool.dockgate.secrets.DB_PASSWORD\] (roles|owner) must"):
        postgres_role.of(made, "DB_PASSWORD")


def test_the_present_password_makes_the_role_in_use(turns: Project, engine: Engine) -> None:
    """Of a database that was there before it had two roles; no client of the role is asked about."""
    chosen = target(turns, "staging")
    resolved = layering.survey(turns, chosen.environment, secret_store.layer(turns, chosen.environment))
    current.run(turns, chosen, current.prepare(turns, chosen, "DB_PASSWORD", resolved), resolved, Readers(turns))
    assert told(engine) == [("shop_a", "given")]
    assert "CREATE ROLE" in engine.calls[0][1].decode()


def test_a_database_was_not_initialised_with_roles_in_turn(turns: Project) -> None:
    """Its first start reads another password; a running one learns theirs."""
    assert postgres_role.learners(turns) == {"DB_PASSWORD": "db"}
    assert postgres_role.initialised(turns) == {}
