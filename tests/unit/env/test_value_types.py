"""Types of variables: what fits, what does not, and that no message repeats a value."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockgate.env.value_types import TYPES, fault
from dockgate.env.variable import Variable

FITS = {
    "string": ["", "anything at all\n"],
    "int": ["0", "-3", "+12", "007"],
    "bool": ["true", "False", "yes", "no", "on", "OFF", "1", "0"],
    "port": ["1", "80", "65535"],
    "url": [
        "http://localhost",
        "https://u:p@h:1/p?q#f",
        "postgres://h/db",
        "redis://[::1]:6379/0",
        "unix:///run/x.sock",
    ],
    "host": ["localhost", "a.example", "10.0.0.1", "::1", "[::1]", "my_host", "a.b.c.", "xn--bcher-kva.example"],
    "path": ["/etc/x", "relative/x", "with space"],
    "duration": ["0s", "500ms", "1h30m", "1.5h", "10us", "2d"],
    "bytes": ["0", "512k", "64m", "2g", "1.5GiB", "100B"],
    "email": ["a@b.example", "first.last+tag@sub.example.org"],
    "json": ["{}", "[1]", '"x"', "null"],
}
DOES_NOT = {
    "int": ["", "1.5", "a", "1_000", "0x10", "٣", "9" * 50],
    "bool": ["", "tru", "2", "y es"],
    "port": ["", "0", "65536", "-1", "80/tcp", "²", "8080 ", "999999999999"],
    "url": ["", "localhost", "//h", "http://", "http:/h", "http://a b", "http:///path"],
    "host": ["", "http://h", "a b", "-a", "a..b", "a" * 64, ":::", "1.2.3.4:80"],
    "path": ["a\nb", "\x7f"],
    "duration": ["", "5", "s", "1 h", "1h ", "-1s", "1w"],
    "bytes": ["", "k", "1x", "-1", "1 g"],
    "email": ["", "a", "a@b", "a@@b.example", "a b@c.example", "@b.example"],
    "json": ["NaN", "[-Infinity]", "", "{", "{'a': 1}", "[" * 5_000],
}

WRONG = {
    "int": "is not a whole number",
    "bool": "is not true or false (also yes/no, on/off, 1/0)",
    "port": "is not a port (1 to 65535)",
    "url": "is not a URL (scheme://host…)",
    "host": "is not a host name or address",
    "path": "is not a path (control characters)",
    "duration": "is not a duration (such as 500ms, 30s, 1h30m)",
    "bytes": "is not a size (such as 512k, 64m, 2g)",
    "email": "is not an e-mail address",
    "json": "is not JSON",
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in FITS.items() for value in values])
def test_fits(kind: str, value: str) -> None:
    """Values of the type."""
    assert fault(Variable("A", kind), value) == ""


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in DOES_NOT.items() for value in values])
def test_does_not_fit(kind: str, value: str) -> None:
    """Values that are not of the type."""
    assert fault(Variable("A", kind), value) == WRONG[kind]


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        (Variable("A", "enum", values=("dev", "prod")), "dve", "is not one of dev, prod"),
        (Variable("A", "regex", pattern="[a-z]+"), "x1", "does not match [a-z]+"),
        (Variable("A", pattern="[a-z]+"), "x1", "does not match [a-z]+"),
        (Variable("A", min_length=3), "ab", "is shorter than 3 characters"),
        (Variable("A", min_length=1), "", "is shorter than 1 characters"),
        (Variable("A", max_length=1), "ab", "is longer than 1 characters"),
        (Variable("A", "int", minimum=0), "-1", "is less than 0"),
        (Variable("A", "int", maximum=0), "1", "is more than 0"),
        (Variable("A", "int", maximum=1.5), "2", "is more than 1.5"),
    ],
)
def test_limits(variable: Variable, value: str, message: str) -> None:
    """Values, patterns and bounds hold beside the type."""
    assert fault(variable, value) == message


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        (Variable("A", min_length=3, max_length=3), "abc"),
        (Variable("A"), "a" * 5_000),
        (Variable("A", "int", minimum=1, maximum=1), "1"),
        (Variable("A", "enum", values=("dev", "prod")), "prod"),
        (Variable("A", "regex", pattern="[a-z]+"), "xyz"),
    ],
)
def test_bounds_are_within(variable: Variable, value: str) -> None:
    """A value at its limit fits, and without limits there is none."""
    assert fault(variable, value) == ""


def test_a_pattern_holds_for_the_whole_value() -> None:
    """A trailing line feed does not slip through."""
    assert fault(Variable("A", pattern="[a-z]+"), "abc\n") != ""


@settings(deadline=None)
@given(kind=st.sampled_from(sorted(TYPES)), value=st.text(min_size=8, max_size=40))
def test_no_message_repeats_the_value(kind: str, value: str) -> None:
    """The value may be a secret's."""
    assert value not in fault(Variable("A", kind), value)


@pytest.mark.parametrize("value", ["x", "x" * 30])
def test_nothing_is_told_about_the_length_of_a_secret(value: str) -> None:
    """Too short and too long read alike."""
    limited = Variable("A", secret=True, min_length=8, max_length=20)
    assert fault(limited, value) == "is not of a length that the schema allows"
