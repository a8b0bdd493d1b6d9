"""Which images are databases, caches and queues."""

from __future__ import annotations

import pytest

from dockgate.compose.stores import is_store


@pytest.mark.parametrize(
    ("image", "store"),
    [
        ("postgres", True),
        ("postgres:17", True),
        ("registry.test/library/postgresql@sha256:1", True),
        ("bitnami/redis-cluster", True),
        ("valkey_own:1", True),
        ("ours/my-postgres", False),
        ("redisinsight:1", False),
        ("nginx:1", False),
        ("mongo-express", True),
    ],
)
def test_the_last_part_of_the_name_says_it(image: str, *, store: bool) -> None:
    assert is_store(image) is store
