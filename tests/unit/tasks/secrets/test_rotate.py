"""`secrets.rotate`: what it replaces, recreates and refuses."""

from __future__ import annotations

import pytest

from dockgate.core import project
from dockgate.secrets import postgres_role
from dockgate.system import audit
from tests.unit.stack.startup.stacks import container
from tests.unit.tasks import world as worlds
from tests.unit.tasks.secrets.prod import GIVEN, PROD, Prod, configure


def test_a_database_on_several_nodes_keeps_its_password(prod: Prod) -> None:
    """The engine that is asked need not be the one that runs it; nothing was changed."""
    file = prod.world.folder / "pyproject.toml"
    file.write_text(f'{file.read_text()}\nruntime = "swarm"\n')
    configure(prod)
    assert prod.inv("secrets.rotate", "TOKEN", PROD) == 2
    assert "TOKEN is the password of db, which is not changed on several nodes" in prod.said
    assert "then inv secrets.set TOKEN --env=prod and inv deploy --env=prod" in prod.said


def test_rotate_without_a_stack(prod: Prod) -> None:
    """A new value; nothing is started."""
    before = prod.token
    document = prod.json("secrets.rotate", "TOKEN", PROD)
    assert [step["action"] for step in document["steps"]] == ["encrypt", "write"]
    assert prod.token != before
    assert prod.world.commands == []


def run(prod: Prod) -> None:
    """Let the stack be there, its container not yet started."""
    one = container("api", image="api:1", labels=worlds.labels("api", "prod"))
    prod.world.engine.listed[one.id] = {"one": one, "state": "created", "health": ""}


def test_rotate_recreates_what_runs(prod: Prod) -> None:
    """Through what `up` does, without building."""
    run(prod)
    document = prod.json("secrets.rotate", "TOKEN", PROD)
    assert [step["action"] for step in document["steps"]] == ["encrypt", "write", "recreate"]
    assert prod.world.images == ["build=False"]


def test_rotate_tells_when_what_it_recreated_is_not_healthy(prod: Prod) -> None:
    """Exit 5: the secret is rotated, and the stack needs a look."""
    run(prod)
    prod.world.engine.react = {"api": [("die", 1)]}
    before = prod.token
    assert prod.inv("secrets.rotate", "TOKEN", PROD) == 5
    assert prod.token != before


def test_rotate_takes_a_value(prod: Prod) -> None:
    """From stdin, with --given."""
    assert prod.json("secrets.rotate", "TOKEN", PROD, "--given", stdin=GIVEN)["done"]
    assert prod.token == GIVEN


@pytest.mark.parametrize("stdin", ["", "\n"])
def test_rotate_refuses_nothing_as_a_value(prod: Prod, stdin: str) -> None:
    """Whatever was to give it has failed: a drawn one in its place would be a surprise."""
    before = prod.token
    assert prod.inv("secrets.rotate", "TOKEN", PROD, "--given", stdin=stdin) == 2
    assert prod.token == before


def test_rotate_may_only_say(prod: Prod) -> None:
    """--dry-run changes nothing."""
    before = prod.token
    assert not prod.json("secrets.rotate", "TOKEN", PROD, "--dry-run")["done"]
    assert prod.token == before


def database(prod: Prod) -> None:
    """Make TOKEN the password of a role of a database that runs, once as it should."""
    path = prod.world.folder / "pyproject.toml"
    keys = 'rotate = "postgres"\nservice = "db"\nuser = "GREETING"\ndatabase = "GREETING"\n'
    path.write_text(f"{path.read_text()}\n[tool.dockgate.secrets.TOKEN]\n{keys}")
    one = container("db", "running", "healthy", labels=worlds.labels("db", "prod"))
    prod.world.engine.listed[one.id] = {"one": one, "state": "running", "health": "healthy"}
    prod.monkeypatch.setattr(postgres_role, "databases", lambda _target, _role: (one,))


def test_rotate_gives_a_database_the_present_value(prod: Prod) -> None:
    """The store stays as it is; the whole plan is said, and done."""
    database(prod)
    before = prod.token
    steps = [
        {
            "action": "alter-role",
            "target": "db",
            "cause": "TOKEN is the password of its role, now as in env/prod.secrets.age:4",
            "effect": "write",
        },
        {
            "action": "recreate",
            "target": "its readers",
            "cause": "read TOKEN, where they have an older value",
            "effect": "write",
        },
    ]
    document = {"environment": "prod", "name": "TOKEN", "steps": steps}
    assert prod.json("secrets.rotate", "TOKEN", PROD, "--current", "--dry-run") == {**document, "done": False}
    assert prod.inv("secrets.rotate", "TOKEN", PROD, "--current", "--dry-run") == 0
    assert prod.out == "".join(f"{each['action']} {each['target']} ({each['cause']})\n" for each in steps)
    assert prod.world.commands == []
    assert prod.json("secrets.rotate", "TOKEN", PROD, "--current") == {**document, "done": True}
    line = [*audit.lines(project.load(prod.world.folder))][-1]
    done = {"action": "secrets.rotate", "result": "done", "environment": "prod", "names": "TOKEN"}
    assert {key: line[key] for key in done} == done
    assert prod.world.commands[0].argv[1:4] == ("exec", "--interactive", "db-1")
    assert prod.token == before


@pytest.mark.parametrize("more", ["--given", "--tls-cert=x", "--tls-key=x"])
def test_rotate_to_the_present_value_takes_no_other(prod: Prod, more: str) -> None:
    """Which of the two is meant is not guessed."""
    database(prod)
    assert prod.inv("secrets.rotate", "TOKEN", PROD, "--current", more) == 2
    assert "error: --current takes the value that is set now, and no other one with it\n" in prod.said
