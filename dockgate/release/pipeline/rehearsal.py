"""The rehearsal: production from the very digests of a release, beside everything else, with throwaway secrets."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from dockgate.core import target
from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.core.location import Location
from dockgate.core.project import ONE_ENGINE
from dockgate.engine import containers
from dockgate.env import layering
from dockgate.env.env_files import Assignment, Layer
from dockgate.env.release_pointer import VERSION_VARIABLE
from dockgate.release import smoke
from dockgate.release.pipeline import api_tests
from dockgate.secrets import generate
from dockgate.secrets import init as secret_init
from dockgate.secrets.store import LAYER, Store
from dockgate.situation import Situation
from dockgate.stack import addresses, prepare, runtimes, up
from dockgate.stack.runtimes.protocol import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockgate.core.project import Environment, Project
    from dockgate.core.target import Target
    from dockgate.release.protocols import Built
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.runtimes.protocol import Runtime
    from dockgate.stack.startup.board import Listener

FALLBACK = "password:32"


class Before(Struct, frozen=True):
    """The release before: what Compose gets for it, and whether it may fail on the migrated database."""

    version: str
    variables: Mapping[str, str]
    may_fail: bool = False
    commit: str = ""


class Rehearsal(Struct, frozen=True):
    """What is rehearsed: a release, the path that answers with its version, and the one before where it migrates."""

    images: Sequence[Built]
    version: str
    smoke: str = ""
    before: Before | None = None
    tests: str = ""


def run(project: Project, like: Target, wanted: Rehearsal, listener: Listener) -> Mapping[str, Any]:
    """Bring `like` up as an instance of its own, ask it for its version, and remove it with its volumes.

    ToolFailedError when it does not become healthy or does not answer with 200 and its version; FindingsError when the
    release before does not run on the database that this one migrated.
    """
    instance = "rehearsal-" + wanted.version.replace(".", "-").lower()
    stage = target.target(project, like.environment.name, instance, like.endpoint)
    stage = replace(stage, environment=replace(like.environment, runtime=ONE_ENGINE))
    started = time.monotonic()
    runtime = runtimes.of(project, stage)
    _clear(runtime)  # a killed one left a database with other secrets
    try:
        resolved = layering.resolve(project, like.environment, _secrets(project, like.environment))

        def start(pins: Mapping[str, str], named: str) -> tuple[up.UpResult, list[str]]:
            prepared = prepare.prepare(Situation(project), stage, resolved, {**pins, VERSION_VARIABLE: named})
            done = _started(project, runtime, prepared, listener)
            return done, smoke.ask(stage, done.containers, wanted.smoke, named) if wanted.smoke else []

        result, asked = start({image.variable: image.pinned for image in wanted.images}, wanted.version)
        if wanted.tests:
            api_tests.run(project, wanted.tests, project.root, _address(stage))
        before = _before(project, stage, wanted.before, start) if wanted.before else {}
    finally:
        _clear(runtime)
    return {
        "services": [service.as_json() for service in result.outcome.services],
        "up_seconds": round(result.seconds, 3),
        "seconds": round(time.monotonic() - started, 3),
        "smoke": asked,
        **({"tests": wanted.tests} if wanted.tests else {}),
        **({"before": before} if before else {}),
    }


def _started(project: Project, runtime: Runtime, prepared: Prepared, listener: Listener) -> up.UpResult:
    result = up.up(runtime, prepared, Order(listener=listener))
    if result.outcome.failed:
        said = "; ".join(map(str, result.outcome.failures))
        nearest = [target.up_command(each) for each in project.environments.values() if not each.protected][-1:]
        fix = "".join(f"{command} may show the same" for command in nearest)
        raise ToolFailedError(f"the rehearsal did not become healthy: {said}", fix=fix)
    return result


def _address(stage: Target) -> str:
    found = addresses.addresses(containers.containers(stage.endpoint, stage.project))
    web = [str(each) for each in found if each.web]
    if not web:
        raise ToolFailedError(f"{stage.project} publishes no address to test", fix="[tool.dockgate.release] api-tests")
    return web[0]


def _before(
    project: Project, stage: Target, before: Before, start: Callable[[Mapping[str, str], str], object]
) -> Mapping[str, Any]:
    """Return whether the release before runs on the migrated database, as during a release and after a rollback."""
    known = {"version": before.version}
    try:
        start(before.variables, before.version)
        tested = bool(before.commit) and api_tests.run_of(project, before.commit, _address(stage))
    except ToolFailedError as error:
        if before.may_fail:
            return {**known, "compatible": False}
        raise FindingsError(
            f"not backward compatible: {before.version} does not run on the database that this release migrates: "
            f"{error.what}",
            fix=f'split the migration so that {before.version} can live with it, or write "not backward compatible" in '
            "the changelog entry",
        ) from error
    return {**known, "compatible": True, **({"tests": True} if tested else {})}


def _secrets(project: Project, environment: Environment) -> Layer:
    """Make secrets for this rehearsal alone; they are never written but to RAM."""
    needed = secret_init.wanted(project, environment)
    store = secret_init.filled(Store(), needed)
    values = {name: entry.value for name, entry in store.entries.items()}
    for variable in needed.variables:
        values.setdefault(variable.name, generate.value(FALLBACK, variable.name).value)
    assignments = tuple(
        Assignment(name=name, value=value, origin=Location("rehearsal"), layer=LAYER, interpolate=False)
        for name, value in values.items()
    )
    return Layer(name=LAYER, path="rehearsal", assignments=assignments)


def _clear(runtime: Runtime) -> None:
    stack = runtime.holdings()
    runtime.remove(stack, runtime.plan_removal(stack, volumes=True))
