"""Tasks that tell about variables: where they come from, how environments differ, what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from dockgate.envfiles import Layer
    from dockgate.findings import Finding
    from dockgate.layering import ResolvedEnv
    from dockgate.project import Environment

ENV = "environment: dev, staging or prod"


@command(positional=("name",), help={"name": "the variable", "env": ENV})
def explain(session: Session, *, name: str | None = None, env: str = "") -> None:
    """Tell which file and line set a variable, what that shadowed, and who reads it."""
    from dockgate import envreport, envtext
    from dockgate.errors import ConfigError

    if not name:
        raise ConfigError("which variable?", fix="inv env.explain NAME --env=…")
    document = envreport.explain(_survey(session, session.target(env).environment), name)
    session.show(document, lambda: envtext.explanation(document))


@command(name="list", help={"env": ENV})
def list_(session: Session, *, env: str = "") -> None:
    """List the variables of an environment: type, secret or not, required or not, and where each is set."""
    from dockgate import envreport, envtext

    resolved = _survey(session, session.target(env).environment)
    document = envreport.variables(resolved)
    session.show(document, lambda: envtext.variables(document))


@command(help={"env": ENV, "with_": "the environment to compare with"})
def diff(session: Session, *, env: str = "", with_: str = "") -> None:
    """Tell what the second environment adds, lacks and has otherwise than the first; secrets only as equal or not."""
    from dockgate import envreport, envtext

    one = session.target(env).environment
    other = session.project.environment(with_)
    document = envreport.difference(_survey(session, one), _survey(session, other))
    session.show(document, lambda: envtext.difference(document))


@command(help={"env": ENV + "; all without it"})
def check(session: Session, *, env: str = "") -> None:
    """Check the env files against the schema: every problem at once."""
    from dockgate.errors import FindingsError
    from dockgate.findings import blocking

    if not env:
        session.everywhere("env/")
    chosen = [session.target(env).environment] if env else list(session.project.environments.values())
    found = sorted({finding for each in chosen for finding in _findings(session, each)})
    text = "\n".join(map(str, found)) or f"nothing wrong in {', '.join(each.name for each in chosen)}"
    session.show({"findings": [each.as_json() for each in found]}, text)
    if blocked := blocking(found):
        raise FindingsError(f"{len(blocked)} of {len(found)} findings are errors", fix="each line above names its mend")


@command(help={})
def docs(session: Session) -> None:
    """Write docs/variables.md from the schema."""
    from dockgate import schema, schemadocs

    session.everywhere("env/schema.toml")
    path = session.project.root / schemadocs.PATH
    page = schemadocs.render(schema.load(session.project.root))
    changed = not path.is_file() or path.read_text(encoding="utf-8") != page
    if changed:
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")
    session.show(
        {"path": schemadocs.PATH, "changed": changed}, f"{schemadocs.PATH} {'written' if changed else 'is current'}"
    )


def _survey(session: Session, environment: Environment) -> ResolvedEnv:
    from dockgate import secretstore

    return _resolved(session, environment, secretstore.layer(session.project, environment, sealed=True))


def _resolved(session: Session, environment: Environment, secrets: Layer | None) -> ResolvedEnv:
    from dockgate import layering
    from dockgate.tasks import preparing

    resolved = layering.survey(session.project, environment, secrets)
    if secrets and secrets.sealed:
        session.say(f"{environment.secrets} cannot be opened by you: what it sets is not known here")
    preparing.tell_sources(session, resolved)
    return resolved


def _findings(session: Session, environment: Environment) -> tuple[Finding, ...]:
    from dockgate import envchecks, secretstore
    from dockgate.envchecks import unreadable
    from dockgate.envfiles import SECRETS, Layer
    from dockgate.errors import ConfigError

    found: tuple[Finding, ...] = ()
    try:
        secrets = secretstore.layer(session.project, environment, sealed=True)
    except ConfigError as error:  # the other files may have problems too
        found = unreadable.findings(error, environment.name)
        secrets = Layer(SECRETS, environment.secrets, sealed=True)
    try:
        return (*found, *envchecks.check(_resolved(session, environment, secrets)))
    except ConfigError as error:
        return (*found, *unreadable.findings(error, environment.name))


TASKS = (explain, list_, diff, check, docs)
