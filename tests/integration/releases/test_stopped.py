"""A release that is killed in every step."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from dockgate.release.signing import keys
from dockgate.system import ram_folder
from tests.integration import engine_facts
from tests.integration.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.shop import Shop


# Long enough to be in the middle of it: a build that runs, a stack whose database exists, a key that is in clear.
KILL_AFTER = {"build": 3.0, "scan": 0.5, "sbom": 0.5, "rehearse": 4.0}


STEPS = ("guard", "lint", "commit", "build", "scan", "sbom", "rehearse", "sign", "publish", "manifest", "tag")


def test_release_that_is_killed_in_every_step_is_whole_and_leaves_nothing(shop: Shop, running: str) -> None:
    """SIGKILL at each step in turn, once in the middle of the rehearsal: two commits, one tag, no key, no stack."""
    assert running
    shop.change("killed all the time")
    before = int(shop.git("rev-list", "--count", "HEAD"))
    of_others = _copies(shop)
    for step in STEPS:
        process = shop.copy.start("release", "--version=3.0.0")
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(f"{step}: ") and "resumed" not in line:
                break
        time.sleep(KILL_AFTER.get(step, 0.02))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    made = shop.copy.json("release", "--version=3.0.0") if not _tagged(shop, "v3.0.0") else None
    assert made is None or made["version"] == "3.0.0"
    assert shop.copy.json("releases.verify", "3.0.0")["good"]
    assert int(shop.git("rev-list", "--count", "HEAD")) == before + 2
    assert shop.git("status", "--porcelain") == ""
    assert engine_facts.left(f"{shop.name}-prod-rehearsal-3-0-0") == []
    assert [*(shop.root / ".dockgate/work").iterdir()] == []
    assert eventually(lambda: _copies(shop) - of_others, lambda found: not found) == set()  # others' come and go


def _copies(shop: Shop) -> set[Path]:
    """Return the copies of keys on RAM, which all users and tests of this machine share."""
    return {*ram_folder.base(shop.copy.env).glob(f"{keys.COPY}*")}


def _tagged(shop: Shop, tag: str) -> bool:
    return tag in shop.git("tag", "--list").split() and not (shop.root / ".dockgate/release/journal.json").exists()
