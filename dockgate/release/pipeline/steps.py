"""The steps of a release, in order; each can be killed and run again with the same result."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ConfigError, FindingsError
from dockgate.core.location import Location
from dockgate.release import version
from dockgate.release.artifact import layout, manifest, slsa, verify
from dockgate.release.artifact.manifest import Manifest
from dockgate.release.pipeline import publish, reuse, version_commit
from dockgate.release.pipeline.journal import ReleaseStep
from dockgate.release.pipeline.release_context import built, plain, released
from dockgate.release.promotion import migration_files
from dockgate.release.signing import keys, ssh, trust
from dockgate.system import atomic_file, regular_file, scratch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.release.pipeline.journal import Outputs
    from dockgate.release.pipeline.release_context import ReleaseContext
    from dockgate.release.protocols import Built


def stages(context: ReleaseContext) -> tuple[ReleaseStep, ...]:
    """Return all steps."""
    work, changes = context.work, context.settings.changelog
    where = context.registry or f"releases/{context.version}/oci"
    return (
        ReleaseStep("guard", "every guardrail of every environment and of every file", lambda _: work.guard()),
        ReleaseStep("lint", "linters and unit tests", lambda _: work.lint()),
        ReleaseStep("commit", f"{changes} and version {context.version}", lambda _: version_commit.make(context)),
        ReleaseStep("build", "every image that no release built yet", lambda _outputs: _build(context)),
        ReleaseStep("scan", "a verdict on each digest", lambda outputs: _scan(context, outputs)),
        ReleaseStep("sbom", "bills of materials and provenance", lambda outputs: _documents(context, outputs)),
        ReleaseStep(
            "rehearse", "these digests as production, smoke-tested", lambda outputs: _rehearse(context, outputs)
        ),
        ReleaseStep("sign", "the manifest", lambda outputs: _sign(context, outputs)),
        ReleaseStep("publish", where, lambda outputs: publish.publish(context, outputs)),
        ReleaseStep(
            "manifest", f"releases/{context.version}/{manifest.NAME}", lambda outputs: _manifest(context, outputs)
        ),
        ReleaseStep("tag", version.tag(context.version), lambda outputs: _tag(context, outputs)),
    )


def _build(context: ReleaseContext) -> Mapping[str, Any]:
    """Build, and check the budgets: before anything is spent on what must not be released."""
    images = _images(context)
    if not images:
        raise ConfigError(
            "there are no images to release", where=Location(context.project.file), fix="[tool.dockgate.images]"
        )
    budgets = {**context.work.budgets()}
    return {"images": [plain(image) for image in images], "base": {**context.work.base()}, "budgets": budgets}


def _images(context: ReleaseContext) -> tuple[Built, ...]:
    """Take over what an earlier release built of the same content, and build the rest with its provenance."""
    number = str(context.version)
    images = [*context.work.images()]
    if context.layout.exists():  # of a release that was given up: no manifest would name what is in it
        shutil.rmtree(context.layout)
    known = {**reuse.taken(context.project, images, number, context.layout, context.store)}
    rest = [image for image in images if image.name not in known]
    known |= {image.name: image for image in context.work.attest(rest, number)}
    return tuple(known[image.name] for image in images)


def _scan(context: ReleaseContext, outputs: Outputs) -> Mapping[str, Any]:
    verdicts = context.work.scan(built(outputs))
    judged = {entry["digest"] for entry in verdicts if entry["passed"]}
    if missing := [image.name for image in built(outputs) if image.digest not in judged]:
        raise FindingsError(f"no passing verdict on {', '.join(missing)}", fix="inv scan shows the findings")
    return {"verdicts": [*verdicts]}


def _documents(context: ReleaseContext, outputs: Outputs) -> Mapping[str, Any]:
    """Put the images into the layout and attach to each digest its bills of materials and its provenance."""
    images = built(outputs)
    with scratch.folder(context.project) as place:
        file = place / "images.tar"
        context.store.save([image.reference for image in images], file)
        layout.unpack(file, context.layout, {image.digest: layout.qualified(image.reference) for image in images})
    documents: dict[str, dict[str, str]] = {}
    for image in images:
        bills = {kind: text.encode() for kind, text in context.work.bills(image).items()}
        bills[slsa.MEDIA_TYPE] = slsa.provenance(image.name, image.digest, _facts(context, outputs, image))
        documents[image.name] = {
            kind: layout.attach(context.layout, image.digest, kind, data) for kind, data in bills.items()
        }
    return {"documents": documents}


def _facts(context: ReleaseContext, outputs: Outputs, image: Built) -> slsa.Build:
    """Return what an image was built from, as the release that built it has signed it where that is an earlier one."""
    if image.built_in:
        then = verify.signed(context.project, image.built_in.version, trust.key(context.project))
        return slsa.Build(then.commit, then.version, then.created, then.locks, then.tools)
    commit = outputs["commit"]["commit"]
    return slsa.Build(commit, str(context.version), context.started, locks(context), context.work.tools())


def locks(context: ReleaseContext) -> dict[str, str]:
    """Return the digests of the lock files."""
    root = context.project.root
    return {name: manifest.digest(regular_file.read(root / name)) for name in context.settings.locks}


def _rehearse(context: ReleaseContext, outputs: Outputs) -> Mapping[str, Any]:
    return context.work.rehearse(built(outputs), str(context.version))


def _sign(context: ReleaseContext, outputs: Outputs) -> Mapping[str, Any]:
    """Write the manifest and sign it; the same release gives the same bytes and the same signature."""
    project = context.project
    images = released(outputs)
    public = trust.key(project)
    made = Manifest(
        project=project.name,
        version=str(context.version),
        commit=outputs["commit"]["commit"],
        created=context.started,
        images=images,
        migrations=migration_files.read(project, context.settings),
        base=outputs["build"]["base"],
        locks=locks(context),
        tools=context.work.tools(),
        budgets=outputs["build"]["budgets"],
        scan=outputs["scan"],
        rehearsal=outputs["rehearse"],
        published=_target(context),
        key=ssh.fingerprint(public),
    )
    data = made.data()
    with keys.private(project) as key:
        signature = ssh.sign(project, key, data)
    ssh.verify(project, public, data, signature)
    context.scratch.mkdir(parents=True, exist_ok=True)
    atomic_file.replace(context.scratch / manifest.NAME, data, 0o644)
    atomic_file.replace(context.scratch / manifest.SIGNATURE, signature.encode(), 0o644)
    return {"digest": manifest.digest(data)}


def _target(context: ReleaseContext) -> dict[str, str]:
    if context.registry:
        return {"kind": "registry", "registry": context.registry}
    return {"kind": "oci-layout", "path": f"releases/{context.version}/oci"}


def _manifest(context: ReleaseContext, outputs: Outputs) -> Mapping[str, Any]:
    """Commit the manifest and its signature on top of the version commit."""
    message = manifest.message(str(context.version))
    git, commit, head = context.git, outputs["commit"]["commit"], context.git.head()
    version_commit.hold(git, head, context.base, commit, message)
    if head != commit:
        return {"commit": head}
    paths = []
    for name, content in context.signed().items():
        atomic_file.replace(context.folder / name, content, 0o644)
        paths.append(str((context.folder / name).relative_to(context.project.root)))
    return {"commit": git.commit(paths, message, context.started)}


def _tag(context: ReleaseContext, outputs: Outputs) -> Mapping[str, Any]:
    """Tag what was built: the version commit, not the manifest that followed it."""
    name, commit = version.tag(context.version), outputs["commit"]["commit"]
    there = context.git.tagged(name)
    if there and there != commit:
        raise ConfigError(f"the tag {name} is on {there[:12]}, not on {commit[:12]}", fix=f"git tag -d {name}")
    if not there:
        context.git.tag(name, commit, f"Release {context.version}", context.started)
    return {"tag": name}
