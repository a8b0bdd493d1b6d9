"""What a deployment changes on a swarm, and why: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.core.plan import Effect, Plan, Step

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dockgate.stack.runtimes.swarm.desired import Desired
    from dockgate.stack.runtimes.swarm.seen import Running, Seen
    from dockgate.stack.runtimes.swarm.services import Wanted

CREATE, UPDATE, RUN, REMOVE, PRUNE = "create", "update", "run", "remove", "prune"
SHORT = 19  # characters of a digest that tell it: sha256:, and twelve more
COMPLETE = "complete"


def plan(desired: Desired, seen: Seen, services: Collection[str] = ()) -> Plan:
    """Return the steps in the order in which they are done; of all services, or of these."""
    chosen = [each for each in desired.services if not services or each.key in services]
    steps = [Step(CREATE, f"network {name}", "is not there") for name in desired.networks if name not in seen.networks]
    for content in desired.contents:
        word = f"{content.kind.removesuffix('s')} {content.name}"
        if content.data is not None and (content.kind, content.name) not in seen.contents:
            steps.append(Step(CREATE, word, "its content is not there yet"))
    steps += [step for each in chosen if (step := _step(each, seen))]
    if not services:
        steps += list(_leftovers(desired, seen))
    return Plan(tuple(steps))


def completed(found: Running, seen: Seen) -> bool:
    """Return whether a job has done all that it was asked for."""
    mode = found.spec["Mode"].get("ReplicatedJob") or {}
    done = [each for each in seen.of(found) if each["Status"]["State"] == COMPLETE]
    return len(done) >= int(mode.get("TotalCompletions", 1))


def failed_job(found: Running, seen: Seen) -> bool:
    """Return whether a job ended otherwise than it should."""
    return any(each["Status"]["State"] in {"failed", "rejected"} for each in seen.of(found))


def changed(wanted: Wanted, found: Running) -> str:
    """Return why a service is to be changed, empty where it is as it should be; values are never part of it."""
    causes = [
        *_image(wanted.image, found.image),
        *_replicas(wanted, found),
        *_named("changed", _variables(wanted.spec), _variables(found.spec)),
        *_named("secret", _references(wanted.spec, "Secret"), _references(found.spec, "Secret")),
        *_named("config", _references(wanted.spec, "Config"), _references(found.spec, "Config")),
    ]
    state, message = found.update
    if state in {"rollback_paused", "paused", "updating"}:
        causes.append(f"its last change is not done: {state}, {message}")
    if not causes and wanted.digest != found.digest:
        causes.append("configuration changed")
    return "; ".join(causes)


def _step(wanted: Wanted, seen: Seen) -> Step | None:
    found = seen.service(wanted.name)
    if wanted.job:
        return _job(wanted, found, seen)
    if found is None:
        return Step(CREATE, wanted.key, "is not there")
    cause = changed(wanted, found)
    if not cause:
        return None
    how = f"{wanted.order}, {wanted.replicas or 'each node'} replicas" if wanted.replicas != 1 else wanted.order
    gap = f"; port {', '.join(map(str, wanted.ports))} is closed on a node while its container is replaced"
    return Step(UPDATE, wanted.key, f"{cause}; {how}{gap if wanted.ports else ''}")


def _job(wanted: Wanted, found: Running | None, seen: Seen) -> Step | None:
    if found is None:
        other = any(each.key == wanted.key for each in seen.services)
        return Step(RUN, wanted.key, "changed since it ran" if other else "has not run")
    if completed(found, seen):
        return None
    return Step(RUN, wanted.key, "failed the last time" if failed_job(found, seen) else "has not ended")


def _leftovers(desired: Desired, seen: Seen) -> Iterator[Step]:
    """Yield what is not wanted any more: services first, then what only they used."""
    keys, names = {each.key for each in desired.services}, {each.name for each in desired.services}
    for each in seen.services:
        if each.name not in names and not (each.job and each.key in keys):
            yield Step(REMOVE, each.key, "is not in the files", Effect.DESTROY)
        elif each.name not in names:
            yield Step(PRUNE, f"job {each.name}", "another one has run since", Effect.DESTROY)
    wanted = {(each.kind, each.name) for each in desired.contents}
    for kind, name in sorted(seen.contents - wanted):
        yield Step(PRUNE, f"{kind.removesuffix('s')} {name}", "nothing uses it any more", Effect.DESTROY)


def _image(wanted: str, found: str) -> list[str]:
    """Compare contents: the same image under the tag of another release is the same image."""
    before, after = (each.rpartition("@")[2] for each in (found, wanted))
    return [] if before == after else [f"image {before[:SHORT]} → {after[:SHORT]}"]


def _replicas(wanted: Wanted, found: Running) -> list[str]:
    there = (found.spec["Mode"].get("Replicated") or {}).get("Replicas")
    if there is None or "Replicated" not in wanted.spec["Mode"] or there == wanted.replicas:
        return []
    return [f"replicas {there} → {wanted.replicas}"]


def _variables(spec: Mapping[str, Any]) -> dict[str, str]:
    return dict(each.partition("=")[::2] for each in spec["TaskTemplate"]["ContainerSpec"].get("Env") or ())


def _references(spec: Mapping[str, Any], word: str) -> dict[str, str]:
    used = spec["TaskTemplate"]["ContainerSpec"].get(f"{word}s") or ()
    return {each["File"]["Name"]: each[f"{word}Name"] for each in used if each.get("File")}


def _named(word: str, wanted: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    names = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    return [f"{word} {', '.join(names)}"] if names else []
