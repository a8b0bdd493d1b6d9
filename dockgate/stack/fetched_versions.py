"""Versions of secrets from providers that a stack was started with: what only looks assumes them, and asks none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.env import provider_references
from dockgate.secrets import runtime_files
from dockgate.system import cache

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.secrets.runtime_files import Rendered

FORMAT = "1"


def note(project: Project, target: Target, written: ResolvedEnv, rendered: Rendered, key: bytes) -> None:
    """Keep a version of each reference, as it is `written`, with that of the value which it stood for."""
    waiting = provider_references.waiting(written)
    if waiting:
        before = runtime_files.preview(project, target, written, key).versions
        known = {before[name]: rendered.versions[name] for name in waiting & before.keys() & rendered.versions.keys()}
        cache.write(_path(project, target), FORMAT, known)


def assumed(project: Project, target: Target, resolved: ResolvedEnv, seen: Rendered) -> Rendered:
    """Return what is rendered, with the versions of the last start for what providers were not asked for."""
    waiting = provider_references.waiting(resolved)
    if not waiting:
        return seen
    known = cache.read(_path(project, target), FORMAT, dict[str, str]) or {}
    versions = {
        name: known.get(version, version) if name in waiting else version for name, version in seen.versions.items()
    }
    return replace(seen, versions=versions)


def _path(project: Project, target: Target) -> Path:
    return project.state / "stacks" / target.project / "fetched.json"
