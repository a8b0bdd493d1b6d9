"""Found here: `config` of a file with a literal password."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'


def test_no_output_shows_it(repository: Repository, image: str) -> None:
    """In a variable, an address, an option and a label; `config`, `plan`, `guard`, as text and as JSON."""
    value = "kX7mQ2vN9pR4" + "tW8zB3cF6hJ5"
    service = (
        f"command: [x, '--password={value}'], labels: {{token: {value}}}, "
        f"environment: {{DB_PASSWORD: {value}, DATABASE_URL: 'postgres://a:{value}@db/x'}}"
    )
    repository.write(f"services: {{app: {{image: {image}, {service}}}}}\n")
    for task in ("config", "plan", "guard"):
        for more in ((), ("--json",)):
            repository.ended(task, DEV, *more)
            assert value not in repository.said
    assert repository.json("config", DEV)["services"]["app"]["environment"]["DB_PASSWORD"] != value
