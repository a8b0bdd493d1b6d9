from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from dockgate.core.findings import Severity
from dockgate.env import env_files
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rules import dg214_secret_in_built_image as rule
from tests.guardrails.scenes import (
    PROD_CHOSEN,
    PROD_HEX,
    PROD_PASSWORD,
    catches,
    catches_not,
    context,
    environment,
    file,
    fingerprinted,
    matcher,
    model,
    resolved,
)

if TYPE_CHECKING:
    from dockgate.guardrails.context import Context

WEAK = "shop-admin1"
STATED = f"DB_PASSWORD={PROD_PASSWORD}\nADMIN_PASSWORD={WEAK}\nSMTP_PASSWORD='{PROD_CHOSEN}'\nLOG_LEVEL=information\n"
NOTHING_KNOWN = matcher(fingerprinted())


def scene(text: str, kind: Kind = Kind.BUILT, env: str = "dev", path: str = "src/a.py", **fields: Any) -> Context:
    """Return an environment with one file of a build, where production's env file states its secrets."""
    served = {"prod": (env_files.parse(STATED, ".envs/prod", ".envs/prod"),)}
    files = (file(path, text, kind, "api"),)
    fields = {"matcher": NOTHING_KNOWN, "served": served, "taken": {path: "Dockerfile:3"}, **fields}
    return context(env, files=files, **fields)


@pytest.mark.parametrize("env", ["dev", "staging", "prod"])
def test_catches_what_an_env_file_of_production_states(env: str) -> None:
    """In an image of any environment: it outlives them all; with the line that copies it."""
    [hit] = catches(rule, scene(f"import os\nPASSWORD = '{PROD_PASSWORD}'\n", env=env))
    assert (str(hit.location), hit.severity, hit.name) == ("src/a.py:2", Severity.ERROR, "DB_PASSWORD")
    assert "Dockerfile:3 copies it" in hit.message
    assert ".dockerignore" in hit.fix


@pytest.mark.parametrize(
    "text",
    [
        f"postgres://shop:{PROD_PASSWORD}@db/shop",
        base64.b64encode(PROD_PASSWORD.encode()).decode(),
        quote(PROD_CHOSEN, safe=""),
        PROD_CHOSEN,
        PROD_PASSWORD.encode().hex(),
    ],
)
def test_catches_other_spellings(text: str) -> None:
    """In an address, encoded, and with signs."""
    catches(rule, scene(f"X={text}\n"))


def test_catches_what_only_a_fingerprint_knows() -> None:
    """The secret itself is not here; one that both know is one finding."""
    catches(rule, scene(f"X={PROD_HEX}\n", matcher=matcher()))
    catches(rule, scene(f"X={PROD_HEX}\n", Kind.SENT, matcher=matcher()))
    catches(rule, scene(f"X={PROD_PASSWORD}\n", matcher=matcher(fingerprinted(("prod", "DB_PASSWORD", PROD_PASSWORD)))))


def test_what_the_image_does_not_keep_is_a_warning() -> None:
    """A step of the build reads it."""
    [hit] = catches(rule, scene(f"X={PROD_PASSWORD}\n", Kind.SENT))
    assert hit.severity is Severity.WARNING
    assert "does not keep it" in hit.message


def test_a_member_of_an_archive_is_copied_with_it() -> None:
    [hit] = catches(rule, scene(f"X={PROD_PASSWORD}\n", path="a.zip!b/c", taken={"a.zip": "Dockerfile:3"}))
    assert hit.message == "this file of a built image holds DB_PASSWORD of prod: Dockerfile:3 copies it"
    assert hit.fix.startswith("add a.zip to .dockerignore, or copy less; rotate DB_PASSWORD if ")


def test_a_weak_one_counts_where_it_is_assigned() -> None:
    """The word may stand in any text."""
    catches(rule, scene(f"ADMIN_PASSWORD={WEAK}\n", path=".envs/prod"))
    catches_not(rule, scene(f"the {WEAK} page of the handbook\n", path="docs/index.html"))


@pytest.mark.parametrize("text", ["LOG_LEVEL=information\n", f"X=a{PROD_PASSWORD}b\n", "DB_PASSWORD=changeme\n"])
def test_catches_not_settings_and_other_values(text: str) -> None:
    """Equal settings, a longer value, a placeholder."""
    catches_not(rule, scene(text))


def test_a_file_that_both_environments_have_is_not_production_s() -> None:
    """One `.env` for all: what it states is development's as well."""
    shared = (env_files.parse(STATED, ".env", ".env"),)
    seen = scene(f"X={PROD_PASSWORD}\n", served={"dev": shared, "prod": shared})
    catches_not(rule, seen)
    catches(rule, scene(f"X={PROD_PASSWORD}\n", env="prod", served={"dev": shared, "prod": shared}))


def test_secrets_of_development_are_nobody_s() -> None:
    """Those of staging are."""
    for env, count in (("dev", 0), ("staging", 1)):
        neighbours = {env: resolved(env, f"POSTGRES_PASSWORD={PROD_HEX}\n")}
        catches(rule, scene(f"X={PROD_HEX}\n", env="prod", neighbours=neighbours), count)


def test_a_secret_of_a_build_is_another_environment_s() -> None:
    """Production may use its own: no image keeps it."""
    catches(rule, scene(PROD_PASSWORD, Kind.BUILD_SECRET, path="npm_token", taken={}))
    catches_not(rule, scene(PROD_PASSWORD, Kind.BUILD_SECRET, "prod", path="npm_token", taken={}))


@pytest.mark.parametrize(
    "build",
    [
        {"args": {"DB_PASSWORD": PROD_PASSWORD}},
        {"args": {"ADMIN_PASSWORD": WEAK}},
        {"labels": {"note": PROD_PASSWORD}},
        {"dockerfile_inline": f"FROM x\nENV P={PROD_PASSWORD}\n"},
    ],
)
def test_catches_what_the_build_itself_states(build: dict[str, Any]) -> None:
    """Arguments and inline Dockerfiles are in the history of the image."""
    [hit] = catches(rule, scene("", model=model(api={"build": build})))
    [(key, value)] = build.items()
    path = f"services.api.build.{key}" + (f".{next(iter(value))}" if isinstance(value, dict) else "")
    assert (hit.service, hit.name) == ("api", path.rpartition(".")[2])
    what = "ADMIN_PASSWORD" if "ADMIN_PASSWORD" in value else "DB_PASSWORD"
    assert (hit.message, hit.location.path) == (
        f"{path} holds {what} of prod, and the image keeps it",
        f"compose.yaml:{path}",
    )


def test_other_parts_of_a_build_are_no_values() -> None:
    """A path is not kept."""
    catches_not(rule, scene("", model=model(api={"build": {"context": f"/{PROD_PASSWORD}"}})))
    catches_not(rule, scene("", model=model(api={"x": {"build": {"args": {"A": PROD_PASSWORD}}}})))
    catches_not(rule, scene("", model=model(api={"build": {"x": {"args": PROD_PASSWORD}}})))
    catches_not(rule, scene("", model={"x": {"api": {"build": {"args": {"A": PROD_PASSWORD}}}}}))


def test_an_environment_that_is_not_protected_has_no_secrets_of_its_own() -> None:
    """Development may build with what it has."""
    alone = environment("dev", layers=())
    catches_not(rule, scene(f"X={PROD_HEX}\n", environment=alone, resolved=resolved("dev", f"TOKEN={PROD_HEX}\n")))
