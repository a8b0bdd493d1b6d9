"""Tasks that inspect images: vulnerabilities, secrets, bill of materials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, FindingsError, ToolFailedError
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.scan.scanner import ImageReference
    from dockgate.scan.verdict import Verdict

IMAGE = "only this image: a name from [tool.dockgate.images], or any reference that the engine has"
ENV = "environment whose images are inspected (default: the first protected one)"


@command(extras=("release",), help={"env": ENV, "image": IMAGE})
def scan(session: Session, *, env: str = "", image: str = "") -> None:
    """Scan images for known vulnerabilities and leaked secrets; exit 3 if a finding blocks."""
    from dockgate.core import findings
    from dockgate.core.counted import counted
    from dockgate.scan import known_secrets, scanner

    verdicts = scanner.scan(session.project, named(session, env, image), known_secrets.sought(session.project))
    document = {"passed": all(each.passed for each in verdicts), "verdicts": [each.as_json() for each in verdicts]}
    session.show(document, lambda: "\n".join(map(_text, verdicts)))
    if blocking := [finding for each in verdicts for finding in findings.blocking(each.findings)]:
        raise FindingsError(f"blocked by {counted(len(blocking), 'finding')}", fix="see the fixes above")


def _text(verdict: Verdict) -> str:
    lists = verdict.facts.lists
    dates = [f"  lists: {'; '.join(map(str, lists.releases))}"] if lists else []
    return "\n".join([str(verdict), *dates, *(f"  {finding}" for finding in verdict.findings)])


@command(
    extras=("release",),
    help={
        "env": ENV,
        "image": IMAGE,
        "out": "folder to write to (default: .dockgate/sbom)",
    },
)
def sbom(session: Session, *, env: str = "", image: str = "", out: str = "") -> None:
    """Write a software bill of materials (SBOM) for each image, validated against its format."""
    from pathlib import Path

    from dockgate.scan import known_secrets
    from dockgate.scan.sbom import bills
    from dockgate.system import atomic_file, state_folder

    sought = known_secrets.sought(session.project)
    folder = Path(out) if out else state_folder.make(session.project.state / "sbom")
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Mapping[str, str]] = []
    for each in named(session, env, image):
        for kind, text in bills.documents(session.project, each, sought).items():
            file = folder / f"{each.name.replace('/', '_')}.cdx.json"
            atomic_file.replace(file, text.encode(), 0o644)
            written.append({"image": each.name, "reference": each.reference, "format": kind, "file": str(file)})
    session.show({"documents": written}, "\n".join(entry["file"] for entry in written))


def named(session: Session, env: str, image: str) -> tuple[ImageReference, ...]:
    """Return the images that a task is about; ToolFailedError where one was never built."""
    from dockgate.images import build, settings
    from dockgate.scan.scanner import ImageReference

    project = session.project
    chosen = env or next((each.name for each in project.environments.values() if each.protected), "")
    target = session.target(chosen)
    if image and image not in {each.name for each in settings.load(project).images}:
        if ":" not in image and "@" not in image:
            raise ConfigError(f"unknown image {image!r}", fix="name:tag, or one of [tool.dockgate.images]")
        return (ImageReference(image, image),)
    from dockgate.release.promotion import promoted

    if promotion := promoted.load(project, chosen, session.situation.pointer(chosen)):
        return tuple(
            ImageReference(each.name, each.reference) for each in promotion.manifest.images if image in {"", each.name}
        )
    found = build.preview(project, target.endpoint, target.environment, build.Wanted(only=image))
    if missing := [each.name for each in found if not each.digest]:
        raise ToolFailedError(f"not built: {', '.join(missing)}", fix=f"inv build --env={chosen}")
    return tuple(ImageReference(each.name, each.ref) for each in found)


TASKS = (scan, sbom)
