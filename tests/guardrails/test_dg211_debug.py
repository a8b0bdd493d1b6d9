from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg211_debug as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize(
    "line",
    [
        "SPRING_PROFILES_ACTIVE=dev",
        "SPRING_PROFILES_ACTIVE=metrics,local",
        "DJANGO_SETTINGS_MODULE=config.settings.local",
        "PYTHONDEVMODE=1",
        "DJANGO_DEBUG=True",
        "FLASK_DEBUG=1",
        "RAILS_ENV=development",
        "ASPNETCORE_ENVIRONMENT=Development",
        "MICRONAUT_ENVIRONMENTS=dev",
        "UVICORN_RELOAD=true",
        "XDEBUG_MODE=develop,debug",
        "WERKZEUG_DEBUG_PIN=off",
        "NODE_OPTIONS=--inspect=0.0.0.0:9229",
        "JAVA_TOOL_OPTIONS=-agentlib:jdwp=transport=dt_socket,server=y",
        "GUNICORN_CMD_ARGS=--bind 0.0.0.0 --reload",
        "DEBUG=true",
        "APP_DEBUG=1",
        "NODE_ENV=development",
        "ENVIRONMENT=dev",
        "DEBUG_PORT=5678",
    ],
)
def test_catches_switches(line: str) -> None:
    """Switches and modes, in whatever layer."""
    [hit] = catches(rule, context("prod", line + "\n"))
    assert hit.severity is Severity.ERROR


def test_a_debug_log_level_is_a_warning() -> None:
    """It leaks, but it may be wanted for a day."""
    [hit] = catches(rule, context("prod", "LOG_LEVEL=debug\n"))
    assert hit.severity is Severity.WARNING


@pytest.mark.parametrize(
    "entry",
    [
        {"environment": {"FLASK_DEBUG": "1"}},
        {"command": ["uvicorn", "app:app", "--reload"]},
        {"entrypoint": ["python", "-m", "debugpy", "--listen", "0.0.0.0:5678", "app.py"]},
        {"command": "node --inspect=0.0.0.0:9229 app.js"},
    ],
)
def test_catches_in_the_model(entry: dict[str, Any]) -> None:
    """Compose files can switch debugging on past the env files."""
    [hit] = catches(rule, context("prod", model=model(api=entry)))
    assert hit.service == "api"


@pytest.mark.parametrize(
    "command",
    [
        "vite", "vite --host", "npx vite dev", "npm run dev", "yarn dev", "pnpm run start:dev", "next dev -p 3000",
        "ng serve --host 0.0.0.0",
        "dlv debug --headless --listen=:2345", "dlv exec ./app", "entr -r ./server", "gdbserver :1234 ./app",
        "python3 -m http.server 8000", "reflex -r '\\.go$' go run .",
        "nodemon app.js", "flask run --host=0.0.0.0", "flask --app x run", "python manage.py runserver 0:8000",
        "manage.py runserver_plus",
        "java -jar a.jar --spring.profiles.active=dev", "java -Dspring.profiles.active=metrics,local -jar a.jar",
        "rails server -e development", "puma -e development", "vite preview --mode development",
        "NODE_ENV=development node app.js",
        "export FLASK_DEBUG=1; flask db upgrade", "php -S 0.0.0.0:80", "php artisan serve", "./mvnw spring-boot:run",
        "dotnet watch run", "fastapi dev main.py",
        "start-dev",
        "vault server -dev", "node --watch app.js", "webpack serve", "python -m pdb app.py",
        "sh -c 'npm ci && npm run dev'",
    ],
)  # fmt: skip
def test_catches_development_servers(command: str) -> None:
    """Whatever they are called from."""
    catches(rule, context("prod", model=model(api={"command": ["sh", "-c", command]})))


@pytest.mark.parametrize(
    "command",
    [
        "vite build", "vite preview", "npm run build", "next start", "ng build", "gunicorn app:app",
        "flask db upgrade", "npm run devices",
        "rails server -e production", "java -Dspring.profiles.active=prod -jar a.jar",
        "NODE_ENV=production node app.js",
        "composer install --no-dev", "node app.js", "php-fpm", "/opt/keycloak/bin/kc.sh start",
        "vault server -config=/v.hcl", "java -jar a.jar",
    ],
)  # fmt: skip
def test_catches_not_production_commands(command: str) -> None:
    """Builds and servers that are made for it."""
    catches_not(
        rule,
        context(
            "prod", "JAVA_OPTS=-Xmx1g\nSPRING_PROFILES_ACTIVE=prod,metrics\n", model=model(api={"command": command})
        ),
    )


def test_catches_a_literal_that_differs_from_the_layer() -> None:
    """The layer is off, and the Compose file switches it on all the same."""
    seen = model(api={"environment": {"DEBUG": "true"}}, web={"environment": {"DEBUG": "false"}})
    [hit] = catches(rule, context("prod", "DEBUG=false\n", model=seen))
    assert (hit.service, hit.name, hit.location.path) == ("api", "DEBUG", "compose.yaml:services.api.environment")
    assert (hit.message, hit.fix) == ("DEBUG switches debugging on", "turn it off in production")
    same = model(api={"environment": {"DEBUG": "true", "LOG_LEVEL": None}})
    [hit] = catches(rule, context("prod", "DEBUG=true\n", model=same))
    assert (hit.service, hit.location.path) == ("", "env/prod.env")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("WERKZEUG_DEBUG_PIN=on", ""),
        ("OTHER=off", ""),
        ("LOG_LEVEL= Trace ", "LOG_LEVEL logs at trace"),
        ("JAVA_OPTS=' -agentlib:jdwp=x '", "JAVA_OPTS switches debugging on (-agentlib:jdwp=x)"),
        ("OTHER=--reload", ""),
    ],
)
def test_says_what_a_variable_switches_on(line: str, message: str) -> None:
    """An option where options are given."""
    hits = catches(rule, context("prod", f"{line}\n"), int(bool(message)))
    assert [hit.message for hit in hits] == [message] * bool(message)


def test_catches_not_switched_off_nor_elsewhere() -> None:
    """Off is off, and development debugs."""
    catches_not(rule, context("prod", "DEBUG=false\nLOG_LEVEL=info\nENVIRONMENT=prod\nDEBUG_PORT=\n"))
    catches_not(rule, context("dev", "DEBUG=true\n", model=model(api={"command": ["run", "--reload"]})))
