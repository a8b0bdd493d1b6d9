"""Statements that are refused wherever they stand."""

from __future__ import annotations

import pytest

from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.env import env_files, malformed
from dockgate.env.env_files import Layer


@pytest.mark.parametrize(
    ("file", "statement", "said"),
    [
        (
            "env/dev.env",
            "DOCKER_HOST=x",
            (
                "DG108",
                "DOCKER_HOST is reserved for Docker, Compose or Dockgate, and refused in an env file",
                "set it in the environment of the command, or put it into the configuration",
                "DOCKER_HOST",
            ),
        ),
        (
            "env/dev.env",
            "URL='open",
            (
                "DG110",
                "python-dotenv ignores this line, but Compose reads it or refuses the file",
                "write NAME='value', or # in front of a comment",
                "",
            ),
        ),
        (
            ".env",
            "COMPOSE_DATA",
            (
                "DG110",
                "COMPOSE_DATA has no =: Compose would take its value from the shell, python-dotenv sets none",
                "write COMPOSE_DATA= for an empty value, or remove the line",
                "COMPOSE_DATA",
            ),
        ),
    ],
)
def test_what_is_refused_of_a_statement(file: str, statement: str, said: tuple[str, str, str, str]) -> None:
    layer = env_files.parse(f"{statement}\n", file, "dev")
    code, message, fix, name = said
    finding = Finding(Location(file, 1, 1), code, Severity.ERROR, message, "dev", fix, name)
    assert list(malformed.refused([layer], "dev")) == [finding]


@pytest.mark.parametrize(
    ("file", "statement", "codes"),
    [
        *((file, "COMPOSE_FILE=x", []) for file in (".env", ".env.dev", "a/.env")),
        *((file, "COMPOSE_FILE=x", ["DG108"]) for file in ("x.env", ".environment", "a.env.dev")),
        *((".env", f"{name}=x", ["DG108"]) for name in ("DOCKER_HOST", "DOCKGATE_SECRETS")),
    ],
)
def test_what_is_for_compose_itself_counts_for_nothing_in_its_own_file(
    file: str, statement: str, codes: list[str]
) -> None:
    """Run by hand, Compose reads a `.env`."""
    layer = env_files.parse(f"{statement}\n", file, "dev")
    assert [each.code for each in malformed.refused([layer], "dev")] == codes


@pytest.mark.parametrize(
    ("layer", "codes"), [("schema", []), ("process", []), ("secrets", ["DG108"]), ("dev", ["DG108"])]
)
def test_a_reserved_name_may_be_in_the_schema_and_in_the_shell(layer: str, codes: list[str]) -> None:
    """There it is checked by the schema, or is what the tools themselves obey."""
    statement = env_files.Assignment("DOCKER_HOST", "x", Location("x.env", 1), layer)
    assert [each.code for each in malformed.refused([Layer(layer, "x.env", (statement,))], "dev")] == codes
