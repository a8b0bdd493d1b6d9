"""The tasks of secrets: init, set, list, edit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import project
from dockgate.secrets import certificate
from dockgate.system import audit, ram_folder
from tests.unit.tasks import world as worlds
from tests.unit.tasks.secrets.prod import GIVEN, PROD, Prod, configure

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.parametrize("task", ["set", "rotate"])
def test_what_may_be_a_value_on_the_command_line_is_not_repeated(prod: Prod, task: str) -> None:
    """A user who writes NAME=value learns how it is done, and finds no value in what was said."""
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
