"""The encrypted dotenv: values survive as they are, and what is written by hand stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.env.env_files import Assignment, Layer
from dockgate.secrets import recipients
from dockgate.secrets import store as secret_store
from dockgate.secrets.age_file import SealedError
from dockgate.secrets.store import Store
from tests.unit.secrets.secretproject import GENERATED, GIVEN, STRONG, enrolled, project, stored

if TYPE_CHECKING:
    from pathlib import Path

PEM = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqG\nSM49\n-----END PRIVATE KEY-----\n"
VALUES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_any_value_survives(values: dict[str, str]) -> None:
    """Quotes, backslashes, line breaks, `$`, `#` and whatever else a value may hold."""
    store = Store()
    for name, value in values.items():
        store = store.with_value(name, Secret(value), GENERATED)
    assert {name: entry.value.reveal() for name, entry in store.entries.items()} == values
    assert all(entry.metadata == GENERATED for entry in store.entries.values())


@given(st.text(max_size=200))
def test_any_text_is_a_store_or_a_clear_error(text: str) -> None:
    """Whatever an editor leaves behind: entries, or a ConfigError that does not repeat it."""
    store = Store(Secret(text), "x.age")
    try:
        entries = store.entries
    except ConfigError as error:
        place = error.where.path if error.where else ""
        entries = {}
    else:
        place = "x.age"
    assert place == "x.age"
    assert all(secret_store.NAME.fullmatch(name) for name in entries)


@given(NAMES, VALUES, VALUES)
def test_a_new_value_replaces_the_old_one_alone(name: str, old: str, new: str) -> None:
    """One statement and one record a name; the neighbours and comments stay to the letter."""
    before = Store(Secret("# mine\nKEEP_1='a'\n")).with_value(name, Secret(old), GENERATED)
    after = before.with_value("KEEP_2", Secret("b"), GIVEN).with_value(name, Secret(new), GIVEN)
    assert after.entries[name].value.reveal() == new
    assert after.entries[name].metadata == GIVEN
    assert after.text.reveal().startswith("# mine\n")
    assert set(after.entries) == {name, "KEEP_1", "KEEP_2"}


def test_a_record_inside_a_value_is_part_of_the_value() -> None:
    """Replacing A must not cut lines out of B."""
    inner = "x\n" + GENERATED.line("A", Secret("a")) + "\ny"
    store = Store().with_value("B", Secret(inner), GIVEN).with_value("A", Secret("a"), GIVEN)
    assert store.with_value("A", Secret("c"), GIVEN).entries["B"].value.reveal() == inner


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A", "2: is not a variable with a value"),
        ("A=1\n\nA=2\n", "4: A is defined twice"),
        ("A='open\n", "2: is not a variable with a value"),
        ("'a b'=1\n", "2: is not a variable name"),
        ("1A=2\n", "2: is not a variable name"),
    ],
)
def test_what_is_no_variable_is_refused_with_its_line(text: str, said: str) -> None:
    """A bare name, a name twice, an open quote, odd names."""
    with pytest.raises(ConfigError) as caught:
        _ = Store(Secret("# first\n" + text), "x.age").entries
    assert str(caught.value) == f"x.age:{said}\n  → write each as NAME='value'"


def test_lines_are_those_of_the_names() -> None:
    """Blank lines and comments before a name do not count as it."""
    store = Store(Secret("\n\n# c\nA='1'\n\nexport B=\"x\ny\"\nC='3'\n"))
    assert {name: entry.line for name, entry in store.entries.items()} == {"A": 4, "B": 6, "C": 8}


def test_a_store_shows_nothing() -> None:
    """Neither repr nor str of a store holds a value."""
    store = Store().with_value("A", Secret(STRONG), GIVEN)
    assert STRONG not in repr(store) + str(store) + repr(store.entries)


def test_save_and_load(tmp_path: Path) -> None:
    """Encrypted on disk, whole in memory, with a key of its own that stays."""
    work = project(tmp_path)
    enrolled(work, "prod")
    stored(work, "prod", A=STRONG, CERT=PEM)
    loaded = secret_store.load(work, work.environment("prod"))
    assert loaded is not None
    assert {name: entry.value.reveal() for name, entry in loaded.entries.items()} == {"A": STRONG, "CERT": PEM}
    assert STRONG.encode() not in (tmp_path / "env/prod.secrets.age").read_bytes()
    assert len(loaded.key) == 32
    secret_store.save(work, work.environment("prod"), loaded)
    again = secret_store.load(work, work.environment("prod"))
    assert again is not None
    assert again.key == loaded.key


def test_a_developer_without_the_identity_cannot_read_production(tmp_path: Path) -> None:
    """A recipient of staging opens staging and not prod."""
    alice, bob = project(tmp_path), project(tmp_path, "bob")
    enrolled(alice, "prod", "staging")
    enrolled(bob, "staging")
    stored(alice, "prod", A=STRONG)
    stored(alice, "staging", A="another")
    assert secret_store.load(bob, bob.environment("staging")) is not None
    with pytest.raises(SealedError):
        secret_store.load(bob, bob.environment("prod"))


def test_nothing_is_encrypted_to_nobody(tmp_path: Path) -> None:
    """Without recipients there is an error and no file."""
    work = project(tmp_path)
    with pytest.raises(ConfigError) as caught:
        stored(work, "prod", A=STRONG)
    fix = "inv secrets.init --env=prod makes you the first one"
    assert str(caught.value) == f"env/recipients.toml: prod has no recipients\n  → {fix}"
    assert not (tmp_path / "env/prod.secrets.age").exists()


def test_a_store_that_does_not_read_is_not_written(tmp_path: Path) -> None:
    """The old file stays when the new text is broken."""
    work = project(tmp_path)
    enrolled(work, "prod")
    stored(work, "prod", A=STRONG)
    before = (tmp_path / "env/prod.secrets.age").read_bytes()
    with pytest.raises(ConfigError):
        secret_store.save(work, work.environment("prod"), Store(Secret("A='open\n")))
    assert (tmp_path / "env/prod.secrets.age").read_bytes() == before


def test_the_layer_has_secret_literal_values_with_their_place(tmp_path: Path) -> None:
    """Every value is masked, none is interpolated, each says its line."""
    work = project(tmp_path)
    enrolled(work, "prod")
    stored(work, "prod", A="${B}$x")
    path = "env/prod.secrets.age"
    value = Assignment("A", Secret("${B}$x"), Location(path, 4), "secrets", interpolate=False)
    assert secret_store.layer(work, work.environment("prod")) == Layer("secrets", path, (value,))


def test_no_file_is_no_layer(tmp_path: Path) -> None:
    """An environment without a store has no secrets layer."""
    work = project(tmp_path)
    assert secret_store.layer(work, work.environment("dev")) is None


def test_a_sealed_layer_only_where_it_is_asked_for(tmp_path: Path) -> None:
    """Checks go on without secrets; starting a stack does not; a damaged file stops both."""
    alice, bob = project(tmp_path), project(tmp_path, "bob")
    enrolled(alice, "prod")
    stored(alice, "prod", A=STRONG)
    with pytest.raises(SealedError):
        secret_store.layer(bob, bob.environment("prod"))
    layer = secret_store.layer(bob, bob.environment("prod"), sealed=True)
    assert layer == Layer("secrets", "env/prod.secrets.age", sealed=True)
    (tmp_path / "env/prod.secrets.age").write_bytes(b"junk")
    with pytest.raises(ConfigError):
        secret_store.layer(alice, alice.environment("prod"), sealed=True)


def test_recipients_decide_who_the_next_version_is_for(tmp_path: Path) -> None:
    """After a removal and a save the removed one is out."""
    alice, bob = project(tmp_path), project(tmp_path, "bob")
    enrolled(alice, "prod")
    enrolled(bob, "prod")
    store = stored(alice, "prod", A=STRONG)
    keys = recipients.load(tmp_path)["prod"]
    recipients.save(tmp_path, {"prod": recipients.without(keys, "bob")})
    secret_store.save(alice, alice.environment("prod"), store)
    with pytest.raises(SealedError):
        secret_store.load(bob, bob.environment("prod"))


def test_a_key_that_was_slipped_into_the_recipients_gets_nothing(tmp_path: Path) -> None:
    """A store remembers whom it is for: only an explicit admission adds somebody; whoever is taken out is out."""
    alice, eve = project(tmp_path), project(tmp_path, "eve")
    enrolled(alice, "prod")
    store = stored(alice, "prod", A=STRONG)
    before = (tmp_path / "env/prod.secrets.age").read_bytes()
    theirs = enrolled(eve, "prod")
    loaded = secret_store.load(alice, alice.environment("prod"))
    assert loaded is not None
    with pytest.raises(ConfigError) as caught:
        secret_store.save(alice, alice.environment("prod"), loaded.with_value("B", Secret("b"), GIVEN))
    what = "env/recipients.toml: prod lists recipients not added by secrets.recipients-add: eve"
    fix = "inv secrets.recipients-add with the same name and key adds them; recipients-remove removes them"
    assert str(caught.value) == f"{what}\n  → {fix}"
    assert (tmp_path / "env/prod.secrets.age").read_bytes() == before
    secret_store.save(alice, alice.environment("prod"), loaded, admit=theirs)
    assert secret_store.load(eve, eve.environment("prod")) is not None
    assert store.recipients == frozenset()
