"""Spellings that every dialect reads alike."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dockgate.core.errors import ConfigError
from dockgate.env import dialect, env_files, quoting
from dockgate.env.dialect import Agreement
from dockgate.env.quoting import Spelling


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        ("plain-1.2/x:y@z", "plain-1.2/x:y@z"),
        ("", "''"),
        ("pa$word", "'pa$word'"),
        ("a b #c", "'a b #c'"),
        ("it's", "'it\\'s'"),
        ("ends in \\", '"ends in \\\\"'),
        ("two\nlines", "'two\nlines'"),
        ("a\rb", '"a\\rb"'),
        ("x${B}", "'x${B}'"),
        ("it's \\\\ $B", '"it\'s \\\\\\\\ $$B"'),
    ],
)
def test_quotes_only_as_much_as_needed(value: str, spelling: str) -> None:
    """Bare where that is safe, single quotes where they are, double quotes for the rest."""
    assert quoting.quote(value) == spelling


@settings(deadline=None)
@given(value=st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40))
@example("'\\")
@example("\\'$A\r\"")
@example("\u2028 \x1c#")
def test_any_value_comes_back(value: str) -> None:
    """Dockgate and Compose read the spelling as the value."""
    (statement,) = env_files.parse(f"A={quoting.quote(value)}\nB=1\n", "x", "x").assignments[:1]
    assert dialect.meaning(statement, {}) == value
    assert dialect.compare(statement, {}) is not Agreement.DIFFERENT


def test_nul_cannot_be_spelt() -> None:
    """No process environment could hold it either."""
    with pytest.raises(ConfigError, match="cannot hold"):
        quoting.quote("a\0b")


@pytest.mark.parametrize(
    ("written", "wanted", "spelling"),
    [
        ("${NOPE-d}", "d", "${NOPE:-d}"),
        ("${SET:?must}", "v", "${SET}"),
        ("pa$$word", "pa$word", "'pa$word'"),
        ("x ${SET}\\$B", "x v\\$B", None),
    ],
)
def test_respells_a_reference_by_what_all_know(written: str, wanted: str, spelling: str | None) -> None:
    """python-dotenv knows `${A}` and `${A:-b}` only."""
    found = quoting.respell(written, wanted, {"SET": "v"})
    if spelling is None:
        assert found is None or found.verdict is not Agreement.ALIKE
        return
    assert found is not None
    assert (found.verdict, found.text.strip('"')) == (Agreement.ALIKE, spelling)


def test_the_best_of_bad_spellings_is_marked() -> None:
    """A literal `${` has none that python-dotenv's own interpolation leaves alone."""
    assert quoting.respell("x${SET}", "x${SET}", {"SET": "v"}) == Spelling("'x${SET}'", Agreement.APART_FROM_DOTENV)
