"""The guardrails as `inv guard` runs them: every environment as far as this machine can see it, then the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.compose import readers, resolve
from dockgate.compose.resolve import Inputs, Profiles
from dockgate.core.endpoint import DEFAULT_HOST, Endpoint
from dockgate.core.errors import ConfigError
from dockgate.core.findings import Finding, Severity
from dockgate.core.labels import ENVIRONMENT
from dockgate.core.location import Location
from dockgate.core.target import Target
from dockgate.engine import containers as engine_containers
from dockgate.env import layering
from dockgate.guardrails import Report, Scope, Subject, check
from dockgate.guardrails.rule import UNREAD
from dockgate.guardrails.rules import dg401_endpoint
from dockgate.secrets import store as secret_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dockgate.compose.model import Model
    from dockgate.core.errors import DockgateError
    from dockgate.core.project import Environment, Project
    from dockgate.engine.containers import Container
    from dockgate.env.resolved import ResolvedEnv

    Looked = tuple[Subject | None, tuple[Finding, ...]]

# What `up` fills in: images are built and pinned by then, secrets are files on RAM.
PINNED = "@sha256:" + "0" * 64
SECRETS_FOLDER = "/run/dockgate"
# A stack of its own name, so that the model which `up` has cached stays.
INSTANCE = "guard"
ALL_PROFILES = Profiles(("*",))


def run(
    project: Project,
    environments: Iterable[Environment],
    target: Target | None,
    stack: Callable[[], Iterable[Container]] = tuple,
    *,
    deploying: bool = False,
) -> Report:
    """Return one report about these environments and about the Dockerfiles and Compose files of the project.

    With a target, also about running there, where `stack` gives the containers that carry its name: without one, the
    repository alone is judged. It is asked when the files have been read. `deploying` says that this is `deploy`, which
    may work on a remote engine.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - Compose resolves them side by side

    chosen, report = tuple(environments), Report()
    # One after the other, for they stand on the same files, which are then parsed once.
    surveyed = [_survey(project, each, target) for each in chosen]
    owners = dict.fromkeys(each.labels.get(ENVIRONMENT, "") for each in stack())
    labels = tuple({ENVIRONMENT: owner} for owner in owners)
    with ThreadPoolExecutor() as pool:
        mapped = pool.map if len(chosen) > 1 else map
        for subject, refusals in mapped(_with_model, surveyed):
            found = check(replace(subject, stack_labels=labels, deploying=deploying)) if subject else Report()
            report += found + Report(refusals)
    first = next(iter(project.environments.values()))
    return report + check(Subject(project, first, frozenset({Scope.FILES})))


def containers(target: Target) -> tuple[Container, ...]:
    """Return the containers that carry a target's name; one that DG401 or DG402 refuses is not asked."""
    listed = dg401_endpoint.listed(target.endpoint, target.environment.endpoints)
    if not listed or (target.environment.protected and not target.endpoint.local):
        return ()
    return engine_containers.containers(target.endpoint, target.project)


def _survey(project: Project, environment: Environment, target: Target | None) -> Looked:
    """Return what is to be checked of an environment without its model, and findings about what cannot be read."""
    try:
        secrets = secret_store.layer(project, environment, sealed=True)
        resolved = layering.survey(project, environment, secrets)
    except ConfigError as error:
        from dockgate.guardrails.rules import dg100_unreadable  # noqa: PLC0415 - the checks, only where they run

        return None, dg100_unreadable.findings(error, environment.name)
    scopes = {Scope.ENV, Scope.TARGET} if target else {Scope.ENV}
    return Subject(project, environment, frozenset(scopes), resolved, target=target), ()


def _with_model(looked: Looked) -> Looked:
    """Add what Compose makes of the environment's files, or the finding that it refuses them."""
    subject, _ = looked
    if subject is None or subject.resolved is None:
        return looked
    try:
        model = _model(subject.project, subject.environment, subject.resolved)
    except ConfigError as error:
        return subject, (_refusal(error, subject.environment),)
    return replace(subject, scopes=subject.scopes | {Scope.MODEL}, model=model.raw, uses=model.uses), ()


def _model(project: Project, environment: Environment, resolved: ResolvedEnv) -> Model:
    from dockgate.images import settings  # noqa: PLC0415 - only for a whole run

    images = settings.of(settings.load(project), environment)
    pins = {image.variable: f"{project.name}/{image.name}{PINNED}" for image in images}
    env = {**pins, readers.FOLDER: SECRETS_FOLDER, **resolved.plain()}
    # No engine is asked anything; Compose alone resolves the files.
    target = Target(str(project.root), project.name, environment, INSTANCE, Endpoint(DEFAULT_HOST, "default"))
    secrets = tuple(resolved.secrets().values())
    inputs = Inputs(env, {}, ALL_PROFILES, secrets=secrets, strict=resolved.schema.declared)
    return resolve.resolve(project, target, inputs).model


def unseen(error: DockgateError, environment: Environment) -> Finding:
    """Return the finding that an engine which does not answer becomes: another's stack may be there."""
    message = f"could not look at the engine: {error.what}"
    return Finding("pyproject.toml", 0, 0, UNREAD, Severity.ERROR, message, environment.name, error.fix)


def _refusal(error: ConfigError, environment: Environment) -> Finding:
    where = error.where or Location(environment.files[-1] if environment.files else "pyproject.toml")
    message = f"could not look at the Compose model: {error.what}"
    return Finding(where.path, where.line, where.column, UNREAD, Severity.ERROR, message, environment.name, error.fix)
