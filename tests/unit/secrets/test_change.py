"""Changes of a store are checked before, and fingerprinted after."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from dockgate.secrets import change as secret_change
from dockgate.secrets import metadata, recovery
from dockgate.secrets import store as secret_store
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints import policy as fingerprint_policy
from dockgate.secrets.metadata import Source
from dockgate.system import audit, marks
from dockgate.system.atomic_file import UnwritableError
from tests.unit.secrets.secretproject import STRONG, enrolled, project, stored

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

SCHEMA = """
[TOKEN]
secret = true
[OTHER]
secret = true
[LINK]
secret = true
type = "url"
[PLAIN]
[DEMO]
secret = true
environments = ["staging"]
"""
GIVEN = "kX7mQ2vN9pR4tW8zB3cF6hJ5"


@pytest.fixture
def work(tmp_path: Path) -> Project:
    """Return a project whose prod has a generated TOKEN."""
    made = project(tmp_path)
    (tmp_path / "env/schema.toml").write_text(SCHEMA)
    enrolled(made, "prod", "staging")
    stored(made, "prod", TOKEN=STRONG)
    stored(made, "staging", TOKEN=STRONG[::-1])
    return made


def store(work: Project, name: str = "prod") -> secret_store.Store:
    """Return the store of an environment."""
    return secret_change.opened(work, work.environment(name))


def test_a_value_that_is_given(work: Project) -> None:
    """It is encrypted, dated, and has a slow fingerprint."""
    assert secret_change.given(work, work.environment("prod"), "OTHER", Secret(GIVEN)) == ("OTHER",)
    entry = store(work).entries["OTHER"]
    assert entry.value == Secret(GIVEN)
    assert entry.metadata is not None
    assert (entry.metadata.source, entry.metadata.day) == (Source.GIVEN, datetime.now(UTC).date())
    kinds = {each.name: str(each.kind) for each in fingerprint_match.load(work.root)}
    assert kinds == {"TOKEN": "blake2b", "OTHER": "scrypt"}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "TOKEN",
            "hunter2",
            (
                "TOKEN is too weak for prod: it could be guessed (less than 64 bits)"
                "\n  → use a generated value: 24 random letters and digits are enough"
            ),
        ),
        ("TOKEN", "", "TOKEN is empty\n  → inv secrets.set TOKEN --env=prod reads it from stdin"),
        (
            "TOKEM",
            GIVEN,
            (
                "TOKEM is not a variable of the schema. Did you mean TOKEN?"
                "\n  → declare it in env/schema.toml, with secret = true"
            ),
        ),
        (
            "PLAIN",
            GIVEN,
            (
                "env/schema.toml:9: PLAIN is not a secret"
                "\n  → put it into env/prod.env, or give it secret = true in env/schema.toml"
            ),
        ),
        ("DEMO", GIVEN, "env/schema.toml:10: DEMO is not allowed in prod"),
        ("LINK", GIVEN, "env/schema.toml:6: LINK is not a URL (scheme://host…)"),
        ("2BAD", GIVEN, "'2BAD' is not the name of a variable\n  → letters, digits and _, no digit first"),
        ("TOKEN", "a\0b", "the value of TOKEN contains a NUL byte, which a variable cannot contain"),
    ],
)
def test_what_is_refused_changes_nothing(work: Project, name: str, value: str, said: str) -> None:
    """Weak, empty, unknown, no secret, another environment's, of the wrong type: the file stays."""
    before = (work.root / "env/prod.secrets.age").read_bytes()
    with pytest.raises(ConfigError) as caught:
        secret_change.given(work, work.environment("prod"), name, Secret(value))
    assert str(caught.value) == said
    assert (work.root / "env/prod.secrets.age").read_bytes() == before
    assert not (work.root / fingerprint_match.FILE).exists()


def test_a_weak_value_is_taken_where_nothing_is_protected(work: Project) -> None:
    """Staging may have it, without a fingerprint."""
    secret_change.given(work, work.environment("staging"), "TOKEN", Secret("hunter2"))
    assert list(fingerprint_match.load(work.root)) == []


def test_an_edit_is_taken_over_and_its_changes_dated(work: Project) -> None:
    """What changed counts as given, what did not keeps its record, comments stay."""
    before = store(work)
    text = f"# mine\nOTHER='{GIVEN}'\n{before.text.reveal()}"
    assert secret_change.edited(work, work.environment("prod"), before, Secret(text)) == ("OTHER",)
    after = store(work)
    sources = {name: entry.metadata.source for name, entry in after.entries.items() if entry.metadata}
    assert sources == {"TOKEN": Source.GENERATED, "OTHER": Source.GIVEN}
    assert "# mine\n" in after.text.reveal()
    assert [(each["action"], each["names"]) for each in audit.lines(work)] == [("secrets.edit", "OTHER")]


def test_a_typed_value_does_not_pass_for_a_generated_one(work: Project) -> None:
    """Its record went with the old value: the fingerprint becomes the slow kind."""
    before = store(work)
    secret_change.edited(work, work.environment("prod"), before, Secret(before.text.reveal().replace(STRONG, GIVEN)))
    assert [str(each.kind) for each in fingerprint_match.load(work.root)] == ["scrypt"]


def test_an_edit_without_a_change_writes_nothing(work: Project) -> None:
    """The file stays to the byte; a comment is a change, of no secret."""
    path = work.root / "env/prod.secrets.age"
    before = path.read_bytes()
    assert secret_change.edited(work, work.environment("prod"), store(work), store(work).text) == ()
    assert path.read_bytes() == before
    noted = Secret(f"# a comment\n{store(work).text.reveal()}")
    assert secret_change.edited(work, work.environment("prod"), store(work), noted) == ()
    assert "# a comment\n" in store(work).text.reveal()


@pytest.mark.parametrize("text", ["TOKEN='open\n", "TOKEN\n", "TOKEN='hunter2'\n", "UNKNOWN='x'\n"])
def test_a_bad_edit_changes_nothing(work: Project, text: str) -> None:
    """Validated before it is written."""
    path = work.root / "env/prod.secrets.age"
    before = path.read_bytes()
    with pytest.raises(ConfigError):
        secret_change.edited(work, work.environment("prod"), store(work), Secret(text))
    assert path.read_bytes() == before


def test_a_secret_may_go(work: Project) -> None:
    """Its fingerprint goes along."""
    secret_change.given(work, work.environment("prod"), "OTHER", Secret(GIVEN))
    before = store(work)
    assert secret_change.edited(work, work.environment("prod"), before, before.without("TOKEN").text) == ("TOKEN",)
    assert [each.name for each in fingerprint_match.load(work.root)] == ["OTHER"]


def test_a_full_disk_leaves_the_old_store(work: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the old fingerprints."""
    path = work.root / "env/prod.secrets.age"
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnwritableError, match="No space"):
        secret_change.given(work, work.environment("prod"), "OTHER", Secret(GIVEN))
    assert path.read_bytes() == before
    assert set(store(work).entries) == {"TOKEN"}


@pytest.mark.parametrize(("task", "action"), [("", "secrets.rotate"), ("edit", "secrets.edit")])
def test_a_change_that_was_broken_off_is_marked(
    work: Project, monkeypatch: pytest.MonkeyPatch, task: str, action: str
) -> None:
    """With what completes it: the names, the fingerprints that stay, and a digest of the new values."""
    prod, before = work.environment("prod"), store(work)
    after = before.with_value("OTHER", Secret(GIVEN), metadata.today(Source.GIVEN)).keyed()
    held = fingerprint_policy.fetched({"HELD": Secret(STRONG[::-1]), "OTHER": Secret(STRONG)})
    fingerprint_policy.update(work.root, prod, held)

    def killed(*_words: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(secret_store, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            secret_change.write(work, prod, before, after, task)
    [mark] = marks.left(work)
    assert (mark.action, mark.subject, mark.by.message) == ("store", prod.secrets, f"{action} OTHER --env=prod")
    digest = recovery.digest(after, ("OTHER",))
    assert mark.facts == {"task": task, "names": ["OTHER"], "kept": ["HELD"], "digest": digest}
    assert list(audit.lines(work)) == []
    marks.clear(work, prod.secrets, "store")
    secret_change.write(work, prod, before, after, task)
    assert [(each["action"], each["names"]) for each in audit.lines(work)] == [("secrets.edit", "OTHER")][: bool(task)]
    assert marks.left(work) == ()


def test_a_merge_is_written_with_what_came_from_the_other_branch(work: Project) -> None:
    prod = work.environment("prod")
    after = store(work).with_value("OTHER", Secret(GIVEN), metadata.today(Source.GIVEN))
    held = fingerprint_policy.fetched({"HELD": Secret(STRONG[::-1]), "GONE": Secret(STRONG)})
    fingerprint_policy.update(work.root, prod, held)
    assert secret_change.merged(work, prod, after, ["OTHER", "GONE"]) == ("OTHER", "GONE")
    assert {each.name for each in fingerprint_match.load(work.root)} == {"TOKEN", "OTHER", "HELD"}
    assert [(each["action"], each["names"]) for each in audit.lines(work)] == [("secrets.merge", "OTHER, GONE")]


def test_without_a_store_the_command_that_makes_one_is_named(work: Project) -> None:
    """For development, the file with its values."""
    (work.root / "env/prod.secrets.age").unlink()
    with pytest.raises(ConfigError) as caught:
        store(work)
    what = "env/prod.secrets.age: prod has no encrypted secrets"
    assert str(caught.value) == f"{what}\n  → inv secrets.init --env=prod"
    with pytest.raises(ConfigError) as caught:
        store(work, "dev")
    what = "env/dev.secrets.age: dev has no encrypted secrets"
    assert str(caught.value) == f"{what}\n  → dev's values are in env/dev.env"
    with pytest.raises(ConfigError) as caught:
        secret_change.opened(work, work.environment("dev"), "do this")
    assert caught.value.fix == "do this"
    with pytest.raises(ConfigError) as caught:
        secret_change.opened(work, work.environment("prod"), "do this")
    assert caught.value.fix == "inv secrets.init --env=prod"
