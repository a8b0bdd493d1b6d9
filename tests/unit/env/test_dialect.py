"""Verdicts on statements; that they are right is what the integration test holds to the real Compose."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockgate.env import dialect, env_files
from dockgate.env.dialect import Agreement

VALUES = {"SET": "v", "EMPTY": ""}


def verdict(text: str) -> Agreement:
    layer = env_files.parse(text, "x.env", "x")
    return dialect.compare((*layer.assignments, *layer.unparsed)[0], VALUES)


@pytest.mark.parametrize(
    "text",
    [
        *("A=plain", "export A=b\n", "A = b", 'A="x" # c', "A='{\"a\": 1}'", "A=pa#ss", "A=${SET}", "A=${NOPE:-d}"),
        *(
            "A='p&ss #\"w {:`}'",
            "A=''",
            "A='$2b$12$x'",
            "A='it\\'s'",
            'A="a\nb"',
            "A=$1 $(x)",
            "A=${NOPE}",
            "A=x #c",
            "\n\n#c\nA=1",
        ),
    ],
)
def test_alike(text: str) -> None:
    """These mean one thing."""
    assert verdict(text) is Agreement.ALIKE


@pytest.mark.parametrize(
    "text",
    [
        *("A=pa$word", "A=$2b$12$x", 'A="pa\\$word"', "A=pa\\$word", 'A="a\\\'b"', "A='a\\\\b'", 'A="a\\0101b"'),
        *("A=pa\t#ss", "A= #ss", 'A="x"junk', "A=\"x\"'y'", 'A="x', "A: b", "A:b", "A:B=c", "A", "export A", "=b"),
        *(
            "A='x' y",
            "A='x''y'",
            "A='b\r\nc'",
            "A B=c",
            "A/B=c",
            "'A'=c",
            'A="b\r\nc"',
            "A=$SET:-x",
            'A="\\\\$SET"',
            "A=${SET-${NOPE:?x}}",
        ),
        "A:'${SET?=${NOPE:?x}\n'\n",
    ],
)
def test_different(text: str) -> None:
    """Compose sees another value than Dockgate, or refuses."""
    assert verdict(text) is Agreement.DIFFERENT


@pytest.mark.parametrize(
    "text",
    ["A=pa$$word", "A='x${SET}'", "A=${NOPE-d}", "A=${EMPTY:-d}", "A=${SET:?m}", "A=${SET:+b}", "A=${NOPE:-${SET}}"],
)
def test_apart_from_dotenv(text: str) -> None:
    """Dockgate and Compose agree; python-dotenv's own interpolation does not."""
    assert verdict(text) is Agreement.APART_FROM_DOTENV


@given(st.text("aB ='\"#{}()`!~\\$\té-", max_size=8), st.sampled_from(("'{}'\n", "'{}'", "{}\n")))
def test_what_is_taken_for_plain_is_read_alike(value: str, form: str) -> None:
    """The short way says nothing that the long one would not."""
    layer = env_files.parse(f"A={form.format(value)}", "x.env", "x")
    for statement in layer.assignments[:1]:
        short = dialect.compare(statement, VALUES)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dialect, "_PLAIN", re.compile("(?!)"))
            assert dialect.compare(statement, VALUES) is short


def test_deep_nesting_is_a_verdict_not_a_crash() -> None:
    """The model of Compose recurses; what is too deep for it is refused."""
    assert verdict("A=" + "${B:-" * 2_000 + "}" * 2_000) is not Agreement.ALIKE
