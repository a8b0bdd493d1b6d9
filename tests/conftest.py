"""What all tests share: no developer's home, configuration or process environment gets into a test."""

from __future__ import annotations

import gc
import os
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pathlib import Path

KEPT = ("PATH", "LANG", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")

# A loaded machine is slow, not wrong; and a check is red because of a change, not of a draw. `search` draws anew.
settings.register_profile("dockgate", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1_000)
settings.load_profile("dockgate")


def pytest_collection_finish() -> None:
    """Spare the garbage collector the thousands of tests: it would go through all of them again and again."""
    gc.freeze()
    gc.set_threshold(
        50_000, 20, 20
    )  # at 700 it took a sixth of the time of `release/promotion`, `env` and `stack/runtimes`


@pytest.fixture(autouse=True)
def own_process_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give each test an environment of its own: a developer's settings change no result."""
    for name in list(os.environ):
        if name not in KEPT and not name.startswith(("PYTEST", "COV_")):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # what a test makes there goes with it
