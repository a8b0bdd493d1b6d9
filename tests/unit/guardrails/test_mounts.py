"""What a service gets from this machine's disk."""

from __future__ import annotations

from typing import Any

import pytest

from dockgate.guardrails import mounts

MODEL: dict[str, Any] = {
    "services": {
        "api": {
            "volumes": [
                {"type": "bind", "source": "/X/app/"},
                {"type": "bind", "source": "//srv/./x"},
                {"type": "bind"},
                {"type": "volume", "source": "bound"},
                {"type": "volume", "source": "plain"},
                {"type": "volume", "source": "none"},
                {"type": "volume"},
                {"type": "tmpfs", "target": "/tmp"},  # noqa: S108 - a mount's
            ],
            "secrets": [{"source": "key"}, {"source": "variable"}, {}],
            "configs": [{"source": "conf"}],
        },
        "web": {},
        "own": {"volumes": [{"type": "volume", "source": "other"}]},
    },
    "volumes": {
        "bound": {"driver_opts": {"o": "bind", "device": "/data/"}},
        "plain": None,
        "other": {"driver_opts": {"device": "/dev/sda"}},
    },
    "secrets": {"key": {"file": "/keys//a"}, "variable": {"environment": "X"}},
    "configs": {"conf": {"file": "relative/conf"}},
}


def test_the_paths_of_a_service() -> None:
    """In their plain form; what has none is no path."""
    assert [*mounts.sources(MODEL, "api")] == ["/X/app", "/srv/x", "/data", "/keys/a", "relative/conf"]
    assert [*mounts.sources({"services": MODEL["services"]}, "api")] == ["/X/app", "/srv/x"]
    assert [*mounts.sources(MODEL, "web")] == [*mounts.sources(MODEL, "own")] == []


@pytest.mark.parametrize(
    ("volume", "folder"),
    [
        ({"driver_opts": {"o": "rw,bind", "device": "/data"}}, "/data"),
        ({"driver_opts": {"o": "bind"}}, ""),
        ({"driver_opts": {"o": "addr=nas", "device": ":/data"}}, ""),
        ({"driver_opts": {"device": "/dev/sda"}}, ""),
        ({}, ""),
    ],
)
def test_a_volume_is_a_folder_where_it_binds_one(volume: dict[str, Any], folder: str) -> None:
    assert mounts.device(volume) == folder
