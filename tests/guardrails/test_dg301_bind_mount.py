from __future__ import annotations

from typing import Any

import pytest

from dockgate.guardrails.rules import dg301_bind_mount as rule
from tests.guardrails.scenes import ROOT, catches, catches_not, context, model

SOURCE = {"type": "bind", "source": f"{ROOT}/docker/api/app", "target": "/app", "read_only": True}
FILE = {"type": "bind", "source": f"{ROOT}/config/nginx.conf", "target": "/etc/nginx.conf", "read_only": True}
FOLDERS = frozenset({SOURCE["source"]})


@pytest.mark.parametrize("env", ["staging", "prod"])
def test_catches_a_mounted_source_folder(env: str) -> None:
    """Read-only or not: what runs is not what was built."""
    [hit] = catches(rule, context(env, model=model(api={"volumes": [SOURCE]}), folders=FOLDERS))
    assert hit.message == "api mounts docker/api/app of this checkout at /app"
    assert (hit.service, hit.location.path) == ("api", "compose.yaml:services.api.volumes")


def test_catches_a_writable_file() -> None:
    """A container must not write into the checkout."""
    catches(rule, context("prod", model=model(api={"volumes": [{**FILE, "read_only": False}]})))
    whole = {"type": "bind", "source": str(ROOT), "target": "/x"}
    mounts = [{"type": "volume", "source": f"{ROOT}/x"}, {"type": "tmpfs"}, whole]
    [hit] = catches(rule, context("prod", model=model(api={"volumes": mounts}), folders=frozenset({str(ROOT)})))
    assert hit.message == "api mounts . of this checkout at /x"


@pytest.mark.parametrize(
    "mount",
    [
        FILE,
        {"type": "bind", "source": "/run/user/0/x", "target": "/x"},
        {"type": "volume", "source": "data", "target": "/d"},
    ],
)
def test_catches_not_a_read_only_file_a_volume_or_another_place(mount: dict[str, Any]) -> None:
    """Configuration may be mounted; data belongs into volumes."""
    catches_not(rule, context("prod", model=model(api={"volumes": [mount]}), folders=FOLDERS))


def test_catches_not_in_development() -> None:
    """That is how development reloads."""
    catches_not(rule, context("dev", model=model(api={"volumes": [SOURCE]}), folders=FOLDERS))
