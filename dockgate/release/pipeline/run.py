"""`inv release`: checks, refuses or starts, runs the steps, and verifies the result."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core.errors import ConfigError, DockgateError, FindingsError, ToolFailedError
from dockgate.core.plan import Effect, Plan, Step
from dockgate.release import settings, version
from dockgate.release.artifact import manifest, verify
from dockgate.release.pipeline import changelog, journal, preconditions, release_context, version_commit
from dockgate.release.pipeline import steps as pipeline_steps
from dockgate.release.pipeline.journal import Journal
from dockgate.release.pipeline.preconditions import ReleaseState
from dockgate.release.pipeline.release_context import ReleaseContext
from dockgate.release.signing import keys, trust
from dockgate.system import atomic_file, audit, regular_file, state_folder
from dockgate.system.git import Git, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from semver import Version

    from dockgate.core.project import Project
    from dockgate.release.pipeline.journal import Done, ReleaseStep
    from dockgate.release.protocols import Built, Store, Work


class ReleaseRequest(Struct, frozen=True):
    """What was asked for: a version or a bump of the current one, and a registry or none."""

    version: str = ""
    bump: str = ""
    registry: str = ""


class ReleaseResult(Struct, frozen=True):
    """A finished release."""

    version: str
    commit: str
    images: tuple[Built, ...]
    steps: tuple[Done, ...]
    checks: tuple[verify.Check, ...]

    def as_json(self) -> Mapping[str, Any]:
        """Return what `release --json` prints."""
        return {
            "version": self.version,
            "commit": self.commit,
            "images": [{"name": image.name, "digest": image.digest} for image in self.images],
            "steps": [step.as_json() for step in self.steps],
        }


def begin(project: Project, wish: ReleaseRequest, work: Work, store: Store) -> tuple[ReleaseContext, Journal]:
    """Return the release to make: the interrupted one, or a new one that nothing speaks against."""
    config, git = settings.load(project), Git(project)
    left = _left(project, git)
    entries = () if left else _entries(project, config)
    current = version.current(regular_file.text(project.root / config.version_file), config.version_file)
    chosen = _version(wish, current, left)
    if left:
        _sweep(project, config, str(chosen))
    tree, behind, unheard, tags = _heard(git)
    facts = ReleaseState(
        dirty=tree.dirty,
        branch=tree.branch,
        wanted_branch=config.branch,
        behind=behind,
        tags=git.tags() | tags,
        entries=entries,
        signing_key=keys.available(project),
        identified=git.identified(),
        current=current,
    )
    preconditions.check(facts, chosen, resuming=left is not None)
    if left and (commit := version_commit.made(left.outputs)):
        version_commit.hold(git, tree.commit, str(left.inputs["base"]), commit, manifest.message(str(chosen)))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    inputs = {"version": str(chosen), "base": tree.commit, "started": now, "registry": wish.registry}
    used = left or Journal(release_context.journal_path(project), inputs)
    base, started, registry = (str(used.inputs[name]) for name in ("base", "started", "registry"))
    notes = (f"the remote was not asked, its last known state counts: {unheard}",) if unheard else ()
    made = ReleaseContext(project, config, git, work, store, chosen, base, started, registry, notes)
    preconditions.clean(_foreign(made, used, tree.dirty) if left else ())
    return made, used


def _entries(project: Project, config: settings.ReleaseSettings) -> tuple[str, ...]:
    """Return what the changelog has that is not released yet."""
    text = regular_file.text(project.root / config.changelog)
    return changelog.entries(changelog.unreleased(text, config.changelog))


def _left(project: Project, git: Git) -> Journal | None:
    """Return the interrupted release; one that committed nothing yet and whose HEAD moved is forgotten."""
    left = journal.load(release_context.journal_path(project))
    if left is None or "commit" in left.outputs:
        return left
    if version_commit.committed(git, str(left.inputs["base"]), str(left.inputs["version"])) is not None:
        return left
    left.end()
    return None


def _sweep(project: Project, config: settings.ReleaseSettings, number: str) -> None:
    """Remove the temporary files of a release that was killed while it wrote; its lock is ours."""
    for name in (config.changelog, config.version_file):
        atomic_file.sweep(project.root / name, age=0.0)
    atomic_file.sweep_below(manifest.folder(project.root, number))


def _heard(git: Git) -> tuple[Tree, int, str, frozenset[str]]:
    """Return the tree, how far it is behind its remote, why that could not be asked (it was: empty), and its tags."""
    tree = git.tree()
    if not (remote := git.remote(tree.branch)):
        return tree, tree.behind or 0, "", frozenset()
    unheard = git.fetch(remote)
    tree = git.tree()
    behind = git.behind(remote, tree.branch) if tree.behind is None else tree.behind
    return tree, behind, unheard, frozenset() if unheard else git.remote_tags(remote)


def _foreign(release: ReleaseContext, left: Journal, dirty: Sequence[str]) -> tuple[str, ...]:
    """Return the paths changed by others during an interrupted release, without those that it wrote itself."""
    ours = {} if "commit" in left.outputs else version_commit.files(release)
    folder = f"{release.folder.relative_to(release.project.root)}/"

    def mine(path: str) -> bool:
        if path in ours:
            return regular_file.text(release.project.root / path) == ours[path]
        return path.startswith(folder) and "manifest" not in left.outputs

    return tuple(path for path in dirty if not mine(path))


def _version(wish: ReleaseRequest, current: Version, left: Journal | None) -> Version:
    asked = version.parse(wish.version) if wish.version else None
    if left is None:
        return asked or version.bump(current, wish.bump or "patch")
    going = version.parse(str(left.inputs["version"]))
    if (asked and asked != going) or (wish.registry and wish.registry != left.inputs["registry"]):
        raise ConfigError(
            f"the release of {going} was interrupted and is not finished",
            fix="inv release goes on with it; inv release --restart gives it up and begins a new one",
        )
    return going


def plan(release: ReleaseContext, left: Journal) -> Plan:
    """Return what a release would do."""
    done = "done before the interruption"
    return Plan(
        tuple(
            Step(stage.name, stage.what, done if stage.name in left.outputs else "not done yet", _effect(stage))
            for stage in pipeline_steps.stages(release)
        )
    )


def _effect(stage: ReleaseStep) -> Effect:
    return Effect.READ if stage.name in {"guard", "lint", "scan"} else Effect.WRITE


def run(release: ReleaseContext, started: Journal, tell: Callable[[ReleaseStep, Done | None], None]) -> ReleaseResult:
    """Make the release and verify it; FindingsError when what came out does not verify."""
    number = str(release.version)
    state_folder.make(release.project.state)
    try:
        steps = journal.run(started, pipeline_steps.stages(release), tell)
        report = _proved(release)
    except BaseException as error:
        _note(release, error)
        if isinstance(error, OSError):
            said = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
            fix = "make room or put it right; inv release then goes on where it stopped"
            raise ToolFailedError(said, fix=fix) from error
        raise
    images, commit = release_context.built(started.outputs), str(started.outputs["commit"]["commit"])
    audit.record(release.project, "release", "done", version=number, commit=commit, manifest=report.manifest.digest)
    started.end()
    return ReleaseResult(number, commit, images, steps, report.checks)


def _proved(release: ReleaseContext) -> verify.Verification:
    """Verify what was made as an outsider would; FindingsError when it does not hold."""
    number = str(release.version)
    report = verify.verify(release.project, number, trust.key(release.project), release.store)
    if not report.good:
        raise FindingsError(f"release {number} does not verify: {report.first_problem}", fix=_undo(release))
    return report


def _note(release: ReleaseContext, error: BaseException) -> None:
    """Say in the audit log how a release stopped; a disk that is full must not hide why."""
    how = "failed" if isinstance(error, DockgateError | OSError) else "interrupted"
    said = error.what.splitlines()[0] if isinstance(error, DockgateError) else str(error) or type(error).__name__
    with suppress(OSError):
        audit.record(release.project, "release", how, version=str(release.version), why=said)


def _undo(release: ReleaseContext) -> str:
    """Return how to take back a release that was tagged and does not hold."""
    tag = version.tag(release.version)
    return f"git tag -d {tag}; git reset --keep {release.base[:12]}; then inv release --restart makes it anew"
