from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg502_secret_in_build as rule
from dockgate.system.git import GitFiles
from tests.guardrails.scenes import PROD_PASSWORD, catches, catches_not, dockerfile


@pytest.mark.parametrize(
    "line",
    [
        "ARG NPM_TOKEN",
        "ARG DB_PASSWORD=",
        f"ENV API_KEY={PROD_PASSWORD}",
        f'ENV A=b SMTP_PASSWORD="{PROD_PASSWORD}"',
        f"ENV SMTP_PASSWORD {PROD_PASSWORD}",
        f"RUN TOKEN={PROD_PASSWORD} ./install",
        f"RUN <<EOF\nexport TOKEN={PROD_PASSWORD}\nEOF",
        "COPY .env /app/.env",
        "COPY keys/id_ed25519 /root/.ssh/id_ed25519",
        "ADD .npmrc ./",
    ],
)
def test_catches_secrets_in_every_instruction(line: str) -> None:
    """Values, arguments that are meant for them, and files of them."""
    [hit] = catches(rule, dockerfile(f"FROM debian\n{line}\n"))
    assert hit.location.line == 2


@pytest.mark.parametrize(
    "line",
    [
        "ARG VERSION=1.2",
        "ENV SESSION_KEY_FILE=/run/secrets/SESSION_KEY",
        "ENV TOKEN_TTL=3600",
        "RUN --mount=type=secret,id=token,env=TOKEN ./install",
        "COPY .env.example pyproject.toml /app/",
        "COPY .env.example /app/.env",
        "COPY front/.env.sh src/.env.d.ts .env.default .env.tpl /app/",
        'COPY ["docker/docker.env", "/var/www/.env"]',
        "ARG POSTGRES_PASSWORD_FILE",
    ],
)
def test_catches_not_settings_and_secret_mounts(line: str) -> None:
    """Paths and mounts are the right way."""
    catches_not(rule, dockerfile(f"FROM debian\n{line}\n"))


@pytest.mark.parametrize(
    ("line", "tracked", "severity"),
    [
        ("COPY package.json .npmrc /app/", "web/.npmrc", Severity.WARNING),
        ("COPY package.json .npmrc /app/", "web/package.json", Severity.ERROR),
        ("COPY .npmrc .env /app/", "web/.npmrc", Severity.ERROR),
        ("COPY --chown=www scripts/.env.production .env", "scripts/.env.production", Severity.WARNING),
        ("COPY scripts/.env.production .env", "other/.env.production", Severity.ERROR),
        ("COPY .env /app/.env", "tests/.env", Severity.ERROR),
        ("COPY /scripts//.env.production .env", "x/scripts/.env.production", Severity.WARNING),
        ("COPY //scripts/.env.production .env", "scripts/.env.production", Severity.WARNING),
        ("COPY .env.production .env.local /", ".env.production", Severity.ERROR),
        ("COPY .env.production .", "x.env.production", Severity.ERROR),
    ],
)
def test_settings_that_git_tracks_are_a_warning(line: str, tracked: str, severity: Severity) -> None:
    """An `.npmrc` without a token is how a registry is set; one that git ignores has the token."""
    seen = replace(dockerfile(f"FROM node\n{line}\n"), git=GitFiles(frozenset({tracked})))
    [hit] = catches(rule, seen)
    assert hit.severity is severity


@pytest.mark.parametrize(
    ("last", "severity"),
    [
        ("FROM debian\nCOPY --from=build /app /app", Severity.WARNING),
        ("FROM debian\nCOPY --from=0 /app /app", Severity.WARNING),
        ("FROM build AS more\nRUN make\nFROM debian\nCOPY --from=more /app /app", Severity.WARNING),
        ("FROM build", Severity.ERROR),
        ("FROM debian\nCOPY app /app", Severity.ERROR),
    ],
)
def test_an_argument_of_a_stage_that_is_only_copied_from_is_a_warning(last: str, severity: Severity) -> None:
    """No image has the history of it; a stage that nothing uses may be built as a target."""
    [hit] = catches(rule, dockerfile(f"FROM node AS build\nARG SENTRY_AUTH_TOKEN\nRUN build\n{last}\n"))
    assert hit.severity is severity
