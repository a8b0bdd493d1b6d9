"""One escape, both ways."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dockgate.core.compose_escape import escape, unescape


@given(st.text(alphabet="$aA{}"))
def test_what_is_escaped_comes_back(value: str) -> None:
    """Whatever dollars there are; and no single one is left for Compose to read as a reference."""
    assert unescape(escape(value)) == value
    assert "$" not in escape(value).replace("$$", "")
