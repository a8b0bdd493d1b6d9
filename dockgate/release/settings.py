"""What `[tool.dockgate.release]` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from dockgate.core.project import Project


class ReleaseSettings(Struct, frozen=True):
    """Paths in the project, commands and the like.

    `environment` is what a release is built and rehearsed as, `after` where it must have run healthy before it goes to
    another, `checks` are commands that must succeed, `smoke` is the path that answers with the version, `api_tests` a
    command that tests the API of a stack that runs.
    """

    branch: str
    changelog: str
    version_file: str
    migrations: str
    migrations_command: tuple[str, ...]
    locks: tuple[str, ...]
    environment: str
    after: dict[str, str]
    checks: tuple[str, ...]
    smoke: str
    api_tests: str


def load(project: Project) -> ReleaseSettings:
    """Return the settings; ConfigError for what is wrong in them."""
    table = project.table("release")
    after = table.table("after")
    settings = ReleaseSettings(
        branch=table.string("branch", "main"),
        changelog=table.string("changelog", "CHANGELOG.md"),
        version_file=table.string("version-file", "pyproject.toml"),
        migrations=table.string("migrations"),
        migrations_command=table.strings("migrations-command"),
        locks=table.strings("locks"),
        environment=table.string("environment", "prod"),
        checks=table.strings("checks"),
        smoke=table.string("smoke"),
        api_tests=table.string("api-tests"),
        after={name: after.string(name) for name in after},
    )
    table.done()
    return settings
