"""Whose stack it is, where the Compose files are in a folder of the project."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.core.labels import CHECKOUT, ENVIRONMENT
from dockgate.stack import ownership
from tests.guardrails.scenes import ROOT, environment, target
from tests.unit.stack.startup.stacks import container

OWN = target(environment("dev", directory="docker"))


def made(**labels: str) -> None:
    """Check a container with these labels."""
    named = {{"checkout": CHECKOUT, "folder": ownership.WORKING_DIR}[name]: value for name, value in labels.items()}
    ownership.check(OWN, [replace(container("api", "running", ""), labels=named)])


@pytest.mark.parametrize(
    "labels",
    [
        {"checkout": f"{ROOT}", "folder": f"{ROOT}/docker"},
        {"checkout": f"{ROOT}"},
        {"folder": f"{ROOT}/docker"},
        {"folder": f"{ROOT}"},
        {},
    ],
)
def test_files_in_a_folder_are_this_checkout_s(labels: dict[str, str]) -> None:
    """Compose notes the folder of its files, Dockgate the checkout."""
    made(**labels)


@pytest.mark.parametrize(
    "labels", [{"checkout": "/elsewhere", "folder": f"{ROOT}/docker"}, {"folder": "/elsewhere/docker"}]
)
def test_another_checkout_is_told(labels: dict[str, str]) -> None:
    """Whichever label says so."""
    with pytest.raises(ConfigError) as caught:
        made(**labels)
    folder = labels.get("checkout") or labels["folder"]
    assert str(caught.value) == (
        f"stack {OWN.project} belongs to another checkout: {folder}\n"
        f"  → work in that folder, or use --instance=NAME to start {OWN.project}-NAME beside it"
    )


def test_another_environment_is_told() -> None:
    """Two of one name would replace each other's containers; the first container may be ours."""
    ours, theirs = (replace(container("api"), labels={ENVIRONMENT: name}) for name in ("dev", "prod"))
    ownership.check(OWN, [ours])
    with pytest.raises(ConfigError) as caught:
        ownership.check(OWN, [ours, theirs])
    what = f"stack {OWN.project} belongs to environment prod"
    assert str(caught.value) == f"{what}\n  → set another name in [tool.dockgate]"
