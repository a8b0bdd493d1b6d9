"""Layers: their order, where values come from, what they shadow, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockgate.core.errors import ConfigError, DockgateError, apart
from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.env import dialect, layering
from dockgate.env.env_files import Assignment, Layer
from dockgate.guardrails import check_schema
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dockgate.env.resolved import ResolvedEnv

SCHEMA = """
[HOST]
type = "host"
default = "localhost"
dev-default = true
[PORT]
type = "port"
default = 80
[URL]
[PASSWORD]
secret = true
[DSN]
"""


def survey(
    folder: Path,
    environment: str = "dev",
    secrets: Layer | None = None,
    process: Mapping[str, str] | None = None,
    **files: str,
) -> ResolvedEnv:
    layers = {"env__schema_toml": SCHEMA, "env__base_env": "", f"env__{environment}_env": "", **files}
    project = projects.make(folder, projects.PYPROJECT, process, **layers)
    return layering.survey(project, project.environment(environment), secrets)


def sealed() -> Layer:
    return Layer("secrets", "env/prod.secrets.age", sealed=True)


def store(**values: str) -> Layer:
    return Layer(
        "secrets",
        "env/prod.secrets.age",
        tuple(
            Assignment(name, Secret(value), Location("env/prod.secrets.age", number), "secrets", interpolate=False)
            for number, (name, value) in enumerate(values.items(), 1)
        ),
    )


def test_each_layer_wins_over_those_below_it(tmp_path: Path) -> None:
    """Schema < base < environment < local < secrets < process, all remembered."""
    env = survey(
        tmp_path,
        secrets=store(PORT="4"),
        process={"PORT": "5"},
        env__base_env="PORT=1\n",
        env__dev_env="\nPORT=2\n",
        env__dev_local_env="PORT=3\n",
    )
    port = env.values["PORT"]
    assert (port.value, port.layer, port.origin) == ("5", "process", Location(""))
    shadowed = [(each.layer, str(each.origin), dialect.text(each)) for each in port.shadowed]
    assert shadowed == [
        ("secrets", "env/prod.secrets.age:1", "4"),
        ("local", "env/dev.local.env:1:1", "3"),
        ("dev", "env/dev.env:2:1", "2"),
        ("base", "env/base.env:1:1", "1"),
        ("schema", "env/schema.toml:6", "80"),
    ]


def test_only_names_of_the_schema_enter_from_the_process_environment(tmp_path: Path) -> None:
    """HOME and the like stay out, and what entered is listed."""
    env = survey(tmp_path, process={"PORT": "5", "HOME": "/root", "OTHER": "x", "PATH": "/bin"})
    assert env.from_process() == ("PORT",)
    assert set(env.values) == {"HOST", "PORT"}


def test_bytes_of_the_process_environment_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A clear error, with the name and without the value; text of any script is fine."""
    assert survey(tmp_path, process={"URL": "http://bücher.example/本"}).values["URL"].layer == "process"
    with pytest.raises(ConfigError, match="PASSWORD in the process environment is not UTF-8") as caught:
        survey(tmp_path, process={"PASSWORD": b"hunter2\xff".decode("utf-8", "surrogateescape")})
    assert "hunter2" not in str(caught.value)


def test_every_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Not only the first."""
    with pytest.raises(ConfigError) as caught:
        survey(tmp_path, env__base_env="A=\0\n", env__dev_env="A=1\rB=2\n")
    named = {each.where and each.where.path for each in apart(caught.value)}
    assert named == {"env/base.env", "env/dev.env"}


def test_a_value_of_the_process_environment_is_literal(tmp_path: Path) -> None:
    """Nothing expands what a shell has already expanded."""
    assert survey(tmp_path, process={"URL": "${PORT}"}).values["URL"].value == "${PORT}"


def test_references_find_the_merged_layers_wherever_they_stand(tmp_path: Path) -> None:
    """A base layer may refer to what a later layer sets."""
    env = survey(tmp_path, env__base_env="URL=http://${HOST}:${PORT}/\n", env__dev_env="HOST=api.example\n")
    url = env.values["URL"]
    assert (url.value, url.references, url.layer) == ("http://api.example:80/", ("HOST", "PORT"), "base")


def test_a_reference_to_a_secret_makes_the_value_secret(tmp_path: Path) -> None:
    """It is in `secrets()`, not in `plain()`, at any distance."""
    env = survey(tmp_path, env__dev_env="PASSWORD=hunter2\nDSN=db://${PASSWORD}@h\nURL=${DSN}/x\n")
    assert env.secrets() == {
        "PASSWORD": Secret("hunter2"),
        "DSN": Secret("db://hunter2@h"),
        "URL": Secret("db://hunter2@h/x"),
    }
    assert env.plain() == {"HOST": "localhost", "PORT": "80"}


def test_a_declared_secret_is_masked_in_every_layer(tmp_path: Path) -> None:
    """Shadowed values of a secret are secret too."""
    env = survey(tmp_path, env__base_env="PASSWORD=old\n", env__dev_env="PASSWORD=new\n")
    assert [each.value for each in env.values["PASSWORD"].shadowed] == [Secret("old")]
    assert "old" not in repr(env)
    assert "new" not in repr(env)


def test_development_defaults_stay_in_development(tmp_path: Path) -> None:
    """Elsewhere the variable has no value."""
    assert survey(tmp_path, "dev").values["HOST"].value == "localhost"
    assert "HOST" not in survey(tmp_path, "staging").values
    assert "HOST" not in survey(tmp_path, "prod").values


@pytest.mark.parametrize(
    ("table", "development"),
    [("dev]", True), ("prod]", False), ('work]\nlocal = "env/my.env"', True), ("dev]\nprotected = true", False)],
)
def test_development_has_a_local_layer_or_is_called_dev(tmp_path: Path, table: str, development: bool) -> None:  # noqa: FBT001 - a test case
    """And is never protected."""
    project = projects.make(tmp_path, f"[tool.dockgate.environments.{table}\n")
    assert next(iter(project.environments.values())).is_development is development


def test_defaults_stay_in_the_environments_of_their_variable(tmp_path: Path) -> None:
    """A default does not bring a variable into an environment that it does not belong to."""
    text = '[A]\ndefault = "x"\nenvironments = ["dev"]\n'
    assert set(survey(tmp_path, "dev", env__schema_toml=text).values) == {"A"}
    assert set(survey(tmp_path, "prod", env__schema_toml=text).values) == set()


def test_the_local_layer_is_of_development_only(tmp_path: Path) -> None:
    """A protected environment that names one is refused when the file is there."""
    pyproject = '[tool.dockgate.environments.prod]\nprotected = true\nlocal = "env/prod.local.env"\n'
    project = projects.make(
        tmp_path,
        pyproject,
        env__schema_toml=SCHEMA,
        env__base_env="",
        env__prod_env="",
        env__prod_local_env="PORT=1\n",
    )
    with pytest.raises(ConfigError, match="must not have a local layer"):
        layering.survey(project, project.environment("prod"), None)


def test_a_missing_layer_is_an_error_and_a_missing_local_one_is_not(tmp_path: Path) -> None:
    """Only the git-ignored layer may be absent; a broken link in its place is not absence."""
    project = projects.make(tmp_path, env__schema_toml=SCHEMA, env__base_env="")
    with pytest.raises(ConfigError, match="env file does not exist"):
        layering.survey(project, project.environment("dev"), None)
    (tmp_path / "env/dev.env").touch()
    assert layering.survey(project, project.environment("dev"), None).findings == ()
    (tmp_path / "env/dev.local.env").symlink_to("nowhere")
    with pytest.raises(ConfigError, match="env file does not exist"):
        layering.survey(project, project.environment("dev"), None)


def test_a_file_cannot_pass_for_a_special_layer(tmp_path: Path) -> None:
    """A plain file called secrets.env is not the encrypted layer."""
    pyproject = '[tool.dockgate.environments.prod]\nlayers = ["env/secrets.env"]\n'
    project = projects.make(tmp_path, pyproject, env__schema_toml=SCHEMA, env__secrets_env="PORT=1\n")
    env = layering.survey(project, project.environment("prod"), None)
    assert env.values["PORT"].layer == "env/secrets.env"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("COMPOSE_PROJECT_NAME=x", "DG108"),
        ("DOCKER_HOST=x", "DG108"),
        ("DOCKGATE_SECRETS=x", "DG108"),
        ("PORT", "DG110"),
        ("URL='open", "DG110"),
        ("URL=${NOPE}", "DG109"),
        ("URL=${URL}", "DG109"),
        ("URL=${", "DG109"),
    ],
)
def test_what_has_no_meaning_is_a_finding_in_a_survey_and_an_error_in_resolve(
    tmp_path: Path, statement: str, code: str
) -> None:
    """Both name the code and the place."""
    env = survey(tmp_path, env__dev_env=f"\n{statement}\n")
    assert [(each.code, each.location.path, each.location.line) for each in env.findings] == [(code, "env/dev.env", 2)]
    project = projects.make(tmp_path)
    with pytest.raises(ConfigError, match=code) as caught:
        layering.resolve(project, project.environment("dev"), None)
    assert caught.value.where
    assert caught.value.where.line == 2


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
