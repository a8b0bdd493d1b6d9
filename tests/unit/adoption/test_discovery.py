"""Compose and env files are found by the names that people give them."""

from __future__ import annotations

import pytest

from dockgate.adoption import discovery


def found(*names: str) -> tuple[list[str], list[tuple[str, str]]]:
    made = discovery.find(names)
    return [each.path for each in made.compose], list(made.env)


@pytest.mark.parametrize(
    ("names", "compose"),
    [
        (("compose.yaml", "README.md"), ["compose.yaml"]),
        (("docker-compose.override.yml", "docker-compose.yml"), ["docker-compose.yml", "docker-compose.override.yml"]),
        (("docker-compose.local.yml", "docker-compose.production.yml"),) * 1
        + (["docker-compose.local.yml", "docker-compose.production.yml"],),
        (("prod.compose.yaml", "compose.yml"), ["compose.yml", "prod.compose.yaml"]),
        (("docker-compose.override.yml.example", "compose.example.yaml", "compose.yaml"), ["compose.yaml"]),
        (("deploy/compose.yaml", "src/compose.yaml"), ["deploy/compose.yaml"]),
        (("compose.yaml", "deploy/compose.yaml"), ["compose.yaml"]),
        (("my-compose-notes.yaml", "decompose.yaml"), []),
        (("docker-compose.tmpl.yml", "compose.template.yaml"), []),
        (("server/compose.yaml", "e2e-tests/compose.yaml", ".devcontainer/compose.yaml"), ["server/compose.yaml"]),
        ((".docker/compose.yaml", ".github/compose.yaml"), [".docker/compose.yaml"]),
        (("api/compose.yaml", "web/compose.yaml"), []),
        (("api/dev/compose.yaml", "web/prod/compose.yaml"), []),
    ],
)
def test_compose_files(names: tuple[str, ...], compose: list[str]) -> None:
    """Of the nearest folder; the base first; no samples."""
    assert found(*names)[0] == compose


def test_env_files() -> None:
    """With the name of the environment that theirs holds."""
    names = ("compose.yaml", ".env", ".env.prod", "env/staging.env", ".env.example", "src/.env", "local.env")
    named = [(".env", ""), (".env.prod", "prod"), ("env/staging.env", "staging"), ("local.env", "local")]
    assert found(*names)[1] == named
    beside = ("deploy/compose.yml", "deploy/.env", "envs/.qa.env", "config/a.env", "environment", "deploy/x/.env")
    named = [("config/a.env", "a"), ("deploy/.env", ""), ("envs/.qa.env", "qa")]
    assert found(*beside)[1] == named


@pytest.mark.parametrize(
    ("name", "kind"),
    [("local", "dev"), ("override", "dev"), ("production", "prod"), ("qa", "staging"), ("dev-db", "dev"), ("gpu", "")],
)
def test_the_kind_of_an_environment_is_read_off_its_name(name: str, kind: str) -> None:
    """As words: `developer-docs` is no development."""
    assert discovery.kind(name) == kind


def test_what_compose_takes_by_itself_goes_first_then_what_says_least() -> None:
    """`dev` before `dev-azure`, whatever the alphabet says."""
    names = ("compose.dev-azure.yml", "compose.yml", "compose.dev.yml", "compose.override.yml")
    assert found(*names)[0] == ["compose.yml", "compose.override.yml", "compose.dev.yml", "compose.dev-azure.yml"]


@pytest.mark.parametrize("name", ["test", "ci", "ci-test", "e2e"])
def test_files_of_tests_are_an_environment_of_their_own(name: str) -> None:
    """It is development: what a test run starts, it alone uses."""
    assert discovery.kind(name) == "test"


def test_folders_are_called_after_environments() -> None:
    """As documenso has them; each stands alone."""
    names = ("docker/development/compose.yml", "docker/production/compose.yml", "docker/testing/compose.yml")
    made = discovery.find((*names, "docker/production/compose.gpu.yml", "tools/compose.yaml"))
    assert [(each.path, each.name) for each in made.compose] == [
        (names[0], "development"),
        (names[1], "production"),
        (names[2], "testing"),
    ]
    assert made.base == ""


def test_two_folders_of_environments_are_enough() -> None:
    """Called after the environments, beside each other; one alone is a folder as any other."""
    made = discovery.find(("x/dev/compose.yml", "x/prod/compose.yml"))
    assert [(each.path, each.name) for each in made.compose] == [
        ("x/dev/compose.yml", "dev"),
        ("x/prod/compose.yml", "prod"),
    ]
    assert discovery.find(["x/dev/compose.yml"]).compose == (discovery.ComposeFile("x/dev/compose.yml"),)


def test_where_compose_files_are_is_said_of_the_stack_and_of_what_is_beside_it() -> None:
    """Samples, documentation, tests and hidden folders are aside; `.docker` is not."""
    names = ("a/compose.yml", "a/compose.prod.yml", ".docker/compose.yml", ".github/compose.yml", "docs/compose.yml")
    assert discovery.folders((*names, "x/e2e-tests/compose.yml", "b/compose.example.yml", "README.md")) == (
        (".docker", "a"),
        (".github", "docs", "x/e2e-tests"),
    )


def test_samples_say_what_they_are_copied_to() -> None:
    """The nearest first; a template is filled in by a program."""
    names = ("a/compose.yaml.dist", "docker-compose.example.yml", "compose.tmpl.yml", "config.example.yml")
    assert [*discovery.samples(names)] == [
        ("docker-compose.example.yml", "docker-compose.yml"),
        ("a/compose.yaml.dist", "a/compose.yaml"),
    ]


def test_what_commands_use_counts_beside_the_others() -> None:
    """Whatever it is called, in the same folder or the repository's; what is called like one elsewhere does not."""
    names = ("compose.yml", "gpu.yml", "prod.yaml", "other.yml", "x/gpu.yml", "examples/compose.yml")
    made = discovery.find(names, ("gpu.yml", "prod.yaml", "x/gpu.yml", "examples/compose.yml", "absent.yml"))
    assert [(each.path, each.name) for each in made.compose] == [
        ("compose.yml", ""),
        ("prod.yaml", "prod"),
        ("gpu.yml", "gpu"),
    ]
    made = discovery.find(("docker/compose.yml", "docker/a.yml", "gpu.yml", "x/gpu.yml"), ("gpu.yml", "x/gpu.yml"))
    assert [each.path for each in made.compose] == ["docker/compose.yml", "gpu.yml"]
    made = discovery.find(("a/x.yml", "b/y.yml", "z.yml"), ("a/x.yml", "b/y.yml"))
    assert [(each.path, each.name) for each in made.compose] == [("a/x.yml", "x"), ("b/y.yml", "y")]
