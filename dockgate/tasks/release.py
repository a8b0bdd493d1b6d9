"""Tasks that create, list, verify, promote and roll back releases."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.tasks import release_setup
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockgate.core.plan import Plan
    from dockgate.core.target import Target
    from dockgate.env.release_pointer import Pointer
    from dockgate.release.protocols import Built

WAIT = "seconds to wait for another process that has locked the release or the stack"


@command(
    extras=("lint", "release"),
    help={
        "bump": "patch (default), minor or major",
        "version": "exact version to release, instead of a bump",
        "registry": "registry to push to by digest, such as localhost:5000/shop (default: write an OCI layout)",
        "restart": "abandon an interrupted release first; its commits stay, to keep or to revert",
        "dry_run": "only show what would be done, after all preconditions are checked",
        "lock_wait": WAIT,
    },
)
def release(
    session: Session,
    *,
    bump: str = "",
    version: str = "",
    registry: str = "",
    restart: bool = False,
    dry_run: bool = False,
    lock_wait: int = 0,
) -> None:
    """Build once, check, sign and publish a release; continues an interrupted one."""
    from dockgate.release.pipeline import abandon as restarting
    from dockgate.release.pipeline import run
    from dockgate.release.pipeline.run import ReleaseRequest
    from dockgate.stack import hooks
    from dockgate.system import locks

    project = session.project
    target, store = release_setup.stage(session)
    with locks.held(project, f"{project.name}-release", "release", float(lock_wait)):
        if restart and restarting.give_up(project):
            session.say("abandoned the interrupted release; its commits are still there")
        made, journal = run.begin(
            project, ReleaseRequest(version, bump, registry), release_setup.work(session, target), store
        )
        for note in (*journal.unfinished(), *made.notes):
            session.say(note)
        if dry_run:
            _show_plan(session, str(made.version), run.plan(made, journal))
            return
        facts = {"DOCKGATE_VERSION": str(made.version)}
        hooks.run(project, target, "before-release", facts, session.say)
        result = run.run(made, journal, release_setup.teller(session))
    lines = [f"{image.name:<18} {image.pinned}{_since(image)}" for image in result.images]
    session.show(result.as_json(), "\n".join([f"release {result.version} of {result.commit[:12]}", *lines]))
    hooks.run(project, target, "after-release", facts, session.say)


def _show_plan(session: Session, version: str, plan: Plan) -> None:
    from dockgate.stack import hooks

    before, after = hooks.steps(session.project, "release")
    document = {
        "version": version,
        "steps": [step.as_json() for step in plan.steps],
        "hooks": [step.as_json() for step in (*before.steps, *after.steps)],
    }
    session.show(document, "\n".join(filter(None, map(str, (before, plan, after)))))


def _since(image: Built) -> str:
    return f"  unchanged since {image.built_in.version}" if image.built_in else ""


@command(
    help={
        "to": "environment to promote the release to",
        "version": "version of the release",
        "reason": "why the release may skip an environment; recorded with the promotion",
        "lock_wait": WAIT,
    }
)
def promote(session: Session, *, to: str = "", version: str = "", reason: str = "", lock_wait: int = 0) -> None:
    """Verify a release and pin an environment to its digests for `inv up` or `inv deploy`."""
    from dockgate.env import release_pointer
    from dockgate.release.promotion import promote as work
    from dockgate.stack import hooks
    from dockgate.tasks import unfinished

    target = session.target(to, option="--to")
    facts = {"DOCKGATE_VERSION": version}
    with unfinished.stack(session, target, f"promote {version}", lock_wait):
        hooks.run(session.project, target, "before-promote", facts, session.say)
        pointer = work.promote(session.project, to, version, release_setup.store(session, target), reason=reason)
    document = {"environment": to, "version": pointer.version, "images": dict(pointer.images)}
    then = f"commit {release_pointer.file(to)}, then {target.up}"
    session.show(document, f"promoted {pointer.version} to {to}; next: {then}")
    hooks.run(session.project, target, "after-promote", facts, session.say)


@command(
    help={
        "env": "environment to roll back",
        "to": "version to go back to (default: the previous release)",
        "timeout": "seconds to wait until every service is healthy",
        "lock_wait": WAIT,
    }
)
def rollback(session: Session, *, env: str = "", to: str = "", timeout: int = 120, lock_wait: int = 0) -> None:
    """Go back to the previous release; restores the current one if the health check fails."""
    from dockgate.release.promotion import rollback as work
    from dockgate.system import marks
    from dockgate.tasks import rotation, unfinished

    target = session.target(env)
    store = release_setup.store(session, target)
    with unfinished.stack(session, target, "rollback", lock_wait):
        rotation.settle(session, target, (), lock_wait)
        stack = work.LiveStack(partial(_look, session, target, float(timeout)), partial(_images, session, target))
        work.rollback(session.project, env, to, store, stack, partial(release_setup.show_rollback, session))
        marks.clear(session.project, target.lock, *unfinished.STACK)


def _images(session: Session, target: Target) -> frozenset[str]:
    """Return the references of the images that the stack's containers run."""
    from dockgate.stack import runtimes

    return frozenset(one.image for one in runtimes.of(session.project, target).observe().containers if one.running)


def _look(session: Session, target: Target, timeout: float, pointer: Pointer) -> Callable[[], None]:
    """Prepare the stack for a release that the environment is pointed at next; never builds or pulls."""
    from dockgate.release.promotion import promoted
    from dockgate.stack import database_volumes, runtimes, up
    from dockgate.stack.runtimes.protocol import Order
    from dockgate.stack.startup import board
    from dockgate.tasks import setup

    session.look_again({target.environment.name: pointer})
    runtime = runtimes.of(session.project, target)
    ready, _ = setup.ready(session, target, (), build=False, present=not runtime.traits.nodes)
    listener = board.listener(sys.stderr, session.project.process)
    order = Order(timeout=timeout, listener=listener, warn=setup.warning(session))
    kept = setup.databases(session, ready)

    def act() -> None:
        result = promoted.recorded(session.situation, target, lambda: up.up(runtime, ready, order))
        database_volumes.keep(session.project, ready, kept, result.outcome)
        if said := [*map(str, result.outcome.failures), result.remains()] if result.outcome.failed else []:
            raise ToolFailedError("; ".join(filter(None, said)), fix=f"inv logs {target.flags} shows more")

    return act


@command(default=True, name="list", help={})
def releases(session: Session) -> None:
    """List releases and the environments that run them."""
    from dockgate.release.pipeline import journal, release_context
    from dockgate.release.promotion import promoted

    session.everywhere("releases/")
    left = journal.load(release_context.journal_path(session.project))
    for line in left.unfinished() if left else ():
        session.say(line)
    found = promoted.listed(session.project)
    lines = []
    for each in found:
        running = each["environments"]
        where = ", ".join(running) if isinstance(running, list) else ""
        lines.append(f"{each['version']:<12} {str(each['commit'])[:12]}  {each['created']}  {where}".rstrip())
    session.show({"releases": list(found)}, "\n".join(lines) or "no releases yet; create one with inv release")


@command(
    positional=("release",),
    help={
        "release": "version, or digest of a manifest or an image",
        "key": "file of the public key, or a fingerprint (SHA256:…) to trust for this project from now on",
    },
)
def verify(session: Session, *, release: str | None = None, key: str = "") -> None:
    """Verify a release with its public key: signature, digests, attestations, tag, age of the scan."""
    from pathlib import Path

    from dockgate.core.errors import MissingToolError
    from dockgate.release.artifact import verify as release_verify
    from dockgate.release.signing import keys, trust

    project = session.project
    if key.startswith(trust.FINGERPRINT):
        public = trust.given(project, key)
    else:
        public = keys.given(Path(key)) if key else trust.key(project)
    number = release_verify.find(project, _given(release))
    try:
        _, store = release_setup.stage(session)
        report = release_verify.verify(project, number, public, store)
    except MissingToolError:  # no engine: what it has cannot be looked at, everything else can
        report = release_verify.verify(project, number, public, None)
    session.show(report.as_json(), "\n".join(map(str, report.checks)))
    if not report.good:
        raise release_verify.refused(number, report.first_problem)


@command(positional=("release",), help={"release": "version, or digest of a manifest or an image"})
def load(session: Session, *, release: str | None = None) -> None:
    """Verify a release and load its images from the OCI layout into the engine; needs no network."""
    from dockgate.release.artifact import load as release_load

    _, store = release_setup.stage(session)
    images = release_load.load(session.project, _given(release), store)
    session.show({"images": list(images)}, "\n".join(images))


def _given(release: str | None) -> str:
    if not release:
        raise ConfigError("a release is required", fix="a version or a digest; inv releases lists them")
    return release


@command(help={})
def keygen(session: Session) -> None:
    """Create the release key pair; the private key is encrypted."""
    from dockgate.release.signing import keys, trust
    from dockgate.system import audit

    session.everywhere("release/")
    line = keys.generate(session.project)
    trust.accept(session.project, line)
    audit.record(session.project, "releases.keygen", "done", key=line.split()[1])
    files = [name for pair in (keys.SSH, keys.COSIGN) for name in (pair.public, pair.private)]
    session.show({"public": line, "files": files}, f"{line}\ncommit {' '.join(files)}", raw=True)


TASKS = (release, promote, rollback)
RELEASES = (releases, verify, load, keygen)
