from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.compose.volume_strings import Written
from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.guardrails.rules import dg334_misread_volume as rule
from tests.guardrails.scenes import catches, catches_not, context, model

if TYPE_CHECKING:
    from dockgate.guardrails.context import Context


def scene(mount: dict[str, Any], text: str = "") -> Context:
    """Return a context with one mount as Compose resolved it, and its text."""
    place = Location("compose.yaml", 7, 9)
    written = ((Written("api", text, Path("/srv/shop/compose.yaml"), 7, 9), place),) if text else ()
    return context(model=model(api={"volumes": [mount]}), short_volumes=written)


@pytest.mark.parametrize(
    ("mount", "text"),
    [
        ({"type": "volume", "target": "v:/v"}, "v:/v"),
        ({"type": "bind", "source": "d:/p", "target": "ro"}, "d:/p:ro"),
        ({"type": "volume", "source": "cache", "target": "/c"}, "cache:/c:readonly"),
        ({"type": "volume", "target": "data"}, "data"),
    ],
)
def test_catches_a_misread_volume_where_it_is_written(mount: dict[str, Any], text: str) -> None:
    """Before the engine refuses it, or mounts it writable; once."""
    [hit] = catches(rule, scene(mount, text))
    assert (hit.location, hit.severity, hit.service) == (Location("compose.yaml", 7, 9), Severity.ERROR, "api")
    assert text in hit.message


def test_an_option_without_effect_is_a_warning() -> None:
    """The container starts, and nothing is more open than it says."""
    [hit] = catches(rule, scene({"type": "volume", "source": "cache", "target": "/c"}, "cache:/c:U"))
    assert hit.severity is Severity.WARNING


@pytest.mark.parametrize(
    "mount",
    [
        {"type": "volume", "source": "cache", "target": "data"},
        {"type": "bind", "source": "C:\\data", "target": "/data"},
        {"type": "tmpfs", "target": ""},
    ],
)
def test_catches_what_no_engine_takes_in_the_long_syntax(mount: dict[str, Any]) -> None:
    """No text is needed to see it."""
    catches(rule, scene(mount))


@pytest.mark.parametrize(
    ("mount", "text"),
    [
        ({"type": "volume", "source": "cache", "target": "/c"}, "cache:/c:ro,z"),
        ({"type": "bind", "source": "/srv/shop/x", "target": "/x"}, ""),
        ({"type": "volume", "source": "v", "target": "/v"}, ""),
        ({"type": "volume", "source": "cache", "target": "/c"}, "v:/v"),
    ],
)
def test_catches_not_what_is_meant_or_not_in_effect(mount: dict[str, Any], text: str) -> None:
    """The long syntax of a volume with one letter is right, and an overlay may have replaced the text."""
    catches_not(rule, scene(mount, text))
