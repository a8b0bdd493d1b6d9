"""Distinguishes a live key of a provider from a test key, by the table of key formats; pure."""

from __future__ import annotations

from dockgate.detection import decodings, key_formats
from dockgate.detection.provider_keys import Stage


def live(value: str) -> str:
    """Return the provider whose live key is in `value` or in what it decodes to, else an empty string."""
    return _first(value, Stage.LIVE)


def test(value: str) -> str:
    """Return the provider whose test key is in `value` or in what it decodes to, else an empty string."""
    return _first(value, Stage.TEST)


def _first(value: str, stage: Stage) -> str:
    found = (key_formats.provider_of_stage(text, stage) for text in decodings.texts(value))
    return next(filter(None, found), "")
