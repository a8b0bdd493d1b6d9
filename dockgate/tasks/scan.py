"""Tasks that inspect images: vulnerabilities, secrets, bill of materials."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, FindingsError, ToolFailedError
from dockgate.tasks import waiting
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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

    images = named(session, env, image)
    with waiting.told(f"scanning {counted(len(images), 'image')}", sys.stderr):
        verdicts = scanner.scan(session.project, images, known_secrets.sought(session.project))
    document = {"passed": all(each.passed for each in verdicts), "verdicts": [each.as_json() for each in verdicts]}
    session.show(document, lambda: "\n".join(_texts(verdicts)))
    if blocking := [finding for each in verdicts for finding in findings.blocking(each.findings)]:
        raise FindingsError(f"blocked by {counted(len(blocking), 'finding')}", fix="see the fixes above")


def _texts(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield what was found in each image, and the package lists that it stands on: once, if they are the same."""
    dates = [_lists(each) for each in verdicts]
    common = dates[0] if len({*dates}) == 1 else ""
    for verdict, listed in zip(verdicts, dates, strict=True):
        yield str(verdict)
        if listed and not common:
            yield f"  {listed}"
        yield from (f"  {finding}" for finding in verdict.findings)
    if common:
        yield common


def _lists(verdict: Verdict) -> str:
    found = verdict.facts.lists
    return f"package lists: {'; '.join(map(str, found.releases))}" if found else ""


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

    from dockgate.core.counted import counted
    from dockgate.scan import known_secrets
    from dockgate.scan.sbom import bills
    from dockgate.system import atomic_file, state_folder

    sought = known_secrets.sought(session.project)
    folder = Path(out) if out else state_folder.make(session.project.state / "sbom")
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Mapping[str, str]] = []
    images = named(session, env, image)
    with waiting.told(f"listing what is in {counted(len(images), 'image')}", sys.stderr):
        for each in images:
            for kind, text in bills.documents(session.project, each, sought).items():
                file = folder / f"{each.name.replace('/', '_')}.cdx.json"
                atomic_file.replace(file, text.encode(), 0o644)
                written.append({"image": each.name, "reference": each.reference, "format": kind, "file": str(file)})
    session.show({"documents": written}, "\n".join(entry["file"] for entry in written))


def named(session: Session, env: str, image: str) -> tuple[ImageReference, ...]:
    """Return the images that a task is about; ToolFailedError where one was never built, ConfigError for none."""
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
    if not found:
        what = f"{chosen} uses no image of [tool.dockgate.images], so there is nothing to look into"
        raise ConfigError(what, fix="--image=NAME:TAG looks into any image that the engine has")
    if missing := [each.name for each in found if not each.digest]:
        raise ToolFailedError(f"not built: {', '.join(missing)}", fix=f"inv build --env={chosen}")
    return tuple(ImageReference(each.name, each.ref) for each in found)


TASKS = (scan, sbom)
