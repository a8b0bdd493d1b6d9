"""A schema is inferred from names and the looks of values, and holds no value."""

from __future__ import annotations

import tomllib

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


def test_types_required_and_defaults() -> None:
    """`${X:?}` is required; what nothing sets is empty, as Compose takes it; a default stays in the Compose file."""
    assert tomllib.loads(made()) == {
        "DB_PASSWORD": {"required": True},
        "DEBUG": {"type": "bool"},
        "MAIL_HOST": {"default": ""},
        "SITE": {"type": "url"},
        "TAG": {},
        "WEB_PORT": {"type": "port"},
        "WORKERS": {"type": "int"},
    }


def test_an_empty_default_says_why_it_is_one() -> None:
    """It was not chosen."""
    assert 'default = ""  # set nowhere: Compose would take it for empty, too\n' in made()


def test_an_empty_secret_names_the_rule_that_speaks_of_it() -> None:
    """It must not be taken for a decision that it may be empty."""
    text = inference.schema(inference.infer({"compose.yaml": "services: {web: {command: '${API_TOKEN}'}}\n"}, {}))
    assert 'default = ""  # set nowhere: Compose would take it for empty, too; DG335 until it is set\n' in text


def test_what_looks_like_a_secret_is_noted_and_no_value_is_written() -> None:
    """A comment tells how to encrypt it; the plain file goes on to work until then."""
    text = made()
    assert "# looks like a secret: dockgate secrets.set DB_PASSWORD" in text
    assert "Kq7vR2mXpL9w" not in text
    assert "example.org" not in text
    assert text.count("looks like a secret") == 1


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
