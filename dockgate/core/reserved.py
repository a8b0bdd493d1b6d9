"""Names of variables that steer Docker, Compose or Dockgate, whatever an application means by them."""

from __future__ import annotations

# What the tools themselves obey (docs.docker.com, "Environment variables" of the command line and of Compose): these,
# and what begins so. Anything else that is called alike is the application's own: DOCKER_HOST_ADDRESS, COMPOSE_DATA.
PREFIXES = ("DOCKGATE_", "DOCKER_CLI_", "DOCKER_CONTENT_TRUST", "COMPOSE_EXPERIMENTAL")
NAMES = frozenset(
    "DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG DOCKER_CERT_PATH DOCKER_TLS DOCKER_TLS_VERIFY DOCKER_API_VERSION "
    "DOCKER_AUTH_CONFIG DOCKER_CUSTOM_HEADERS COMPOSE_PROJECT_NAME COMPOSE_FILE COMPOSE_PROFILES "
    "COMPOSE_PATH_SEPARATOR COMPOSE_ENV_FILES COMPOSE_DISABLE_ENV_FILE COMPOSE_CONVERT_WINDOWS_PATHS "
    "COMPOSE_IGNORE_ORPHANS COMPOSE_REMOVE_ORPHANS COMPOSE_PARALLEL_LIMIT COMPOSE_ANSI COMPOSE_STATUS_STDOUT "
    "COMPOSE_MENU COMPOSE_PROGRESS COMPOSE_BAKE COMPOSE_COMPATIBILITY COMPOSE_DOCKER_CLI_BUILD "
    "COMPOSE_HTTP_TIMEOUT COMPOSE_API_VERSION COMPOSE_TLS_VERSION COMPOSE_FORCE_WINDOWS_HOST "
    "COMPOSE_INTERACTIVE_NO_CLI".split()
)


def is_reserved(name: str) -> bool:
    """Return whether a variable steers Docker, Compose or Dockgate: no file may set it, and no schema declares it."""
    return name in NAMES or name.startswith(PREFIXES)
