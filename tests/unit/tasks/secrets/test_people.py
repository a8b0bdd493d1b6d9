"""Fingerprints, recipients, locks, providers: secrets that several people and machines have."""

from __future__ import annotations

import fcntl
import io
import sys
import time
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from dockgate.secrets import identities, recipients
from dockgate.secrets import store as secret_store
from dockgate.secrets.age_file import SealedError
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.system import audit, marks
from tests.unit.stack.startup.stacks import model, service
from tests.unit.tasks import world as worlds
from tests.unit.tasks.secrets.prod import GIVEN, PROD, Prod

if TYPE_CHECKING:
    from pathlib import Path


CHANGES = (
    ("secrets.init",),
    ("secrets.set", "TOKEN"),
    ("secrets.edit",),
    ("secrets.rotate", "TOKEN"),
    ("secrets.fingerprint",),
    ("secrets.recipients-add", "--name=bob", "--key=age1nonsense"),
    ("secrets.recipients-remove", "--name=nobody"),
)


def test_fingerprint(prod: Prod) -> None:
    """Written anew; --check lists what is out of date, and exits 3."""
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
    before = dict(recipients.load(prod.world.folder)["prod"])
    everyone = {**recipients.load(prod.world.folder), "dev": {"eve": bob.public}}
    recipients.save(prod.world.folder, everyone)
    both = {**before, "bob": bob.public}
    added = prod.json("secrets.recipients-add", PROD, "--name=bob", f"--key={bob.public}")
    assert added == {"environment": "prod", "recipients": both}
    assert recipients.load(prod.world.folder) == {**everyone, "prod": both}
    loaded = project.load(prod.world.folder)
    *_, line = audit.lines(loaded)
    facts = {name: value for name, value in line.items() if name not in {"time", "user", "host"}}
    assert facts == {
        "action": "secrets.recipients",
        "result": "done",
        "environment": "prod",
        "names": ", ".join(sorted(both)),
    }
    assert marks.left(loaded) == ()
    assert prod.inv("secrets.recipients-add", PROD, "--name=bob", f"--key={bob.public}") == 0
    assert prod.out == f"env/prod.secrets.age is encrypted to {', '.join(sorted(both))}\n"
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
