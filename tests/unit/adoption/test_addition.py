"""A further environment is made after one that is there."""

from __future__ import annotations

import tomllib

import pytest

from dockgate.adoption.addition import Ports, addition
from dockgate.core import project
from dockgate.core.errors import ConfigError
from dockgate.core.toml_table import Table

CONFIG = """[tool.dockgate]
name = "shop"

[tool.dockgate.environments.staging]
files = ["compose/base.yaml", "compose/staging.yaml"]
[tool.dockgate.environments.staging.images]
API_IMAGE = "api-staging"

# ---- production ----
[tool.dockgate.environments.prod]
protected = true

[tool.dockgate.release]
after = { prod = "staging" }
"""
SCHEMA = '[A]\nenvironments = ["staging", "prod"]\n[B]\nenvironments = ["!staging"]\n[C]\nrequired = ["prod"]\n'
FILES = {
    "compose/base.yaml": "services: {}\n",
    "compose/staging.yaml": "# Staging, as prod\n",
    "env/base.env": "A=1\n",
    "env/staging.env": "ENVIRONMENT=staging\nWEB_PORT=8444\nDB_PORT=${WEB_PORT}\nOTHER=8444\nBACKSTAGING=x\n",
}
STAGING = project._environment("staging", Table({}, "x", "pyproject.toml"), "")
PORTS = Ports({"WEB_PORT", "DB_PORT"}, {8443, 8444, 8445})


def test_a_table_the_files_and_the_lists_of_the_schema() -> None:
    """What carries the other's name is copied under the new one, with ports that are free; the rest is shared."""
    done = addition(STAGING, "qa", FILES, {"pyproject.toml": CONFIG, "env/schema.toml": SCHEMA}, PORTS)
    assert done.made == {
        "compose/qa.yaml": "# Qa, as prod\n",
        "env/qa.env": "ENVIRONMENT=qa\nWEB_PORT=8446\nDB_PORT=${WEB_PORT}\nOTHER=8444\nBACKSTAGING=x\n",
    }
    environments = tomllib.loads(done.changed["pyproject.toml"])["tool"]["dockgate"]["environments"]
    assert list(environments) == ["staging", "qa", "prod"]
    assert environments["qa"] == {"files": ["compose/base.yaml", "compose/qa.yaml"], "images": {"API_IMAGE": "api-qa"}}
    assert tomllib.loads(done.changed["env/schema.toml"]) == {
        "A": {"environments": ["staging", "qa", "prod"]},
        "B": {"environments": ["!staging", "!qa"]},
        "C": {"required": ["prod"]},
    }
    at = CONFIG.index("\n# ---- production")
    block = '\n[tool.dockgate.environments.qa]\nfiles = ["compose/base.yaml", "compose/qa.yaml"]\n'
    block += '[tool.dockgate.environments.qa.images]\nAPI_IMAGE = "api-qa"\n'
    assert done.changed["pyproject.toml"] == CONFIG[:at] + block + CONFIG[at:]
    added = [line for line in done.changed["pyproject.toml"].splitlines() if line not in CONFIG.splitlines()]
    assert len(added) == 4
    assert 'after = { prod = "staging" }' in done.changed["pyproject.toml"]


def test_a_schema_that_names_no_environment_stays() -> None:
    """As does a repository without one."""
    assert list(addition(STAGING, "qa", {}, {"pyproject.toml": CONFIG}, PORTS).changed) == ["pyproject.toml"]
    done = addition(STAGING, "qa", {}, {"pyproject.toml": CONFIG, "env/schema.toml": "[A]\n"}, PORTS)
    assert list(done.changed) == ["pyproject.toml"]


@pytest.mark.parametrize(
    ("name", "config", "word"),
    [
        ("QA", CONFIG, "cannot be an environment"),
        ("../x", CONFIG, "cannot be an environment"),
        ("", CONFIG, "cannot be an environment"),
        ("qa", "[tool.dockgate.environments]\nstaging = {}\n", "no table for staging"),
        ("prod", CONFIG, "cannot be added to"),
    ],
)
def test_what_cannot_be_added_is_refused(name: str, config: str, word: str) -> None:
    """With the file, and the page that has the keys."""
    with pytest.raises(ConfigError) as caught:
        addition(STAGING, name, {}, {"pyproject.toml": config}, PORTS)
    assert word in caught.value.what
