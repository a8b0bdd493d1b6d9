"""One shop whose first release runs in staging and in production, for all tests of releases.

The modules go on where the one before ended: their versions follow each other in the order of their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration import shop as shops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.shop import Shop


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Return the shop; what it ran and built is removed."""
    with shops.opened(tmp_path_factory.mktemp("release")) as made:
        yield made


@pytest.fixture(scope="package")
def first(shop: Shop) -> dict[str, Any]:
    """Make the first release."""
    return shop.copy.json("release", "--version=1.0.0")


@pytest.fixture(scope="package")
def running(shop: Shop, first: dict[str, Any]) -> str:
    """Bring the first release to staging and to production."""
    for environment in ("staging", "prod"):
        shop.copy.inv("promote", f"--to={environment}", f"--version={first['version']}")
        shop.copy.inv("up", f"--env={environment}")
    return str(first["version"])
