"""The text of a store: what is written where, to the letter."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.env.env_files import Assignment, Layer
from dockgate.secrets import store as secret_store
from dockgate.secrets.store import Store
from tests.unit.secrets.secretproject import GENERATED, GIVEN, environment

KEY = "6b" * 32


def record(name: str, value: str) -> str:
    return GIVEN.line(name, Secret(value))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "{a}\nA='it\\'s \\\\'\n"),
        ("B='b'", "B='b'\n{a}\nA='it\\'s \\\\'\n"),
        ("B='b'\n", "B='b'\n{a}\nA='it\\'s \\\\'\n"),
        ("\n\nA='old'\n# end\n", "\n\n{a}\nA='it\\'s \\\\'\n# end\n"),
        (
            "# dockgate: A given 0 2026-01-01 " + "0" * 32 + "\nB='b'\nA=old\nC='c'",
            "B='b'\n{a}\nA='it\\'s \\\\'\nC='c'",
        ),
        ("# dockgate-conflict: A - -\nC='c'\n", "{a}\nA='it\\'s \\\\'\nC='c'\n"),
    ],
)
def test_a_value_takes_the_place_of_an_older_one(before: str, after: str) -> None:
    """With its record before it; at the end where there is none, on a line of its own."""
    value = "it's \\"
    store = Store(Secret(before), "x.age").with_value("A", Secret(value), GIVEN)
    assert (store.text.reveal(), store.shown) == (after.format(a=record("A", value)), "x.age")


def test_a_secret_is_removed_with_what_is_recorded_of_it() -> None:
    text = f"# mine\n{record('A', 'a')}\n\nA='a'\n# dockgate-conflict: A - -\n{record('B', 'X')}\nB=X\n"
    store = Store(Secret(text))
    assert store.without("A").text.reveal() == f"# mine\n{record('B', 'X')}\nB=X\n"
    assert store.written("B") == f"{record('B', 'X')}\nB=X\n"
    assert store.written("A") == f"{record('A', 'a')}\nA='a'\n"
    assert store.written("C") == ""


def test_a_value_that_is_there_gets_another_record() -> None:
    text = f"{record('A', 'a')}\n\nA=\"a\"\nB='b'\n"
    assert Store(Secret(text)).recorded("A", GENERATED).text.reveal() == (
        f"\n{GENERATED.line('A', Secret('a'))}\nA=\"a\"\nB='b'\n"
    )


def test_a_store_notes_its_recipients_and_its_key_once() -> None:
    """The key stays; recipients are in order, and those of before are gone."""
    text = f"# dockgate-recipients: old\n# dockgate-key: {KEY}\nA='a'\n"
    store = Store(Secret(text))
    assert (store.recipients, store.key) == (frozenset({"old"}), bytes.fromhex(KEY))
    made = store.addressed(["k2", "k1"])
    assert made.text.reveal() == f"# dockgate-recipients: k1 k2\n# dockgate-key: {KEY}\nA='a'\n"
    assert store.keyed() is store
    fresh = Store(Secret("A='a'\n"))
    assert (fresh.key, fresh.recipients) == (b"", frozenset())
    keyed = fresh.keyed()
    assert (len(keyed.key), keyed.text.reveal()) == (32, f"# dockgate-key: {keyed.key.hex()}\nA='a'\n")


def test_a_store_with_two_values_of_a_secret_is_refused() -> None:
    store = Store(Secret("# dockgate-conflict: B - -\n# dockgate-conflict: A - -\n"), "x.age")
    store_of_one = Store(Secret("A='a'\n"))
    store_of_one.settled("prod")
    with pytest.raises(ConfigError) as caught:
        store.settled("prod")
    fix = "inv secrets.merge --env=prod --ours=B or --theirs=B"
    assert str(caught.value) == f"x.age: a merge is not finished: two values of B, A\n  → {fix}"


def test_what_is_not_utf_8_is_no_store() -> None:
    with pytest.raises(ConfigError) as caught:
        secret_store.read(b"\xff", "x.age")
    assert str(caught.value) == "x.age: is not UTF-8 after decryption"
    assert secret_store.read(b"A='1'", "x.age") == Store(Secret("A='1'"), "x.age")


def test_the_role_of_a_password_is_stated_beside_it() -> None:
    """By the variable that names it, which is no secret; a value without a record has none."""
    made = replace(GENERATED, variable="DB_USER", role="shop_b")
    store = Store(Secret("B='b'\n")).with_value("A", Secret("a"), made)
    path = "env/prod.secrets.age"
    assert secret_store.stated(environment("prod"), store) == Layer(
        "secrets",
        path,
        (
            Assignment("B", Secret("b"), Location(path, 1), "secrets", interpolate=False),
            Assignment("A", Secret("a"), Location(path, 3), "secrets", interpolate=False),
            Assignment("DB_USER", "shop_b", Location(path, 3), "secrets", interpolate=False),
        ),
    )
    assert secret_store.stated(environment("prod"), None) is None
