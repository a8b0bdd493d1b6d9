"""DG211: a debug switch in production.

`DEBUG`, `NODE_ENV=development`, `SPRING_PROFILES_ACTIVE=dev`, `DJANGO_SETTINGS_MODULE=….local` and the like in
variables and in the model. Development servers (`vite --host`, `next dev`, `flask run`, `runserver`, `start-dev`) and
options for debugging (`--reload`, `--inspect`, `debugpy`, JDWP) in commands, and in variables such as `NODE_OPTIONS`.
A log level of debug is a warning.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockgate.core.findings import Severity
from dockgate.guardrails import settings
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG211"
TITLE = "A debug switch in production"
SCOPE = Scope.ENV

_SWITCH = re.compile(
    r"(?:^|_)(?:DEBUG|DEBUGGER|DEV_?MODE|DEVTOOLS|DEVTOOLS_RESTART_ENABLED|XDEBUG|TRACEBACKS?|PROFILER|"
    r"PYTHONBREAKPOINT|DEBUG_PORT|"
    r"(?:AUTO|HOT|LIVE)?_?RELOAD|DEBUG_?TOOLBAR|USE_?RELOADER|LAUNCH_DEVMODE)$|^PYTHON(?:DEVMODE|ASYNCIODEBUG)$|"
    r"^CHOKIDAR_USEPOLLING$"
)
_MODE = re.compile(r"^(?:[A-Z0-9]+_)*(?:ENV|ENVIRONMENTS?|MODE|APP_ENV|PROFILES?|PROFILES_(?:ACTIVE|INCLUDE|DEFAULT))$")
_SETTINGS = re.compile(r"^(?:DJANGO_SETTINGS_MODULE|DJANGO_CONFIGURATION|APP_SETTINGS|FLASK_CONFIG|APP_CONFIG)$")
_OPTIONS = re.compile(r"(?:^|_)(?:OPTIONS|OPTS|CMD_ARGS|ARGS|JAVA_TOOL_OPTIONS|FLAGS|COMMAND|CMD)$")
_LEVEL = re.compile(r"(?:^|_)LOG_?LEVEL$|^LOG$")
_OFF = frozenset({"", "0", "false", "no", "off", "none", "disabled", "n", "f"})
_DEVELOPMENT = frozenset({"dev", "develop", "development", "debug", "test", "testing", "local"})
_WORDS = re.compile(
    r"""(?:^|[\s/'"])(?:
    --(?:auto-?)?reload | --debug | --inspect(?:-brk|-wait)?(?:=\S+)? | runserver(?:_plus)? | debugpy | pydevd
    | -agentlib:jdwp\S* | -Xrunjdwp\S* | --dev
    | -Xdebug | -m\s+pdb | node\s+(?:\S+\s+)*--watch\S* | (?:bun|deno)\s+(?:\S+\s+)*--(?:hot|watch) | nodemon
    | ts-node-dev | tsx\s+watch
    | vite(?:\s+(?:dev|serve)(?=\s|$)|(?=\s+-)|(?=['"\s]*$))
    | (?:next|nuxt|nuxi|astro|remix|fastapi|wrangler|svelte-kit|vinxi|turbo)\s+dev
    | (?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:dev|watch|start:dev|serve:dev)(?::\S+)? | gatsby\s+develop | ng\s+serve
    | react-scripts\s+start
    | vue-cli-service\s+serve | webpack\s+serve | webpack(?:-dev-server|\s+(?:\S+\s+)*--watch)
    | flask\s+(?:\S+\s+)*run | symfony\s+(?:server:start|serve)
    | artisan\s+serve | php\s+-S | spring-boot:run | bootRun | quarkus:dev | mn:run | dotnet\s+watch | cargo\s+watch
    | watchexec | watchmedo | entr\s+-\w+ | reflex\s+-\w+ | gow\s+run | modd | CompileDaemon\S*
    | dlv\s+(?:\S+\s+)*(?:debug|exec|attach|dap) | gdbserver | rdbg | python[\d.]*\s+-m\s+http\.server
    | (?:mkdocs|jekyll|hugo|eleventy)\s+(?:serve|server) | start-dev
    | (?:vault\s+server|consul\s+agent)\s+(?:\S+\s+)*-dev
    )(?=[\s'"]|$)""",
    re.VERBOSE,
)


# Options that name an environment or a profile, and variables in front of a command.
_CHOSEN = re.compile(
    r"(?:^|[\s'\"])(?:--?D?spring\.profiles\.active|-e|-P|--(?:env|environment|mode|profile|configuration))[=\s]+"
    r"(?P<value>[\w,-]+)(?=[\s'\"]|$)"
)
_ASSIGNED = re.compile(r"(?:^|[\s'\";])(?P<name>[A-Z_][A-Z0-9_]*)=(?P<value>[^\s'\";]+)")
SPACE = " \n\t'\"/"


def check(context: Context) -> Iterator[Hit]:
    """Look at variables, at what containers get, and at the commands that they run."""
    if not context.production:
        return
    for name, resolved in context.resolved.values.items():
        if found := _switch(name, resolved.reveal()):
            message, fix, severity = found
            yield Hit(message, fix, resolved.origin, severity, name=name)
    for service, entry in context.services():
        for name, value in (entry.get("environment") or {}).items():
            layer, text = context.resolved.values.get(name), str(value or "")
            known = layer is not None and layer.reveal() == text
            if not known and (found := _switch(name, text)):
                message, fix, severity = found
                yield Hit(message, fix, context.place("services", service, "environment"), severity, service, name)
        yield from _command(context, service, entry)


def _switch(name: str, value: str) -> tuple[str, str, Severity] | None:
    """Return what a variable switches on, the fix, and its severity."""
    low, upper = value.strip().lower(), name.upper()
    switched = _SWITCH.search(upper) and low not in _OFF
    mode = _MODE.match(upper) and _DEVELOPMENT.intersection(re.split(r"[,;\s]+", low))
    configured = _SETTINGS.match(upper) and _DEVELOPMENT.intersection(re.split(r"[._:]|config", low))
    if switched or mode or configured or (upper == "WERKZEUG_DEBUG_PIN" and low == "off"):
        return f"{name} switches debugging on", "turn it off in production", Severity.ERROR
    if _LEVEL.search(upper) and low in {"debug", "trace", "verbose", "silly"}:
        return f"{name} logs at {low}", "log at info or above: debug output holds what users send", Severity.WARNING
    if _OPTIONS.search(upper) and (found := _WORDS.search(value)):
        return f"{name} switches debugging on ({found[0].strip(SPACE)})", "turn it off in production", Severity.ERROR
    return None


def _debugging(words: str) -> str:
    """Return what of a command is for development: an option, a server, a profile, a variable in front."""
    if match := _WORDS.search(words):
        return match[0].strip(SPACE)
    for match in _CHOSEN.finditer(words):
        if _DEVELOPMENT.intersection(match["value"].lower().split(",")):
            return match[0].strip(SPACE)
    for match in _ASSIGNED.finditer(words):
        if (found := _switch(match["name"], match["value"])) and found[2] is Severity.ERROR:
            return match[0].strip(SPACE)
    return ""


def _command(context: Context, service: str, entry: Mapping[str, Any]) -> Iterator[Hit]:
    for key in ("command", "entrypoint"):
        if found := _debugging(settings.words(entry.get(key))):
            yield Hit(
                f"{service} runs with {found}",
                "use the production command",
                context.place("services", service, key),
                service=service,
            )
