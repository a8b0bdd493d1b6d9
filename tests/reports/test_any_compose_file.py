"""Any Compose file: `TOKEN: ${TOKEN}` for a secret, and what the advice makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'
SCHEMA = '[TOKEN]\nsecret = true\nreaders = ["web"]\n'
BEFORE = "services:\n  web: {{image: {image}, {idle}, environment: {{TOKEN: '${{TOKEN}}'}}}}\n"
AFTER = """services:
  web:
    image: {image}
    init: true
    stop_grace_period: 0s
    command: [sh, -c, 'read -r it < $$TOKEN_FILE || :; echo "it is $$it."; sleep 1000']
    secrets: [TOKEN]
    environment: {{TOKEN_FILE: /run/secrets/TOKEN}}
secrets: {{TOKEN: {{file: "${{DOCKGATE_SECRETS}}/TOKEN"}}}}
"""


def test_the_advice_is_safe_when_it_is_followed(repository: Repository, image: str) -> None:
    """The rewrite that DG309 shows gives the secret; a default of nothing is refused."""
    repository.write(BEFORE.format(image=image, idle=IDLE), env__schema_toml=SCHEMA, env__dev_env="TOKEN=dev-only-it\n")
    said = repository.dockgate("guard", DEV)
    for part in (
        'secrets: {TOKEN: {file: "${DOCKGATE_SECRETS}/TOKEN"}}',
        "secrets: [TOKEN]",
        "TOKEN_FILE: /run/secrets/TOKEN",
    ):
        assert part in said
    repository.write(AFTER.format(image=image), env__schema_toml=SCHEMA, env__dev_env="TOKEN=dev-only-it\n")
    repository.dockgate("up", DEV)
    assert "it is dev-only-it." in repository.dockgate("logs", DEV)
    assert "DG309" not in repository.dockgate("guard", DEV)
    empty = BEFORE.format(image=image, idle=IDLE).replace("${TOKEN}", "${TOKEN:-}")
    repository.write(empty, env__schema_toml=SCHEMA)
    repository.ended("up", DEV)
    assert repository.code in {2, 3}
    assert "TOKEN" in repository.said
