"""Layers: their order, where values come from, and what they shadow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError, apart
from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.env import dialect, layering
from dockgate.env.env_files import Assignment
from dockgate.env.resolved import Resolved
from tests.unit import projects
from tests.unit.env.layers import SCHEMA, store, survey

if TYPE_CHECKING:
    from pathlib import Path


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


def test_an_environment_is_told_whole(tmp_path: Path) -> None:
    """Its layers in their order, and each value with its statement."""
    env = survey(tmp_path, secrets=store(OTHER="x"), process={"PORT": "5"}, env__dev_env="URL=${PORT}\n")
    assert (env.environment, env.development, env.local) == ("dev", True, "env/dev.local.env")
    assert [(layer.name, layer.path) for layer in env.layers] == [
        ("schema", "env/schema.toml"),
        ("base", "env/base.env"),
        ("dev", "env/dev.env"),
        ("secrets", "env/prod.secrets.age"),
        ("process", ""),
    ]
    assert env.values == {
        "HOST": Resolved("HOST", "localhost", Location("env/schema.toml", 2), "schema"),
        "PORT": Resolved(
            "PORT",
            "5",
            Location(""),
            "process",
            (Assignment("PORT", "80", Location("env/schema.toml", 6), "schema"),),
        ),
        "URL": Resolved("URL", "5", Location("env/dev.env", 1, 1), "dev", (), ("PORT",)),
        "OTHER": Resolved("OTHER", Secret("x"), Location("env/prod.secrets.age", 1), "secrets"),
    }
    assert env.layers[-1].assignments == (Assignment("PORT", "5", Location(""), "process", interpolate=False),)
    protected = survey(tmp_path, "prod", store())
    assert (protected.environment, protected.development, protected.local) == ("prod", False, "")


def test_only_names_of_the_schema_enter_from_the_process_environment(tmp_path: Path) -> None:
    """HOME and the like stay out, and what entered is listed."""
    env = survey(tmp_path, process={"PORT": "5", "HOME": "/root", "OTHER": "x", "PATH": "/bin"})
    assert env.from_process() == ("PORT",)
    assert set(env.values) == {"HOST", "PORT"}


def test_bytes_of_the_process_environment_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A clear error, with the name and without the value; text of any script is fine."""
    assert survey(tmp_path, process={"URL": "http://bücher.example/本"}).values["URL"].layer == "process"
    for byte in (b"\x80", b"\xff"):
        with pytest.raises(ConfigError) as caught:
            survey(tmp_path, process={"PASSWORD": (b"hunter2" + byte).decode("utf-8", "surrogateescape")})
        what = "PASSWORD in the process environment is not UTF-8"
        assert str(caught.value) == f"{what}\n  → unset PASSWORD, or set it to text"


def test_every_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Not only the first."""
    with pytest.raises(ConfigError) as caught:
        survey(tmp_path, env__base_env="A=\0\n", env__dev_env="A=1\rB=2\n")
    named = {each.where and each.where.path for each in apart(caught.value)}
    assert named == {"env/base.env", "env/dev.env"}


def test_a_schema_that_names_another_environment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"required names an unknown environment, 'prdo'\. Did you mean prod"):
        survey(tmp_path, env__schema_toml='[A]\nrequired = ["prdo"]\n')


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
    assert [each.value for layer in env.layers for each in layer.assignments if each.name == "PASSWORD"] == [
        Secret("old"),
        Secret("new"),
    ]
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
    with pytest.raises(ConfigError) as caught:
        layering.survey(project, project.environment("prod"), None)
    what = "env/prod.local.env: environment prod is protected and must not have a local layer"
    assert str(caught.value) == f"{what}\n  → remove `local` from its table in the configuration"


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


def test_a_program_that_is_declared_is_a_provider(tmp_path: Path) -> None:
    files = {"env__schema_toml": SCHEMA, "env__base_env": "", "env__dev_env": "PASSWORD=cmd:vault\n"}
    table = '[tool.dockgate.providers.vault]\ncommand = ["vault"]\n'
    project = projects.make(tmp_path, projects.PYPROJECT + table, None, **files)
    assert layering.survey(project, project.environment("dev"), None).findings == ()
