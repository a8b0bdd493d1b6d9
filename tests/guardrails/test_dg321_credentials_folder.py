from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg321_credentials_folder as rule
from tests.guardrails.scenes import ROOT, catches, catches_not, context, model, project

if TYPE_CHECKING:
    from dockgate.guardrails.context import Context


def mounting(path: str) -> dict[str, object]:
    return model(api={"volumes": [{"type": "bind", "source": path, "target": "/x", "read_only": True}]})


@pytest.mark.parametrize(
    "path",
    [
        "/root/.aws", "/home/ann/.aws/credentials", "/home/ann/.ssh", "/home/ann/.ssh/id_ed25519", "/Users/ann/.kube",
        "/root/.kube/config",
        "/root/.docker", "/root/.docker/config.json", "/home/ann/.config/gcloud", "/home/ann/.azure", "/root/.netrc",
        "/root/.npmrc",
        "/home/ann/.git-credentials", "/root/.gnupg", "/home/ann", "/root", "/home", "/etc/ssh", "/etc/shadow",
        "/etc/kubernetes",
        "/run/host-services/ssh-auth.sock", "/run/ssh-XXXXabcd/agent.4711", "/root//.aws/", "/home/ann/x/../.ssh",
    ],
)  # fmt: skip
def test_catches_what_opens_other_systems(path: str) -> None:
    """In whatever home folder, whole or in part; a warning in development."""
    [hit] = catches(rule, context("prod", model=mounting(path)))
    assert (hit.service, hit.severity) == ("api", Severity.ERROR)
    [hit] = catches(rule, context("dev", model=mounting(path)))
    assert hit.severity is Severity.WARNING


def test_the_users_own_folder_may_be_anywhere() -> None:
    """As HOME says; a checkout that is one is the checkout."""

    def seen(path: str, home: str) -> Context:
        return context("prod", project=replace(project(), process={"HOME": home}), model=mounting(path))

    for path in ("/nfs/people/ann/.aws", "/nfs/people/ann/.ssh/id_rsa", "/nfs/people/ann"):
        catches(rule, seen(path, "/nfs/people/ann/"))
    catches_not(rule, seen("/nfs/people/ann/.ssh/known_hosts", "/nfs/people/ann"))
    catches_not(rule, seen("/nfs/people/anna/.aws", "/nfs/people/ann"))
    catches_not(rule, seen(str(ROOT), str(ROOT)))
    catches_not(rule, seen("/data", "/"))


def test_catches_it_as_a_secret_and_as_a_volume() -> None:
    """The same folder in other spellings."""
    entry = {"secrets": [{"source": "s"}], "volumes": [{"type": "volume", "source": "v", "target": "/x"}]}
    device = {"driver_opts": {"o": "bind", "type": "none", "device": "/root/.ssh"}}
    catches(
        rule,
        context(
            "prod", model={**model(api=entry), "secrets": {"s": {"file": "/root/.pgpass"}}, "volumes": {"v": device}}
        ),
        2,
    )


@pytest.mark.parametrize(
    "path",
    [
        "/home/ann/.ssh/known_hosts", "/home/ann/.ssh/id_ed25519.pub", "/home/ann/.ssh/config", "/home/ann/.cache",
        "/home/ann/shop/src",
        "/srv/shop/.aws-sam", "/srv/shop/.docker", "/etc/localtime", "/home/ann/.config/nvim", "/home/ann/.sshfs",
        "/etc/ssl/certs",
    ],
)  # fmt: skip
def test_catches_not_public_parts_nor_the_checkout(path: str) -> None:
    """Host keys are public, caches hold nothing, and a project may have folders of such names."""
    catches_not(rule, context("prod", model=mounting(path)))
