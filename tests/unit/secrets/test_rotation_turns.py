"""Rotation by two roles in turn: the idle one gets the new password."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.secret import Secret
from dockgate.env import layering
from dockgate.secrets import current, postgres_role, rotation, runtime_files
from dockgate.secrets import store as secret_store
from dockgate.system import process
from tests.unit.secrets.rotations import (
    GIVEN_VALUE,
    SETTINGS,
    Engine,
    Readers,
    Value,
    Values,
    _store,
    database,
    rotate,
    there,
    values,
)
from tests.unit.secrets.secretproject import GIVEN, STRONG, target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.plan import Command
    from dockgate.core.project import Project
    from dockgate.system.process import Result

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
    engine.entries += [database(turns, name, instance=name) for name in ("blue", "green")]
    engine.refusing, engine.stderr = frozenset({"green"}), b"NOTICE:  x\nERROR:  shop_b is still in use"
    with pytest.raises(ToolFailedError) as caught:
        rotate(turns, "DB_PASSWORD", OWNED)
    fix = "bring up every instance of staging, which replaces its containers; then rotate again"
    assert str(caught.value) == (
        f"green rejected the new password: ERROR:  shop_b is still in use\n  → nothing was changed; {fix}"
    )
    assert (user(turns), values(turns)["DB_PASSWORD"]) == ("shop_a", STRONG)
    assert [(argv[3], *each) for (argv, _), each in zip(engine.calls, told(engine), strict=True)] == [
        ("abc", "shop_b", "asked"),
        ("blue", "shop_b", "asked"),
        ("green", "shop_b", "asked"),
        ("abc", "shop_b", "none"),
        ("blue", "shop_b", "none"),
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
    assert str(done.plan).splitlines()[0] == (
        "keep env/staging.secrets.age (has the new value of DB_PASSWORD since it was interrupted)"
    )
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
    with pytest.raises(ConfigError) as caught:
        rotation.prepare(replace(turns, process={**turns.process, "DB_USER": "shop_b"}), chosen, (), "DB_PASSWORD")
    what = "DB_USER is set in the process environment, which hides the store's"
    assert str(caught.value) == f"{what}\n  → unset DB_USER"
    for text, what in (("DB_USER=shop", "DB_USER is 'shop'"), ("", "DB_USER has no value in staging")):
        (turns.root / "env/base.env").write_text(f"{text}\nDB_NAME=shop\nOWNER=shop\n")
        with pytest.raises(ConfigError) as caught:
            rotation.prepare(turns, chosen, (), "DB_PASSWORD")
        fix = "write DB_USER=shop_a into env/staging.env"
        assert str(caught.value) == f"{what}; it must be shop_a or shop_b\n  → {fix}"
    schema = turns.root / "env/schema.toml"
    schema.write_text(schema.read_text().replace("[DB_USER]", "[DB_USER]\nsecret = true"))
    (turns.root / "env/base.env").write_text("DB_USER=shop_a\nDB_NAME=shop\nOWNER=shop\n")
    with pytest.raises(ConfigError) as caught:
        rotation.prepare(turns, chosen, (), "DB_PASSWORD")
    what = "DB_USER is a secret, but it is the name of a role"
    assert str(caught.value) == f"{what}\n  → omit `secret` in the schema"
    assert engine.calls == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"roles": ["a"]},
        {"roles": ["a", "a"]},
        {"roles": ["a", "B"]},
        {"owner": ""},
        {"owner": "DB_USER"},
        {"admin": "DB_USER"},
        {"roles": []},
    ],
)
def test_two_roles_and_an_owner_belong_together(turns: Project, wrong: dict[str, Any]) -> None:
    """One role, twice the same, a name that needs quotes, no owner, or the owner among them."""
    made = replace(turns, settings={"secrets": {"DB_PASSWORD": {**TURN, **wrong}}})
    roles = "roles must be two names of roles: letters, digits and _, no capitals"
    owner = "owner must name the variable of a third role, whose rights both have"
    with pytest.raises(ConfigError) as caught:
        postgres_role.of(made, "DB_PASSWORD")
    said = roles if "roles" in wrong else owner
    assert caught.value.what == f"[tool.dockgate.secrets.DB_PASSWORD] {said}"
    assert caught.value.fix == "docs/secrets.md describes two roles in turn"


def test_the_present_password_makes_the_role_in_use(turns: Project, engine: Engine) -> None:
    """Of a database that was there before it had two roles; no client of the role is asked about."""
    chosen = target(turns, "staging")
    resolved = layering.survey(turns, chosen.environment, secret_store.layer(turns, chosen.environment))
    current.run(turns, chosen, current.prepare(turns, chosen, "DB_PASSWORD", resolved), resolved, Readers(turns))
    assert told(engine) == [("shop_a", "given")]
    assert "CREATE ROLE" in engine.calls[0][1].decode()
    (turns.root / "env/base.env").write_text("DB_USER=shop\nDB_NAME=shop\nOWNER=shop\n")
    resolved = layering.survey(turns, chosen.environment, secret_store.layer(turns, chosen.environment))
    with pytest.raises(ConfigError) as caught:
        current.prepare(turns, chosen, "DB_PASSWORD", resolved)
    assert caught.value.fix == "write DB_USER=shop_a into env/staging.env"


def test_a_database_was_not_initialised_with_roles_in_turn(turns: Project) -> None:
    """Its first start reads another password; a running one learns theirs."""
    assert postgres_role.learners(turns) == {"DB_PASSWORD": "db"}
    assert postgres_role.initialised(turns) == {}
