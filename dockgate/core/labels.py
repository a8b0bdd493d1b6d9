"""Labels on services, containers, networks, volumes and images: every `dev.dockgate.*` name stands here alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockgate.core.target import Target

PREFIX = "dev.dockgate."
PROJECT = f"{PREFIX}project"
ENVIRONMENT = f"{PREFIX}environment"
INSTANCE = f"{PREFIX}instance"
CHECKOUT = f"{PREFIX}checkout"
PROFILES = f"{PREFIX}profiles"
SECRETS = f"{PREFIX}secrets"
CONTENTS = f"{PREFIX}contents"
DEFINITION = f"{PREFIX}definition"
SERVICE = f"{PREFIX}service"
ONE_SHOT = f"{PREFIX}one-shot"
BASE_SOURCE = f"{PREFIX}base.source"
BASE_EPOCH = f"{PREFIX}base.epoch"


def of(target: Target) -> dict[str, str]:
    """Return the labels that say whose stack an object is."""
    return {
        PROJECT: target.name,
        ENVIRONMENT: target.environment.name,
        INSTANCE: target.instance,
        CHECKOUT: target.root,
    }
