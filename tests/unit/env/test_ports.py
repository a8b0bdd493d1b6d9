"""Which variables name a port that an instance does not publish."""

from __future__ import annotations

from dockgate.env import ports
from tests.guardrails.environments import resolved

SCHEMA = """
[WEB_PORT]
type = "port"
description = "p"
[DB_PORT]
type = "port"
description = "p"
default = ""
[PUBLIC_URL]
type = "url"
description = "u"
[ORIGINS]
type = "string"
description = "o"
[SIZE]
type = "string"
description = "s"
"""


def test_what_has_the_number_behind_a_colon_names_the_port() -> None:
    """In an address, or in a list of them; the number alone, or as a part of a longer one, is something else."""
    env = resolved(
        SCHEMA,
        "WEB_PORT=8443\nPUBLIC_URL=https://127.0.0.1:${WEB_PORT}/x\nORIGINS=http://a:80,http://b:8443\nSIZE=8443\n",
    )
    assert ports.named(env) == {"PUBLIC_URL": "WEB_PORT", "ORIGINS": "WEB_PORT"}
    both = "WEB_PORT=8443\nDB_PORT=5432\nORIGINS=http://a:5432,http://b:8443\nSIZE=:5432:\nPUBLIC_URL=:54321:\n"
    assert ports.named(resolved(SCHEMA, both)) == {"ORIGINS": "WEB_PORT", "SIZE": "DB_PORT"}
    other = "WEB_PORT=8443\nPUBLIC_URL=https://127.0.0.1:84431\nORIGINS=http://a:80\nSIZE=8443\n"
    assert ports.named(resolved(SCHEMA, other)) == {}
