from __future__ import annotations

import pytest

from dockgate.env import env_files
from dockgate.guardrails.rules import dg208_placeholder as rule
from dockgate.secrets.metadata import SecretMetadata, Source
from tests.guardrails.scenes import PROD_PASSWORD, TODAY, catches, catches_not, context, resolved


@pytest.mark.parametrize(
    "value", ["changeme", "password", "example", "Passw0rd1", "<your-password>", "postgres", "xxxxxxxx"]
)
def test_catches_placeholders_in_secrets(value: str) -> None:
    """Asking words, famous defaults and filler."""
    [hit] = catches(rule, context("prod", resolved=resolved("prod", secrets={"POSTGRES_PASSWORD": value})))
    assert value not in hit.message


def test_catches_a_setting_that_asks_for_a_value() -> None:
    """Values that are no secrets may also have been forgotten."""
    catches(rule, context("prod", "OTHER=CHANGE_ME\n"))


def test_catches_one_in_an_env_file_that_a_service_names() -> None:
    """Of a secret by its name any filler, of another setting only what asks for a value."""
    layer = env_files.parse("DB_PASSWORD=postgres\nTITLE=CHANGE_ME\nMODE=postgres\n", ".envs/app", ".envs/app")
    hits = catches(rule, context("prod", served={"prod": (layer,)}), count=2)
    assert [hit.name for hit in hits] == ["DB_PASSWORD", "TITLE"]


@pytest.mark.parametrize(("source", "count"), [(Source.GENERATED, 1), (Source.GIVEN, 2)])
def test_what_was_drawn_is_no_placeholder_whatever_word_is_in_it(source: Source, count: int) -> None:
    """Who made it is known of the value that is in the store."""
    env = resolved("prod", secrets={"POSTGRES_PASSWORD": "msii3xxx4dedhd2lawudq7rz", "SESSION_KEY": "changeme"})
    made = {"POSTGRES_PASSWORD": SecretMetadata(source, 128, TODAY)}
    catches(rule, context("prod", resolved=env, made=made), count=count)


def test_catches_not_what_a_provider_is_to_give() -> None:
    """A reference, and what is made of one, are no values yet."""
    lines = "POSTGRES_PASSWORD=cmd:vault\n"
    catches_not(rule, context("prod", lines))


def test_catches_not_real_values_nor_elsewhere() -> None:
    """An ordinary word is a fine setting, and development may have placeholders."""
    env = resolved("prod", "LOG_LEVEL=default\nENVIRONMENT=prod\n", secrets={"POSTGRES_PASSWORD": PROD_PASSWORD})
    catches_not(rule, context("prod", resolved=env))
    catches_not(rule, context("dev", "POSTGRES_PASSWORD=changeme\n"))
