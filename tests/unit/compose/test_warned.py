"""Warnings of a Compose that succeeds."""

from __future__ import annotations

from dockgate.compose import warned

OUTPUT = r"""time="15:03" level=warning msg="The \"NOPE\" variable is not set. Defaulting to a blank string."
time="15:03" level=warning msg="/srv/x.yaml: the attribute `version` is obsolete, please \"remove\" it"
time="15:04" level=warning msg="/srv/x.yaml: the attribute `version` is obsolete, please \"remove\" it"
time="15:03" level=info msg="fetched"
 Container x-1  Created
time="15:03" level=warning msg=short
"""


def test_warnings_are_read_once_each() -> None:
    """Not what Dockgate says better itself, nor what is no warning."""
    assert warned.messages(OUTPUT) == (
        '/srv/x.yaml: the attribute `version` is obsolete, please "remove" it',
        "short",
    )
    assert warned.messages("") == ()


def test_a_message_is_read_with_its_quotes_and_without() -> None:
    """A number stays the text that it is, and half a quote ends nothing."""
    lines = 'level=warning msg=1e3\nlevel=error msg="whole"\nlevel=warning msg="half\n'
    assert warned.messages(lines) == ("1e3", "whole", "half")
