from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg501_root_user as rule
from tests.guardrails.scenes import catches, catches_not, dockerfile, project


@pytest.mark.parametrize("user", ["root", "0", "0:0", "root:root"])
def test_catches_root_in_the_last_stage(user: str) -> None:
    """The last USER counts."""
    [hit] = catches(rule, dockerfile(f'FROM debian\nUSER 10001\nUSER {user}\nCMD ["x"]\n'))
    assert (hit.location.line, hit.severity) == (3, Severity.ERROR)


def test_catches_no_user_at_all_as_a_warning() -> None:
    """The base may have set one; it cannot be seen here."""
    [hit] = catches(rule, dockerfile('FROM debian\nENTRYPOINT ["x"]\n'))
    assert hit.severity is Severity.WARNING


def test_catches_not_root_in_an_earlier_stage_nor_a_base_without_a_command() -> None:
    """Building as root is usual, and a base image runs nothing."""
    catches_not(rule, dockerfile('FROM debian AS build\nUSER root\nRUN make\nFROM scratch\nUSER 10001\nCMD ["x"]\n'))
    catches_not(rule, dockerfile("FROM debian\nRUN apt-get update\n"))
    catches_not(rule, dockerfile('FROM scratch AS debian\nCMD ["bash"]\nFROM upstream\nRUN apt-get update\n'))


def test_catches_root_that_the_last_stage_inherits() -> None:
    """A stage starts with the USER of the stage that it stands on, however many lie between."""
    text = 'FROM base AS System\nUSER root\nCMD ["x"]\nFROM system AS middle\nFROM --platform=a/b middle\nCOPY a /\n'
    [hit] = catches(rule, dockerfile(text))
    assert (hit.location.line, hit.severity) == (2, Severity.ERROR)


def test_catches_a_command_without_a_user_that_the_last_stage_inherits() -> None:
    """What runs is inherited as well."""
    [hit] = catches(rule, dockerfile('FROM base AS system\nCMD ["x"]\nFROM system\nCOPY app /\n'))
    assert (hit.location.line, hit.severity) == (3, Severity.WARNING)


def test_catches_root_in_a_target_that_is_not_the_last() -> None:
    """One Dockerfile makes several images; what two of them inherit is one thing to fix."""
    text = 'FROM base AS one\nUSER 0\nCMD ["x"]\nFROM base AS two\nUSER 10001\nCMD ["y"]\n'
    [hit] = catches(rule, dockerfile(text))
    assert hit.location.line == 2
    catches(rule, dockerfile('FROM base AS b\nUSER 0\nFROM b AS one\nCMD ["x"]\nFROM b AS two\nCMD ["y"]\n'))


@pytest.mark.parametrize(
    "used",
    ["FROM made", "FROM base\nCOPY --chown=1 --from=made /x /", "FROM base\nRUN --mount=type=bind,from=0,target=/x x"],
)
def test_catches_not_root_where_a_stage_is_only_made_with(used: str) -> None:
    """By its name or its number: it is never run, whatever it says to run."""
    catches_not(rule, dockerfile(f'FROM base AS made\nUSER 0\nCMD ["x"]\n{used}\nUSER 10001\nCMD ["y"]\n'))


def test_root_is_a_warning_where_all_is_development() -> None:
    """A job's image that needs root (cron, a workspace) cannot be changed there."""
    alone = project()
    alone = replace(alone, environments={"dev": alone.environments["dev"]})
    seen = replace(dockerfile('FROM debian\nUSER root\nCMD ["cron"]\n'), project=alone)
    [hit] = catches(rule, seen)
    assert hit.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("docker/development/Dockerfile", Severity.WARNING),
        ("docker/testing-host/Dockerfile", Severity.WARNING),
        ("Dockerfile.dev", Severity.WARNING),
        (".devcontainer/Dockerfile", Severity.WARNING),
        ("docker/developer-docs/Dockerfile", Severity.ERROR),
        ("docker/prod/Dockerfile", Severity.ERROR),
    ],
)
def test_root_is_a_warning_where_the_path_says_development(path: str, severity: Severity) -> None:
    """As coolify has them beside what it ships."""
    seen = dockerfile('FROM debian\nUSER root\nCMD ["x"]\n')
    [hit] = catches(rule, replace(seen, files=tuple(replace(each, path=path) for each in seen.files)))
    assert hit.severity is severity
