"""Tasks about variables: where each is set, how environments differ, which problems there are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dockgate.system import atomic_file, regular_file
from dockgate.tasks import environment, screen
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from dockgate.core.findings import Finding
    from dockgate.core.project import Environment
    from dockgate.env.resolved import ResolvedEnv

ENV = "environment to work on, such as dev"


@command(positional=("name",), help={"name": "name of the variable", "env": ENV})
def explain(session: Session, *, name: str | None = None, env: str = "") -> None:
    """Show which file and line sets a variable, what it overrides, and which services read it."""
    from dockgate.core.errors import ConfigError
    from dockgate.env import env_report, env_report_text

    if not name:
        raise ConfigError("a variable name is required", fix="inv env.explain NAME --env=…")
    document = env_report.explain(_survey(session, session.target(env).environment), name)
    session.show(document, lambda: env_report_text.explanation(document))


@command(name="list", help={"env": ENV})
def list_(session: Session, *, env: str = "") -> None:
    """List the variables of an environment: type, secret, required, and where each one is set."""
    from dockgate.env import env_report, env_report_text

    resolved = _survey(session, session.target(env).environment)
    document = env_report.variables(resolved)
    session.show(document, lambda: env_report_text.variables(document, screen.width(sys.stdout)))


@command(help={"env": ENV, "with_": "environment to compare with"})
def diff(session: Session, *, env: str = "", with_: str = "") -> None:
    """Compare two environments: added, removed and changed variables; never shows a secret."""
    from dockgate.env import env_report, env_report_text

    one = session.target(env).environment
    other = session.project.environment(with_, "--with")
    document = env_report.difference(_survey(session, one), _survey(session, other))
    session.show(document, lambda: env_report_text.difference(document))


@command(help={"env": "only this environment (default: all)"})
def check(session: Session, *, env: str = "") -> None:
    """Check the env files against the schema and show every problem."""
    from dockgate.core.counted import counted
    from dockgate.core.errors import FindingsError
    from dockgate.core.findings import blocking

    if not env:
        session.everywhere("env/")
    chosen = [session.target(env).environment] if env else list(session.project.environments.values())
    found = sorted({finding for each in chosen for finding in _findings(session, each)})
    text = "\n".join(map(str, found)) or f"no problems in {', '.join(each.name for each in chosen)}"
    session.show({"findings": [each.as_json() for each in found]}, text)
    if blocked := blocking(found):
        among = f" in {counted(len(found), 'finding')}" if len(found) > len(blocked) else ""
        raise FindingsError(f"{counted(len(blocked), 'error')}{among}", fix="see the fixes above")


@command(help={})
def docs(session: Session) -> None:
    """Write docs/variables.md from env/schema.toml."""
    from dockgate.env import schema, schema_docs

    session.everywhere("env/schema.toml")
    path = session.project.root / schema_docs.PATH
    page = schema_docs.render(schema.load(session.project.root))
    changed = not path.is_file() or regular_file.text(path) != page
    if changed:
        atomic_file.replace(path, page.encode(), 0o644)
    session.show(
        {"path": schema_docs.PATH, "changed": changed}, f"{schema_docs.PATH} {'written' if changed else 'is current'}"
    )


def _survey(session: Session, environment: Environment) -> ResolvedEnv:
    return _told(session, environment, session.situation.survey(environment))


def _told(session: Session, environment: Environment, resolved: ResolvedEnv) -> ResolvedEnv:
    from dockgate.tasks import setup

    if any(layer.sealed for layer in resolved.layers):
        session.say(f"cannot decrypt {environment.secrets}: its variables are not shown")
    setup.tell_sources(session, resolved)
    return resolved


def _findings(session: Session, environment: Environment) -> tuple[Finding, ...]:
    from dockgate.core.errors import ConfigError
    from dockgate.env import layering
    from dockgate.guardrails import check_schema
    from dockgate.secrets import store as secret_store

    problems: list[ConfigError] = []
    try:
        secrets = secret_store.layer(session.project, environment, sealed=True)
    except ConfigError as error:  # the other files may have problems too
        problems.append(error)
        secrets = secret_store.closed(environment)
    try:
        resolved = layering.survey(session.project, environment, secrets, session.situation.schema)
    except ConfigError as error:
        return check_schema(session.project, environment, None, (*problems, error))
    return check_schema(session.project, environment, _told(session, environment, resolved), problems)


TASKS = (explain, list_, diff, check, docs, environment.add)
