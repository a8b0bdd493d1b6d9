"""A further environment is made after one that is there."""

from __future__ import annotations

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
    ".env.staging": "WEB_PORT=8444\nDB_PORT=8444\n",
    "env/staging.env": "ENVIRONMENT=staging\nWEB_PORT=8444\nDB_PORT=${WEB_PORT}\nOTHER=8444\nBACKSTAGING=x\n",
}
STAGING = project._environment("staging", Table({}, "x", "pyproject.toml"), "")
PORTS = Ports({"WEB_PORT", "DB_PORT"}, {8443, 8444, 8445})


def test_a_table_the_files_and_the_lists_of_the_schema() -> None:
    """What carries the other's name is copied under the new one, with ports that are free; the rest is shared."""
    done = addition(STAGING, "qa", FILES, {"pyproject.toml": CONFIG, "env/schema.toml": SCHEMA}, PORTS)
    assert done.made == {
        "compose/qa.yaml": "# Qa, as prod\n",
        ".env.qa": "WEB_PORT=8446\nDB_PORT=8447\n",
        "env/qa.env": "ENVIRONMENT=qa\nWEB_PORT=8446\nDB_PORT=${WEB_PORT}\nOTHER=8444\nBACKSTAGING=x\n",
    }
    lists = '[A]\nenvironments = ["staging", "qa", "prod"]\n[B]\nenvironments = ["!staging", "!qa"]\n'
    assert done.changed["env/schema.toml"] == f'{lists}[C]\nrequired = ["prod"]\n'
    at = CONFIG.index("\n# ---- production")
    block = '\n[tool.dockgate.environments.qa]\nfiles = ["compose/base.yaml", "compose/qa.yaml"]\n'
    block += '[tool.dockgate.environments.qa.images]\nAPI_IMAGE = "api-qa"\n'
    assert done.changed["pyproject.toml"] == CONFIG[:at] + block + CONFIG[at:]


def test_the_tables_may_be_the_last_ones_and_their_names_quoted() -> None:
    """In a dockgate.toml, too; a table whose name only begins so is another one."""
    text = 'name = "shop"\n[environments.staging-eu]\n[environments."staging"]\nlayers = [] \n\n\n'
    done = addition(STAGING, "qa", {}, {"dockgate.toml": text}, PORTS)
    assert done.changed == {
        "dockgate.toml": 'name = "shop"\n[environments.staging-eu]\n[environments."staging"]\nlayers = [] \n'
        '\n[environments."qa"]\nlayers = [] \n\n\n'
    }
    assert done.made == {}


def test_a_schema_that_names_no_environment_stays() -> None:
    """As does a repository without one."""
    assert list(addition(STAGING, "qa", {}, {"pyproject.toml": CONFIG}, PORTS).changed) == ["pyproject.toml"]
    done = addition(STAGING, "qa", {}, {"pyproject.toml": CONFIG, "env/schema.toml": "[A]\n"}, PORTS)
    assert list(done.changed) == ["pyproject.toml"]


def test_the_first_port_follows_the_last_one() -> None:
    """That no environment has, of those that any user may publish."""
    files = {"env/staging.env": "WEB_PORT=65534\nDB_PORT=65534\n"}
    done = addition(STAGING, "qa", files, {"pyproject.toml": CONFIG}, Ports(PORTS.names, {1024, 65534}))
    assert done.made == {"env/qa.env": "WEB_PORT=65535\nDB_PORT=1025\n"}


@pytest.mark.parametrize("name", ["QA", "../x", "", "1a", "a_b"])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        addition(STAGING, name, {}, {"pyproject.toml": CONFIG}, PORTS)
    what = f"{name!r} cannot be an environment"
    assert str(caught.value) == f"{what}\n  → letters, digits and hyphens, a letter first"


@pytest.mark.parametrize(
    ("name", "config", "what"),
    [
        ("qa", "[tool.dockgate.environments]\nstaging = {}\n", "has no table for staging to copy"),
        ("prod", CONFIG, "cannot be added to: "),
    ],
)
def test_what_cannot_be_added_is_refused(name: str, config: str, what: str) -> None:
    """With the file, and the page that has the keys."""
    with pytest.raises(ConfigError) as caught:
        addition(STAGING, name, {}, {"pyproject.toml": config}, PORTS)
    assert caught.value.what.startswith(what)
    assert caught.value.what.endswith("to copy") or "prod" in caught.value.what
    place, fix = str(caught.value.where), caught.value.fix
    assert (place, fix) == ("pyproject.toml", "write it by hand: docs/configuration.md has the keys")
