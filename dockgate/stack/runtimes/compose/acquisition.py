"""Images that Compose files name and the engine lacks: what is pulled or built, as `pull_policy` and `build:` say.

known(endpoint, model, services) -> {reference: image}     what the engine has of the images that are not pinned
steps(model, services, known, containers, plan, own) -> tuple[Step, ...]     actions: pull build
fetch(prepared, plan, order) -> bool                       runs those steps; whether there were any

Images of `[tool.dockgate.images]` and of releases are pinned by digest: they are there, and never pulled. Only a
preview has one without a digest: `up` builds it before Compose is asked.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Step
from dockgate.engine import containers as engine_containers
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dockgate.compose.model import Model, Service
    from dockgate.core.endpoint import Endpoint
    from dockgate.core.plan import Plan
    from dockgate.engine.containers import Container, EngineImage
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.runtimes.protocol import Order

ACTIONS = frozenset({"pull", "build"})
STAYING = frozenset({"start", "restart", "run"})  # steps that keep a container
MISSING = "missing"
PINNED = "@sha256:"
LIMIT = 3600.0  # seconds for one pull or build; chosen: large images on a slow line, and Compose itself has no limit
WORKERS = 8  # questions to the engine at once; chosen: they wait for it, not for a processor
PERIOD = re.compile(r"([0-9]+)([wdhms])")
UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
EVERY = {"daily": "every_1d", "weekly": "every_1w"}


def known(endpoint: Endpoint, model: Model, services: Collection[str]) -> Mapping[str, EngineImage]:
    """Ask the engine for the images of these services and what they depend on (none named: of all)."""
    wanted = model.closure(services)
    refs = {one.image for one in model.services.values() if one.name in wanted and _ours(one)}
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        found = pool.map(lambda ref: (ref, engine_containers.image(endpoint, ref)), refs)
        return {ref: image for ref, image in found if image}


def steps(
    model: Model,
    services: Collection[str],
    known: Mapping[str, EngineImage],
    containers: Sequence[Container],
    plan: Plan,
    own: Collection[str],
) -> tuple[Step, ...]:
    """Return a step for each image that is pulled or built before `plan`, in dependency order.

    A container that stays as it is needs its image no more. `own` are the references of images that `inv build` makes.
    """
    wanted = model.closure(services)
    remade = {step.target for step in plan.steps if step.action not in STAYING}
    stays = [one.service for one in containers if one.name not in remade]
    made = {name for name in wanted if stays.count(name) < model.services[name].replicas}
    names, now = (name for name in model.order() if name in wanted), datetime.now(UTC)
    found = (_step(model.services[name], known, now, made=name in made) for name in names)
    return tuple(
        dict.fromkeys(Step("build", step.target, MISSING) if step.target in own else step for step in found if step)
    )


def fetch(prepared: Prepared, plan: Plan, order: Order) -> bool:
    """Let Compose pull, then build; ToolFailedError where that fails, or where `order` does not want it."""
    todo = [step for step in plan.steps if step.action in ACTIONS]
    lacking = [step.target for step in todo if step.cause.startswith(MISSING)]
    if not order.fetch:
        if lacking:
            fix = f"{prepared.target.up} without --no-build"
            raise ToolFailedError(f"missing images: {', '.join(lacking)}", fix=fix)
        return False
    pulled, built = ([step.target for step in todo if step.action == action] for action in ("pull", "build"))
    if pulled:
        _said(order, "pulling", pulled)
        built += _pull(prepared, pulled)
    if built:
        _said(order, "building", built)
        _compose(prepared, ("build",), built)
    return bool(todo)


def _pull(prepared: Prepared, images: Sequence[str]) -> list[str]:
    """Pull, and return what is to be built instead: as with Compose, no registry has to have what a file builds."""
    services = prepared.composition.model.services.values()
    buildable = {one.image for one in services if one.built}
    _compose(prepared, ("pull", "--quiet"), [image for image in images if image not in buildable])
    perhaps = [image for image in images if image in buildable]
    _compose(prepared, ("pull", "--quiet"), perhaps, check=False)
    endpoint = prepared.target.endpoint
    return [image for image in perhaps if engine_containers.image(endpoint, image) is None]


def _compose(prepared: Prepared, words: Sequence[str], images: Sequence[str], *, check: bool = True) -> None:
    model = prepared.composition.model
    names = [name for name in model.order() if model.services[name].image in images]
    if names:
        process.run(prepared.composition.command(*words, *names, timeout=LIMIT), check=check)


def _said(order: Order, what: str, images: Collection[str]) -> None:
    if order.fetching:
        order.fetching(f"{what} {', '.join(images)}")


def _ours(service: Service) -> bool:
    return bool(service.image) and PINNED not in service.image


def _step(service: Service, known: Mapping[str, EngineImage], now: datetime, *, made: bool) -> Step | None:
    """Return what `docker compose up` would do for a service's image (Compose 2.40, `mustPull`)."""
    if not _ours(service):
        return None
    policy, there = service.pull_policy, known.get(service.image)
    if policy == "build" and service.built:
        return Step("build", service.image, "pull_policy: build")
    if policy == "always" or (there and _aged(policy, there.tagged, now)):
        return Step("pull", service.image, f"pull_policy: {policy}")
    if there or policy == "never" or not made:
        return None
    if service.built and service.named:
        return Step("pull", service.image, f"{MISSING}; built where no registry has it")
    return Step("build" if service.built else "pull", service.image, MISSING)


def _aged(policy: str, tagged: str, now: datetime) -> bool:
    """Return whether an image was pulled longer ago than `daily`, `weekly` or `every_…` allows."""
    period = EVERY.get(policy, policy)
    if not period.startswith("every_"):
        return False
    parts = {UNITS[unit]: float(number) for number, unit in PERIOD.findall(period)}
    try:
        moment = datetime.fromisoformat(tagged)
    except ValueError:
        return True
    return now > moment + timedelta(**parts)
