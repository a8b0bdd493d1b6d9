"""Which paths of a machine open other systems."""

from __future__ import annotations

import pytest

from dockgate.guardrails import credential_paths


@pytest.mark.parametrize(
    ("path", "home", "opens"),
    [
        ("/root/.aws", "", True),
        ("/root/.aws/credentials", "", True),
        ("/root/.aws/config", "", False),
        ("/root/.awsx", "", False),
        ("/home/ann", "", True),
        ("/home/ann/.ssh/id_x.pub", "", False),
        ("/nfs/ann/.ssh", "/nfs/ann", True),
        ("/nfs/ann/.ssh", "", False),
        ("/nfs/ann", "/nfs/ann", True),
        ("/nfs/anna/.ssh", "/nfs/ann", False),
        ("/x/.ssh", "/", False),
        ("/etc/shadow", "", True),
        ("/run/user/5/keyring/ssh", "", True),
        ("/srv/app", "", False),
    ],
)
def test_a_path_opens_other_systems(path: str, home: str, *, opens: bool) -> None:
    """In the user's own folder too, wherever that is; what is public there does not."""
    assert credential_paths.opens(path, home) is opens
