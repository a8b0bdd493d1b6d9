"""The tasks about secrets, whole: what they write, print and exit with; never a value."""

from __future__ import annotations

import fcntl
import io
import json
import os
import sys
import tempfile
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import project
from dockgate.secrets import certificate, identities, recipients
from dockgate.secrets import store as secret_store
from dockgate.secrets.age_file import SealedError
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.stack import runtimes
from dockgate.stack.runtimes.protocol import Traits
from dockgate.system import audit, ram_folder
from tests.unit.stack.startup.stacks import container, model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.tasks.world import World

GIVEN = "kX7mQ2vN9pR4tW8zB3cF6hJ5"
PROD = "--env=prod"
CHANGES = (
    ("secrets.init",),
    ("secrets.set", "TOKEN"),
    ("secrets.edit",),
    ("secrets.rotate", "TOKEN"),
    ("secrets.fingerprint",),
    ("secrets.recipients-add", "--name=bob", "--key=age1nonsense"),
    ("secrets.recipients-remove", "--name=nobody"),
)


class Prod:
    """Production of the made-up project, as its tasks leave it."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.world, self.monkeypatch, self.capfd = world, monkeypatch, capfd
        self.said = ""

    def inv(self, *words: str, stdin: str = "") -> int:
        """Run a task with something on its stdin."""
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = self.world.inv(*words, monkeypatch=self.monkeypatch)
        captured = self.capfd.readouterr()
        self.said += captured.out + captured.err
        self.out = captured.out
        return code

    def json(self, *words: str, stdin: str = "") -> dict[str, Any]:
        """Run a task with --json, and return its document."""
        assert self.inv(*words, "--json", stdin=stdin) == 0, self.said
        document = json.loads(self.out)
        assert isinstance(document, dict)
        return document

    @property
    def token(self) -> str:
        """Return the value of TOKEN in the encrypted store."""
        loaded = project.load(self.world.folder)
        store = secret_store.load(loaded, loaded.environment("prod"))
        assert store is not None
        return store.entries["TOKEN"].value.reveal()


def lines(prod: Prod) -> list[tuple[str, str]]:
    return [(line["action"], line["names"]) for line in audit.lines(project.load(prod.world.folder))]


def test_changes_are_in_the_audit_log_by_name(prod: Prod) -> None:
    """One line for each; what changed nothing has none, and no value is ever there."""
    assert prod.inv("secrets.set", "TOKEN", PROD, stdin=GIVEN) == 0
    assert prod.inv("secrets.init", PROD) == 0
    assert prod.inv("secrets.rotate", "TOKEN", PROD) == 0
    assert lines(prod) == [("secrets.init", "TOKEN"), ("secrets.set", "TOKEN"), ("secrets.rotate", "TOKEN")]
    log = audit.path(project.load(prod.world.folder)).read_text()
    assert GIVEN not in log
    assert prod.token not in log


@pytest.fixture
def prod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Prod]:
    """Return production with generated secrets, and hold in the end that none was printed."""
    made = worlds.make(tmp_path, model(service("api")), monkeypatch, "prod")
    with tempfile.TemporaryDirectory(dir=ram_folder.base({}), prefix="dockgate-test-") as ram:
        monkeypatch.setenv(ram_folder.VARIABLE, ram)
        environment = Prod(made, monkeypatch, capfd)
        assert environment.inv("secrets.init", PROD) == 0, environment.said
        values = {environment.token}
        yield environment
        values |= {environment.token, GIVEN}
        assert [value for value in values if value in environment.said] == []


def test_init_tells_names_and_the_new_identity(prod: Prod) -> None:
    """A second run adds nothing."""
    assert "TOKEN" in prod.said
    assert "identity.txt" in prod.said
    document = prod.json("secrets.init", PROD)
    assert (document["added"], document["missing"], document["identity"]) == ([], [], None)


def test_init_for_development_is_refused(prod: Prod) -> None:
    """Exit 2."""
    assert prod.inv("secrets.init", "--env=dev") == 2


def test_init_wants_both_files_of_a_certificate(prod: Prod, tmp_path: Path) -> None:
    """And an environment that has a place for it."""
    chain, key = tmp_path / "c.pem", tmp_path / "k.pem"
    private = certificate.certificate_key().value
    chain.write_text(certificate.certificate(private, ["localhost"]).reveal())
    key.write_text(private.reveal())
    assert prod.inv("secrets.init", PROD, f"--tls-cert={chain}") == 2
    assert prod.inv("secrets.init", PROD, f"--tls-cert={chain}", f"--tls-key={key}") == 2


def test_set_reads_stdin(prod: Prod) -> None:
    """The value without its line break."""
    assert prod.json("secrets.set", "TOKEN", PROD, stdin=GIVEN + "\n")["changed"] == ["TOKEN"]
    assert prod.token == GIVEN


@pytest.mark.parametrize(
    ("words", "stdin"), [(["TOKEN"], "hunter2"), (["TOKEN"], ""), (["TOKE"], GIVEN), ([], GIVEN), (["GREETING"], GIVEN)]
)
def test_set_refuses(prod: Prod, words: list[str], stdin: str) -> None:
    """Weak, empty, unknown, nameless, no secret: exit 2, and the old value stays."""
    before = prod.token
    assert prod.inv("secrets.set", *words, PROD, stdin=stdin) == 2
    assert prod.token == before


def test_set_refuses_what_is_not_text(prod: Prod) -> None:
    """Bytes that are not UTF-8 could not come out as they went in."""
    prod.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff" * 40)))
    assert prod.world.inv("secrets.set", "TOKEN", PROD, monkeypatch=prod.monkeypatch) == 2


class Terminal(io.StringIO):
    """A person at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code"), [([GIVEN, GIVEN], 0), ([GIVEN, "other"], 2)])
def test_set_asks_twice_on_a_terminal(prod: Prod, typed: list[str], code: int) -> None:
    """Hidden, and a slip of the finger changes nothing."""
    answers = iter(typed)
    prod.monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    prod.monkeypatch.setattr(sys, "stdin", Terminal())
    assert prod.world.inv("secrets.set", "TOKEN", PROD, monkeypatch=prod.monkeypatch) == code
    assert (prod.token == GIVEN) is (code == 0)


def test_set_of_nothing_typed_changes_nothing(prod: Prod) -> None:
    """^D at the prompt is a way out."""

    def nothing(_prompt: str) -> str:
        raise EOFError

    before = prod.token
    prod.monkeypatch.setattr("getpass.getpass", nothing)
    prod.monkeypatch.setattr(sys, "stdin", Terminal())
    assert prod.world.inv("secrets.set", "TOKEN", PROD, monkeypatch=prod.monkeypatch) == 2
    assert prod.token == before


@pytest.mark.parametrize("task", ["set", "rotate"])
def test_what_may_be_a_value_on_the_command_line_is_not_repeated(prod: Prod, task: str) -> None:
    """Somebody who writes NAME=value learns how it is done, and finds no value in what was said."""
    assert prod.inv(f"secrets.{task}", f"TOKEN={GIVEN}", PROD, stdin="") == 2
    assert GIVEN not in prod.said
    assert "stdin" in prod.said


def test_set_says_when_a_database_would_not_learn_of_it(prod: Prod) -> None:
    """The value is stored all the same: before the first start that is right."""
    configure(prod)
    assert prod.inv("secrets.set", "TOKEN", PROD, stdin=GIVEN) == 0
    assert "secrets.rotate TOKEN" in prod.said


def test_set_warns_of_a_value_that_another_environment_has(prod: Prod) -> None:
    """At once, not when the guard looks the next time; another value says nothing."""
    assert prod.inv("secrets.init", "--env=staging") == 0
    assert prod.inv("secrets.set", "TOKEN", "--env=staging", stdin=prod.token) == 0
    warning = (
        "warning: TOKEN now has the same value as TOKEN of prod, which inv guard refuses; "
        "give each environment its own: inv secrets.rotate TOKEN --env=staging\n"
    )
    assert prod.said.count(warning) == 1
    assert prod.inv("secrets.set", "TOKEN", "--env=staging", stdin=GIVEN) == 0
    assert prod.said.count("warning: ") == 1


def configure(prod: Prod) -> None:
    """Make TOKEN the password of a database role."""
    path = prod.world.folder / "pyproject.toml"
    table = '[tool.dockgate.secrets.TOKEN]\nrotate = "postgres"\nservice = "db"\nuser = "U"\ndatabase = "D"\n'
    path.write_text(f"{path.read_text()}\n{table}")


def test_list(prod: Prod) -> None:
    """Names, origins and strength; what is missing."""
    document = prod.json("secrets.list", PROD)
    assert [(row["name"], row["source"], row["bits"], row["fingerprint"]) for row in document["secrets"]] == [
        ("TOKEN", "generated", 288, "blake2b")
    ]
    assert document["missing"] == []
    (prod.world.folder / "env/schema.toml").write_text(worlds.SCHEMA + "[NEW]\nsecret = true\nrequired = true\n")
    assert prod.inv("secrets.list", PROD) == 0
    assert prod.json("secrets.list", PROD)["missing"] == ["NEW"]
    assert prod.json("secrets.init", PROD)["missing"] == ["NEW"]


def editor(prod: Prod, *texts: str) -> None:
    """Let an editor write these texts, one each time that it is opened."""
    queue = list(texts)

    def attach(command: Any) -> int:
        path = command.argv[-1]
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a fake of a program
            before = file.read()
        with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - a fake of a program
            file.write(queue.pop(0).replace("BEFORE", before))
        return 0

    prod.monkeypatch.setattr("dockgate.system.process.attach", attach)
    prod.monkeypatch.setenv("EDITOR", "editor")


def test_edit(prod: Prod) -> None:
    """What changed is named; nothing stays on RAM."""
    editor(prod, f"TOKEN='{GIVEN}'\n")
    assert prod.json("secrets.edit", PROD)["changed"] == ["TOKEN"]
    assert prod.token == GIVEN
    assert os.listdir(os.environ[ram_folder.VARIABLE]) == []  # noqa: PTH208 - names are enough


def test_an_edit_without_a_change(prod: Prod) -> None:
    """Says so."""
    editor(prod, "BEFORE")
    assert prod.json("secrets.edit", PROD)["changed"] == []


def test_a_bad_edit_without_a_terminal_ends(prod: Prod) -> None:
    """Exit 2, and the old value stays."""
    before = prod.token
    editor(prod, "TOKEN='hunter2'\n")
    assert prod.inv("secrets.edit", PROD) == 2
    assert prod.token == before


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("\n", 0), ("n\n", 2)])
def test_a_bad_edit_may_be_mended(prod: Prod, answer: str, code: int) -> None:
    """The editor opens again on what was written, unless the person gives up."""
    editor(prod, "TOKEN='hunter2'\n", f"TOKEN='{GIVEN}'\n")
    prod.monkeypatch.setattr(sys, "stdin", Terminal(answer))
    assert prod.world.inv("secrets.edit", PROD, monkeypatch=prod.monkeypatch) == code
    assert (prod.token == GIVEN) is (code == 0)


def test_a_database_on_several_nodes_keeps_its_password(prod: Prod, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine that is asked need not be the one that runs it; nothing was changed."""
    configure(prod)
    traits = Traits(command="deploy", nodes=True)
    monkeypatch.setattr(runtimes, "of", lambda *_: SimpleNamespace(traits=traits))
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
    """Whatever was to give it has failed: a drawn one in its place would be a surprise to everybody."""
    before = prod.token
    assert prod.inv("secrets.rotate", "TOKEN", PROD, "--given", stdin=stdin) == 2
    assert prod.token == before


def test_rotate_may_only_say(prod: Prod) -> None:
    """--dry-run changes nothing."""
    before = prod.token
    assert not prod.json("secrets.rotate", "TOKEN", PROD, "--dry-run")["done"]
    assert prod.token == before


def test_fingerprint(prod: Prod) -> None:
    """Written anew; --check tells what is out of date, and exits 3."""
    path = prod.world.folder / fingerprint_match.FILE
    before = path.read_text()
    path.unlink()
    assert prod.inv("secrets.fingerprint", PROD, "--check") == 3
    assert not path.exists()
    document = prod.json("secrets.fingerprint", PROD)
    assert (document["stale"], document["weak"]) == (["TOKEN"], [])
    assert path.read_text() != before  # another salt
    assert prod.inv("secrets.fingerprint", PROD, "--check") == 0


def test_recipients(prod: Prod, tmp_path: Path) -> None:
    """Added, listed and removed; the file is encrypted to them at once, and the last one stays."""
    bob = identities.create({"HOME": str(tmp_path / "bob")})
    assert set(prod.json("secrets.recipients-add", PROD, "--name=bob", f"--key={bob.public}")["recipients"]) > {"bob"}
    theirs = project.load(prod.world.folder, {"HOME": str(tmp_path / "bob")})
    assert secret_store.load(theirs, theirs.environment("prod")) is not None
    listed = prod.json("secrets.recipients", PROD)["recipients"]
    assert listed == dict(recipients.load(prod.world.folder)["prod"])
    assert prod.inv("secrets.recipients", PROD) == 0
    assert set(prod.json("secrets.recipients-remove", PROD, "--name=bob")["recipients"]) == set(listed) - {"bob"}
    with pytest.raises(SealedError):
        secret_store.load(theirs, theirs.environment("prod"))
    (last,) = set(listed) - {"bob"}
    assert prod.inv("secrets.recipients-remove", PROD, f"--name={last}") == 2
    assert prod.inv("secrets.recipients-add", PROD, "--name=eve", "--key=age1nonsense") == 2


def test_two_at_once(prod: Prod) -> None:
    """The second is told who is at work, with exit 7; nothing is lost."""
    (held,) = prod.world.folder.glob("dockgate-shop-secrets-*.lock")
    before = prod.token
    with held.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for words in CHANGES:
            assert prod.inv(*words, PROD, stdin=GIVEN) == 7, words
    assert prod.token == before


@pytest.mark.parametrize("words", CHANGES, ids=lambda words: words[0])
def test_whoever_is_locked_out_can_wait(prod: Prod, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    """As the error says: the other one ends while we wait. What comes of it then is the task's own."""
    (path,) = prod.world.folder.glob("dockgate-shop-secrets-*.lock")
    with path.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        monkeypatch.setattr(time, "sleep", lambda _seconds: file.close())
        assert prod.inv(*words, PROD, "--lock-wait=60", stdin=GIVEN) != 7
        assert file.closed


def test_a_secret_that_lives_elsewhere_is_listed_and_fingerprinted(prod: Prod) -> None:
    """By who is asked for it; a change of the store keeps its fingerprint."""
    folder = prod.world.folder
    (folder / "held.txt").write_text(GIVEN + "\n")
    (folder / "env/schema.toml").write_text(worlds.SCHEMA + "[HELD]\nsecret = true\nrequired = true\n")
    (folder / "env/prod.env").write_text("HELD=file:held.txt\n")
    document = prod.json("secrets.list", PROD)
    assert document["missing"] == []
    assert [(row["name"], row["source"]) for row in document["secrets"]] == [("TOKEN", "generated"), ("HELD", "file")]
    assert prod.json("secrets.fingerprint", PROD)["stale"] == ["HELD"]
    assert prod.inv("secrets.rotate", "TOKEN", PROD) == 0
    assert {each.name: str(each.kind) for each in fingerprint_match.load(folder)} == {
        "TOKEN": "blake2b",
        "HELD": "scrypt",
    }
    assert prod.inv("secrets.rotate", "HELD", PROD) == 2
    assert "HELD of prod is stored in a provider (file)" in prod.said
    (folder / "held.txt").unlink()
    assert prod.inv("secrets.fingerprint", PROD) == 2


def test_an_environment_whose_secrets_all_live_elsewhere_needs_no_store(prod: Prod) -> None:
    """Nothing has to be encrypted for the sake of fingerprints."""
    folder = prod.world.folder
    store = (folder / "env/prod.secrets.age").rename(folder / "aside")
    (folder / "held.txt").write_text(GIVEN)
    assert prod.inv("secrets.fingerprint", PROD) == 2
    (folder / "env/prod.env").write_text("TOKEN=file:held.txt\n")
    assert prod.inv("secrets.fingerprint", PROD) == 0
    assert [str(each.kind) for each in fingerprint_match.load(folder)] == ["scrypt"]
    assert prod.json("secrets.list", PROD)["secrets"][0]["source"] == "file"
    store.rename(folder / "env/prod.secrets.age")


@pytest.mark.parametrize("before", [(), ("secrets.fingerprint",)])
def test_up_tells_what_of_production_nothing_would_recognise(prod: Prod, before: tuple[str, ...]) -> None:
    """A provider's secret without a fingerprint; not one that has it."""
    folder = prod.world.folder
    (folder / "held.txt").write_text(GIVEN)
    (folder / "env/schema.toml").write_text(worlds.SCHEMA + "[HELD]\nsecret = true\n")
    (folder / "env/prod.env").write_text("HELD=file:held.txt\n")
    for task in before:
        assert prod.inv(task, PROD) == 0, prod.said
    assert prod.inv("up", PROD) == 0, prod.said
    assert ("HELD of prod have no fingerprint" in prod.said) is not bool(before)


def test_a_second_person_is_told_how_to_get_in(prod: Prod, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their first error names the command that makes their key; it ends well, and says what to ask for."""
    monkeypatch.setenv(identities.VARIABLE, str(tmp_path / "bob.txt"))
    assert prod.inv("secrets.list", PROD) == 2
    assert "inv secrets.init --env=prod makes yours; then ask a recipient" in prod.said
    assert prod.inv("secrets.init", PROD) == 0
    (bob,) = identities.load({identities.VARIABLE: str(tmp_path / "bob.txt")})
    assert f"inv secrets.recipients-add --env=prod --name=YOUR-NAME --key={bob.public}" in prod.said
    monkeypatch.delenv(identities.VARIABLE)
    assert "env/prod.secrets.age: not changed" in prod.said


def test_whole_text_of_the_list(prod: Prod) -> None:
    """A row for each secret, then what is missing, with the command that works for it; no value."""
    rows = "NAME   SOURCE     AGE  STRENGTH   FINGERPRINT  DUE\nTOKEN  generated  0 d  generated  blake2b\n"
    files = "files compose/base.yaml compose/prod.yaml\n"
    target = f"environment prod · project shop-prod · endpoint unix:///nowhere/docker.sock · {files}"
    prod.said = ""
    assert prod.inv("secrets.list", PROD) == 0
    assert prod.said == rows + target
    schema = prod.world.folder / "env/schema.toml"
    more = '\n[{}]\ntype = "string"\ndescription = "n"\nsecret = true\nrequired = true\n'
    schema.write_text(schema.read_text() + more.format("NEW") + more.format("MADE") + 'generate = "token:48"\n')
    prod.said = ""
    assert prod.inv("secrets.list", PROD) == 0
    assert prod.said == (
        f"{rows}{target}missing: MADE; inv secrets.init --env=prod\nmissing: NEW; inv secrets.set NAME --env=prod\n"
    )


@pytest.mark.parametrize("words", [("secrets.list",), ("secrets.init",), ("secrets.set", "TOKEN"), ("secrets.edit",)])
def test_an_environment_without_env_files_is_told_how_to_get_one(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As `init` writes it for a repository that has none."""
    world = worlds.make(tmp_path, model(service("api")), monkeypatch)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.dockgate]\nname = "shop"\n[tool.dockgate.environments.dev]\nlayers = []\n'
    )
    project._parsed.cache_clear()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GIVEN.encode())))
    assert world.inv(*words, "--env=dev", monkeypatch=monkeypatch) == 2
    assert 'layers = ["env/dev.env"]' in capfd.readouterr().err
