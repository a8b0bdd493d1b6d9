"""A schema is inferred from names and the looks of values, and holds no value."""

from __future__ import annotations

import pytest

from dockgate.adoption import inference
from dockgate.env import env_files, schema

TEXT = """\
services:
  web:
    image: web:${TAG:-latest}   # not ${COMMENTED}
    # ${DISABLED}
    environment:
      DB_PASSWORD: ${DB_PASSWORD:?set it}
      MAIL: ${MAIL_HOST}
    ports: ["${WEB_PORT}:80"]
"""
LAYER = "DB_PASSWORD=Kq7vR2mXpL9w\nWEB_PORT=8080\nDEBUG=true\nSITE=https://example.org/\nWORKERS=4\nCOMPOSE_PROJECT_NAME=x\n"


def made() -> str:
    layer = env_files.parse(LAYER, ".env", ".env")
    return inference.schema(inference.infer({"compose.yaml": TEXT}, {".env": layer.assignments}))


@pytest.mark.parametrize(
    ("values", "name", "kind"),
    [
        ([], "X", "string"),
        (["", "$PORT"], "X", "string"),
        (["", "${A}", "1"], "X", "int"),
        (["1", "-12"], "WEB_PORT", "port"),
        (["1"], "PORTION", "int"),
        (["1"], "port", "port"),
        (["TRUE", "false"], "X", "bool"),
        (["http://a", "https://b/c"], "X", "url"),
        (["http://a b"], "X", "string"),
        (["1", "true"], "X", "string"),
        (["1" * 19], "X", "string"),
    ],
)
def test_a_type_fits_every_value(values: list[str], name: str, kind: str) -> None:
    """But for those that are empty or refer to another variable."""
    assert inference.Use(values=values).type(name) == kind


@pytest.mark.parametrize(
    ("values", "name", "secret"),
    [
        ([], "DB_PASSWORD", True),
        (["", "true"], "DB_PASSWORD", False),
        (["", "Kq7vR2mXpL9w"], "DB_PASSWORD", True),
        (["Kq7vR2mXpL9w"], "PWD", False),
        (["hello"], "GREETING", False),
        (["postgres://u:Kq7vR2mXpL9w@h/d", "x"], "GREETING", True),
    ],
)
def test_a_name_or_a_value_says_that_it_is_a_secret(values: list[str], name: str, secret: bool) -> None:  # noqa: FBT001 - a table
    """What the shell sets is none."""
    assert inference.Use(values=values).secret(name) is secret


def test_uses_are_collected_from_every_file() -> None:
    """By name, in its order; a variable of Docker or of Compose is no application's."""
    texts = {"a.yaml": "x: ${B:?} ${A:-1} $COMPOSE_FILE", "b.yaml": "x: ${B} ${A?}"}
    layers = {".env": env_files.parse("B=1\nC\n", ".env", ".env").assignments}
    layers["prod.env"] = env_files.parse("B=2\n", "prod.env", "prod.env").assignments
    found = inference.infer(texts, layers)
    assert [*found.items()] == [
        ("A", inference.Use({":-", "?"}, [], set(), {"b.yaml"})),
        ("B", inference.Use({":?", ""}, ["1", "2"], {".env", "prod.env"}, {"a.yaml"})),
        ("C", inference.Use(set(), [], {".env"}, set())),
    ]


def test_the_whole_schema_is_as_a_person_reads_it() -> None:
    """A block for each variable, with what is known of it."""
    assert (
        made()
        == """\
# Written by dockgate init from the names in Compose and env files. Correct it: a wrong type blocks.

[DB_PASSWORD]
# looks like a secret: dockgate secrets.set DB_PASSWORD --env=NAME encrypts it; then: secret = true
required = true

[DEBUG]
type = "bool"

[MAIL_HOST]
default = ""  # set nowhere: Compose would take it for empty, too

[SITE]
type = "url"

[TAG]

[WEB_PORT]
type = "port"

[WORKERS]
type = "int"
"""
    )


def test_an_empty_secret_names_the_rule_that_speaks_of_it() -> None:
    """It must not be taken for a decision that it may be empty."""
    text = inference.schema(inference.infer({"compose.yaml": "services: {web: {command: '${API_TOKEN}'}}\n"}, {}))
    assert 'default = ""  # set nowhere: Compose would take it for empty, too; DG335 until it is set\n' in text


def test_the_schema_is_one() -> None:
    """Dockgate's own reader takes it."""
    assert set(schema.parse(made(), ("dev",)).variables) >= {"DB_PASSWORD", "WEB_PORT"}


def test_a_name_that_is_passed_through_is_declared() -> None:
    """It gets no default: Compose leaves it out of the container where nothing sets it."""
    text = "services: {a: {environment: [PLAUSIBLE_KEY], build: {context: ., args: [COMMIT]}}}"
    found = inference.schema(inference.infer({"compose.yaml": text}, {}))
    assert "[COMMIT]\n" in found
    assert "[PLAUSIBLE_KEY]" in found
    assert "default" not in found


def test_what_one_environments_file_refuses_to_do_without_is_required_there() -> None:
    """A proxy of production alone needs the domain."""
    texts = {"base.yaml": "x: ${A:?}", "prod.yaml": "x: ${DOMAIN?Variable not set}"}
    environments = {"dev": ("base.yaml",), "prod": ("base.yaml", "prod.yaml")}
    found = inference.schema(inference.infer(texts, {}), environments)
    assert "[A]\nrequired = true\n" in found
    assert '[DOMAIN]\nrequired = ["prod"]\n' in found


def test_a_name_that_only_begins_like_one_of_docker_is_declared() -> None:
    """`- DOCKER_HOST_ADDRESS` is passed through; DOCKER_HOST is no application's."""
    text = "services:\n  web: {image: a, environment: [DOCKER_HOST_ADDRESS, DOCKER_HOST]}\n"
    assert [*inference.infer({"compose.yaml": text}, {})] == ["DOCKER_HOST_ADDRESS"]


def test_what_the_shell_sets_is_no_secret_of_the_repository() -> None:
    """`${PWD}` is a folder, whatever the name looks like."""
    text = "services: {web: {image: a, environment: {AT: '${PWD}'}}}\n"
    made = inference.schema(inference.infer({"compose.yaml": text}, {}))
    assert "secret" not in made
    assert 'default = ""  # from the shell' in made
