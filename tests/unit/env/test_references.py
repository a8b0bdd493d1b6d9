"""`${NAME}` and its operators."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockgate.env import references
from dockgate.env.references import Reference, ReferenceProblemError

VALUES = {"SET": "v", "EMPTY": ""}
OPERATORS = "write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${NAME:+other}"


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
    ("text", "name", "said"),
    [
        *(
            (text, "NOPE", "NOPE is not defined in any layer → define NOPE, or write ${NOPE:-}")
            for text in ("${NOPE}", "${NOPE:-${NOPE}}")
        ),
        ("${NOPE:?set it}", "NOPE", "NOPE is required: set it → set NOPE"),
        ("${EMPTY:?}", "EMPTY", "EMPTY is required: must be set → set EMPTY"),
        ("${NOPE?}", "NOPE", "NOPE is required: must be set → set NOPE"),
        *(
            (text, "", "${ without a name → write ${NAME}, or put the value in single quotes")
            for text in ("${", "${}", "${1}")
        ),
        *(
            (
                text,
                "",
                f"${{SET… has an operator that does not exist → {OPERATORS}",
            )
            for text in ("${SET", "${SET:}", "${SET:x}", "${SET%x}")
        ),
        *(
            (text, "", "${ without a closing } → close it, or put the value in single quotes")
            for text in ("${SET-a", "${SET-{}", "${SET-${SET}")
        ),
        ("${A:-" * 33 + "}" * 33, "", "references nested deeper than 32 → give the inner ones names"),
    ],
)
def test_refuses(text: str, name: str, said: str) -> None:
    """What has no meaning is an error that says why."""
    with pytest.raises(ReferenceProblemError) as caught:
        expand(text)
    assert (str(caught.value).replace("\n ", ""), caught.value.name) == (said, name)


def test_as_many_references_may_stand_within_each_other_as_are_allowed() -> None:
    assert expand("${A:-" * 32 + "x" + "}" * 32) == "x"


def test_the_message_of_a_required_variable_is_not_expanded() -> None:
    """It would print the value of what it refers to."""
    with pytest.raises(ReferenceProblemError) as caught:
        expand("${NOPE:?not like ${SET}!}")
    assert caught.value.what == "NOPE is required: not like !"


def test_undefined_references_can_stand_for_something() -> None:
    """Other programs take them for empty."""
    template = references.parse("a${NOPE}b${NOPE:-${NOPE}c}${SET:+${NOPE}d}")
    assert references.expand(template, VALUES.get, undefined="-") == "a-b-c-d"


def test_names_are_all_that_are_mentioned_each_once() -> None:
    """Names in defaults count, and keep their order."""
    assert references.names(references.parse("${A:-${B}}${C+${A}}")) == ("A", "B", "C")


def test_literals_and_references_are_told_apart() -> None:
    """The parts of a template are strings and references."""
    assert references.parse("a$$b${C:-d$$}") == ("a", "$", "b", Reference("C", ":-", ("d", "$")))


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
