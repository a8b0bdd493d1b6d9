"""Which images are databases, caches and queues: one answer for the rules that judge what a stack keeps data in."""

from __future__ import annotations

import re

_STORE = re.compile(
    r"(?:^|/)(?:postgres\w*|pgbouncer|mysql|mariadb|percona|mongo\w*|redis|valkey|keydb|memcached|rabbitmq|kafka|nats|etcd|"
    r"elasticsearch|opensearch|cassandra|clickhouse\w*|influxdb|couchdb|cockroach\w*|timescaledb\w*|postgis|mssql\w*)"
    r"(?=$|[-_:@])"
)


def is_store(image: str) -> bool:
    """Return whether an image is a database, a cache or a queue."""
    return bool(_STORE.search(image))
