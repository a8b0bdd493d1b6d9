from __future__ import annotations

from typing import Any

import pytest

from dockgate.guardrails.rules import dg302_dev_target as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize(
    "entry",
    [{"build": {"target": "dev"}}, {"build": {"target": "api-development"}}, {"image": "shop/api-dev:1.2"},
     {"image": "registry.example/shop/api:debug@sha256:" + "0" * 64}],
)  # fmt: skip
def test_catches_development_targets_and_images(entry: dict[str, Any]) -> None:
    """By the name of the target, of the image or of the tag."""
    catches(rule, context("staging", model=model(api=entry)))


@pytest.mark.parametrize(
    "image", ["shop/api:1.2", "shop/devices:1", "dev.registry.example/shop/api:1", "latest-developer/x"]
)
def test_catches_not_words_that_only_begin_like_it(image: str) -> None:
    """`devices` is no development image, and a registry may be called anything."""
    catches_not(rule, context("prod", model=model(api={"image": image})))


def test_catches_not_in_development() -> None:
    """There they belong."""
    catches_not(rule, context("dev", model=model(api={"image": "shop/api-dev", "build": {"target": "dev"}})))
