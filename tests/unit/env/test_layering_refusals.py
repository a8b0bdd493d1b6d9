"""Layers that are refused, and what a survey says where resolving is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockgate.core.errors import ConfigError, DockgateError
from dockgate.core.secret import Secret
from dockgate.env import layering
from dockgate.guardrails import check_schema
from tests.unit import projects
from tests.unit.env.layers import SCHEMA, sealed, store, survey

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.env.env_files import Layer


@pytest.mark.parametrize("stem", ["schema", "local", "process", "secrets", "other"])
def test_a_layer_is_called_after_its_file_unless_that_is_a_special_one(tmp_path: Path, stem: str) -> None:
    pyproject = f'[tool.dockgate.environments.prod]\nlayers = ["env/{stem}.env"]\n'
    project = projects.make(tmp_path, pyproject, env__schema_toml=SCHEMA)
    (tmp_path / f"env/{stem}.env").write_text("PORT=1\n")
    env = layering.survey(project, project.environment("prod"), None)
    assert env.values["PORT"].layer == ("other" if stem == "other" else f"env/{stem}.env")


def test_what_blocks_is_told_once_with_how_to_see_the_rest(tmp_path: Path) -> None:
    survey(tmp_path, env__dev_env="URL=${NOPE}\nPORT\n")
    project = projects.make(tmp_path)
    with pytest.raises(ConfigError) as caught:
        layering.resolve(project, project.environment("dev"), None)
    what = "DG109: URL: NOPE is not defined in any layer (and 1 more finding: inv env.check --env=dev shows all)"
    assert str(caught.value) == f"env/dev.env:1:1: {what}\n  → define NOPE, or write ${{NOPE:-}}"


def test_what_could_not_be_resolved_is_given_to_nobody(tmp_path: Path) -> None:
    """Neither Compose nor a secret file gets `${NOPE}` for a value."""
    env = survey(tmp_path, env__dev_env="URL=${NOPE}\nDSN=${PASSWORD}${NOPE}\n")
    assert (env.plain(), env.secrets()) == ({"HOST": "localhost", "PORT": "80"}, {})


@pytest.mark.parametrize("secrets", [None, sealed()])
def test_a_reference_to_a_secret_that_is_not_there_yet_is_no_mistake(tmp_path: Path, secrets: Layer | None) -> None:
    """On a fresh clone, and for who cannot open the store, the value is unknown, and secret."""
    env = survey(tmp_path, "prod", secrets, env__prod_env="DSN=db://${PASSWORD}@h\n")
    assert env.findings == ()
    assert (env.values["DSN"].failed, isinstance(env.values["DSN"].value, Secret)) == (True, True)


@pytest.mark.parametrize(("environment", "secrets"), [("dev", None), ("prod", store(OTHER="x"))])
def test_a_reference_to_a_secret_that_nobody_will_make_is_a_mistake(
    tmp_path: Path, environment: str, secrets: Layer | None
) -> None:
    """In development there is no store to wait for, and an open store is known."""
    files = {f"env__{environment}_env": "DSN=db://${PASSWORD}@h\n"}
    env = survey(tmp_path, environment, secrets, None, **files)
    assert [each.code for each in env.findings] == ["DG109"]


ALPHABET = "AB=${}:-?+'\"#\\ \n1x"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=st.text(ALPHABET, max_size=60), dev=st.text(ALPHABET, max_size=60))
def test_only_our_errors_come_out_of_any_layers(tmp_path: Path, base: str, dev: str) -> None:
    """Whatever the files hold, they are resolved and checked, or refused."""
    text = '[A]\n[B]\nsecret = true\n[AB]\ntype = "int"\ndefault = 1\n'
    try:
        env = survey(tmp_path, env__schema_toml=text, env__base_env=base, env__dev_env=dev)
    except DockgateError:
        return
    shop = projects.make(tmp_path)
    for finding in check_schema(shop, shop.environment("dev"), env):
        assert finding.location.line >= 1


@pytest.mark.parametrize("name", ["DOCKER_HOST_ADDRESS", "DOCKER_HOST_IP", "DOCKER_DATA", "COMPOSE_DATA"])
def test_a_name_that_only_begins_like_one_of_docker_is_the_applications(tmp_path: Path, name: str) -> None:
    """The tools do not obey it: jitsi and laradock have such names. It is a value as any, in `.env` too."""
    pyproject = '[tool.dockgate.environments.dev]\nlayers = [".env"]\n'
    project = projects.make(tmp_path, pyproject, env__schema_toml=f"[{name}]\n")
    (tmp_path / ".env").write_text(f"{name}=1\n")
    env = layering.resolve(project, project.environment("dev"), None)
    assert env.values[name].value == "1"
