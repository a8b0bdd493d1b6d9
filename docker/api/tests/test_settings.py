from pathlib import Path

import pytest

from dockyard.database import address
from dockyard.settings import Settings, SettingsError, load


def test_values_are_typed_and_secrets_come_from_their_files(environ: dict[str, str]) -> None:
    settings = load(environ | {"POSTGRES_PORT": "5433", "DEBUG": "true"}, "POSTGRES_PASSWORD")
    assert (settings.postgres_port, settings.debug) == (5433, True)
    assert load(environ, "VALKEY_PASSWORD").valkey_password == "v" * 16


def test_the_databases_password_is_read_for_each_connection(environ: dict[str, str]) -> None:
    password = address(load(environ, "POSTGRES_PASSWORD"))["password"]
    assert password() == "p" * 16
    Path(environ["POSTGRES_PASSWORD_FILE"]).write_text("q" * 16)
    assert password() == "q" * 16


def test_a_secret_that_was_not_asked_for_is_not_read(environ: dict[str, str]) -> None:
    assert load(environ, "POSTGRES_PASSWORD").session_key == ""


def test_a_secret_in_the_environment_itself_is_not_accepted(environ: dict[str, str]) -> None:
    del environ["POSTGRES_PASSWORD_FILE"]
    with pytest.raises(SettingsError, match="POSTGRES_PASSWORD_FILE is not set"):
        load(environ | {"POSTGRES_PASSWORD": "in the open"}, "POSTGRES_PASSWORD")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POSTGRES_PORT", "many"),
        ("POSTGRES_PORT", "70000"),
        ("ENVIRONMENT", ""),
        ("LOG_LEVEL", "loud"),
        ("PUBLIC_URL", "dockyard.test"),
        ("SESSION_HOURS", "0"),
        ("DEBUG", "perhaps"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line_that_names_it(environ: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as refusal:
        load(environ | {name: value})
    assert "\n" not in str(refusal.value)


def test_a_secret_file_that_cannot_be_read_is_named(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="missing: No such file"):
        load(environ | {"SESSION_KEY_FILE": str(tmp_path / "missing")}, "SESSION_KEY")


def test_a_short_key_is_refused_without_showing_it(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "SESSION_KEY").write_text("tooshortforakey\n")
    with pytest.raises(SettingsError, match="SESSION_KEY") as refusal:
        load(environ, "SESSION_KEY")
    assert "tooshort" not in str(refusal.value)


def test_debug_is_refused_in_prod_only(environ: dict[str, str]) -> None:
    assert load(environ | {"DEBUG": "true", "ENVIRONMENT": "staging"}).debug
    with pytest.raises(SettingsError, match="DEBUG"):
        load(environ | {"DEBUG": "true", "ENVIRONMENT": "prod"})


def test_settings_do_not_show_their_secrets(settings: Settings) -> None:
    assert "s" * 32 not in repr(settings)
