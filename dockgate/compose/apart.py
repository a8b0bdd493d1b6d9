"""What Compose makes of files that it accepts as they are used, and refuses all at once or without their values.

documents(project, target, env, secrets, arguments, texts) -> document, as written, given secrets

With every profile at once, two services may want one `container_name`, or an env file that is not there. Without
values, `depends_on: [${DB}]` is no name of a service.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dockgate.compose import cli, unresolved, variables
from dockgate.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dockgate.compose.handed import Handed
    from dockgate.core.project import Project
    from dockgate.core.target import Target

EVERY = ("--profile", "*")
Documents = tuple[dict[str, Any], dict[str, Any], "Mapping[str, str]"]


def documents(
    project: Project,
    target: Target,
    env: Mapping[str, str],
    secrets: Handed,
    arguments: Sequence[str],
    texts: Mapping[str, str],
) -> Documents:
    """Return Compose's documents with values and as written, and the secrets that it was given for the first.

    ConfigError where Compose refuses the files with the environment's own profiles.
    """
    try:
        return cli.documents(project, env, secrets, arguments, texts)
    except ConfigError:
        directory = project.root / target.environment.directory
        written = unresolved.document([project.root / file for file in texts], directory, env)
        given = secrets.chosen(variables.in_document(written))
        ask = partial(cli.config, project, {**env, **given}, secrets=secrets.secrets)
        return _document(ask, arguments, unresolved.profiles(written)), written, given


def _document(ask: Callable[..., dict[str, Any]], arguments: Sequence[str], profiles: Iterable[str]) -> dict[str, Any]:
    """Return the services of all profiles; where Compose refuses them together, of each that it accepts."""
    own = tuple(arguments[: -len(EVERY)]) if tuple(arguments[-len(EVERY) :]) == EVERY else tuple(arguments)
    base = ask(arguments=own)
    if own == tuple(arguments):
        return base
    try:
        return ask(arguments=arguments)
    except ConfigError:
        for name in profiles:
            base = _joined(base, ask, (*own, "--profile", name))
        return base


def _joined(base: dict[str, Any], ask: Callable[..., dict[str, Any]], arguments: Sequence[str]) -> dict[str, Any]:
    try:
        more = ask(arguments=arguments)
    except ConfigError:
        return base  # whoever asks for this profile is told so by Compose
    return {
        key: {**value, **base.get(key, {})} if isinstance(value, dict) else base.get(key, value)
        for key, value in {**base, **more}.items()
    }
