"""`${NAME}` and its operators."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockgate.env import references
from dockgate.env.references import Reference, ReferenceProblemError

VALUES = {"SET": "v", "EMPTY": ""}


def expand(text: str) -> str:
    return references.expand(references.parse(text), VALUES.get)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        ("plain", "plain"),
        ("${SET}", "v"),
        ("a${SET}b${SET}", "avbv"),
        ("${EMPTY}", ""),
        ("${NOPE:-d}", "d"),
        ("${NOPE-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${SET:-d}", "v"),
        ("${SET:+alt}", "alt"),
        ("${EMPTY:+alt}", ""),
        ("${EMPTY+alt}", "alt"),
        ("${NOPE+alt}", ""),
        ("${SET:?must}", "v"),
        ("${EMPTY?must}", ""),
        ("${NOPE:-${EMPTY:-${SET}}}", "v"),
        ("${NOPE:-a${SET}b}c", "avbc"),
        ('${NOPE:-{"a": {"b": 1}}}', '{"a": {"b": 1}}'),
        ("{${SET}}", "{v}"),
        ("$$", "$"),
        ("$${SET}", "${SET}"),
        ("$$$${SET}", "$${SET}"),
        ("$SET $1 $( $", "$SET $1 $( $"),
        ("${SET:-${NOPE}}", "v"),
        ("${NOPE:+${NOPE}}", ""),
    ],
)
def test_expands(text: str, value: str) -> None:
    """Each operator as in Compose; a default is looked at only where it is needed."""
    assert expand(text) == value


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("${NOPE}", "NOPE is not defined"),
        ("${NOPE:?set it}", "set it"),
        ("${EMPTY:?}", "EMPTY is required"),
        ("${NOPE?}", "NOPE is required"),
        ("${", "without a name"),
        ("${}", "without a name"),
        ("${1}", "without a name"),
        ("${SET", "operator"),
        ("${SET:}", "operator"),
        ("${SET:x}", "operator"),
        ("${SET%x}", "operator"),
        ("${SET-a", "without a closing }"),
        ("${SET-{}", "without a closing }"),
        ("${NOPE:-${NOPE}}", "NOPE is not defined"),
        ("${A:-" * 40 + "}" * 40, "nested deeper"),
    ],
)
def test_refuses(text: str, word: str) -> None:
    """What has no meaning is an error that says why."""
    with pytest.raises(ReferenceProblemError, match=word):
        expand(text)


def test_a_reference_without_a_name_shows_how_one_is_written() -> None:
    """Or how to keep what is meant as it stands."""
    with pytest.raises(ReferenceProblemError) as caught:
        expand("${}")
    assert caught.value.fix == "write ${NAME}, or put the value in single quotes"


def test_the_message_of_a_required_variable_is_not_expanded() -> None:
    """It would print the value of what it refers to."""
    with pytest.raises(ReferenceProblemError) as caught:
        expand("${NOPE:?not like ${SET}!}")
    assert caught.value.what == "NOPE is required: not like !"


def test_undefined_references_can_stand_for_something() -> None:
    """Other programs take them for empty."""
    template = references.parse("a${NOPE}b${NOPE:-${NOPE}c}")
    assert references.expand(template, VALUES.get, undefined="") == "abc"


def test_names_are_all_that_are_mentioned_each_once() -> None:
    """Names in defaults count, and keep their order."""
    assert references.names(references.parse("${A:-${B}}${C+${A}}")) == ("A", "B", "C")


def test_literals_and_references_are_told_apart() -> None:
    """The parts of a template are strings and references."""
    assert references.parse("a$$b${C:-d}") == ("a", "$", "b", Reference("C", ":-", ("d",)))


@settings(deadline=None)
@given(text=st.text(alphabet="${}:-?+AB1 \n\\'", max_size=60))
def test_only_our_errors_come_out_of_any_text(text: str) -> None:
    """Whatever a value holds, it is expanded or refused, and text without references stays."""
    try:
        value = expand(text)
    except ReferenceProblemError:
        return
    if "$" not in text:
        assert value == text
