"""The other parts of Dockgate at work for a release."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core import findings
from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.release import settings
from dockgate.release.pipeline import attested_build, predecessor, rehearsal
from dockgate.scan import scanner as scanning
from dockgate.scan.sbom import bills
from dockgate.situation import Situation
from dockgate.system import docker_cli, state_folder
from dockgate.system import process as processes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.release.protocols import Built
    from dockgate.scan.leaks import SecretDetectors
    from dockgate.stack.startup.board import Listener
    from dockgate.system.process import Result

CHECK_SECONDS = 1800.0  # chosen: all checks of this repository take half of it on two cores
CHECK_LINES = 40  # chosen: the summary of a failing test run


class EngineWork(Struct):
    """A `Work` on the real engine; `target` is the environment that a release is built and rehearsed as."""

    project: Project
    target: Target
    sought: SecretDetectors
    say: Callable[[str], None]
    listener: Callable[[], Listener]

    def guard(self) -> Mapping[str, Any]:
        """Run every guardrail of every environment and of every file that git tracks."""
        from dockgate.guardrails import check_tracked, project_check  # noqa: PLC0415 - loads every rule

        everything = project_check.run(Situation(self.project), self.project.environments.values(), None)
        report = everything + check_tracked(self.project)
        for each in (*report.exemptions, *findings.blocking(report.findings)):
            self.say(str(each))
        report.refuse()
        return {"findings": len(report.findings)}

    def lint(self) -> Mapping[str, Any]:
        """Run hadolint, then the project's own checks."""
        from dockgate.images import dockerfiles, hadolint  # noqa: PLC0415 - only for a release

        if blocking := findings.blocking(hadolint.lint(self.project, dockerfiles.names(self.project.root))):
            raise FindingsError("\n".join(map(str, blocking)))
        checks = settings.load(self.project).checks
        tools = str(Path(sys.executable).parent)
        path = f"{tools}:{self.project.process.get('PATH', '')}"
        for words in checks:
            self.say(words)
            command = Command(
                tuple(shlex.split(words)), self.project.child_env(PATH=path), self.project.root, CHECK_SECONDS
            )
            self._passed(words, processes.run(command, check=False))
        return {"checks": [*checks]}

    def _passed(self, words: str, result: Result) -> None:
        """Raise ToolFailedError for a check that failed, with the end of what it said and a file that has it all."""
        if result.code == 0:
            return
        said = processes.said(result.stdout + b"\n" + result.stderr)
        log = self.project.state / "release" / "check.log"
        state_folder.save(log, said.encode())
        end = "".join(f"\n  | {line}" for line in said.splitlines()[-CHECK_LINES:])
        raise ToolFailedError(
            f"{words} exited {result.code}{end}", fix=f"{log.relative_to(self.project.root)} has all that it said"
        )

    def images(self) -> Sequence[Built]:
        """Build what is missing of the release's environment, as `inv build` does: platform manifests, not attested.

        Packages that Debian has fixed since are no reason to refuse a release, but to build it of the fixed ones.
        """
        known = attested_build.images(self.project, self.target, self.say, fresh=False)
        if not (behind := self._behind(known)):
            return known
        self.say(f"Debian has newer {', '.join(behind)}: the base, and what stands on it, is made of today's packages")
        return attested_build.images(self.project, self.target, self.say, fresh=True)

    def _behind(self, images: Sequence[Built]) -> Sequence[str]:
        verdicts = scanning.scan(self.project, _named(images), self.sought)
        return sorted({each.package.name for verdict in verdicts for each in verdict.facts.behind})

    def attest(self, images: Sequence[Built], version: str) -> Sequence[Built]:
        """Build these once more with provenance, under the permanent tag of `version`; the content stays the same."""
        return attested_build.attest(self.project, self.target, images, version, self.say)

    def base(self) -> Mapping[str, str]:
        """Return the base image that the images stand on."""
        from dockgate.images import base  # noqa: PLC0415 - only for a release

        standing = base.current(self.target.endpoint)
        if standing is None:
            raise ToolFailedError("the base image is gone", fix="inv build")
        lists = datetime.fromtimestamp(int(standing.epoch), UTC).isoformat()
        return {"reference": standing.ref, "digest": standing.digest, "source": str(standing.source), "lists": lists}

    def scan(self, images: Sequence[Built]) -> Sequence[Mapping[str, Any]]:
        """Return the verdict on each image; FindingsError where one blocks."""
        verdicts = scanning.scan(self.project, _named(images), self.sought)
        for verdict in verdicts:
            self.say(str(verdict))
        if found := [finding for verdict in verdicts for finding in findings.blocking(verdict.findings)]:
            raise FindingsError("\n".join(map(str, found)), fix="inv scan shows everything")
        return [verdict.as_json() for verdict in verdicts]

    def bills(self, image: Built) -> Mapping[str, str]:
        """Return an image's bills of materials by media type."""
        return bills.documents(self.project, scanning.ImageReference(image.name, image.pinned), self.sought)

    def rehearse(self, images: Sequence[Built], version: str) -> Mapping[str, Any]:
        """Run the production stack from exactly these digests, smoke-test it and remove it.

        Where this release migrates, the one before has to run on the migrated database.
        """
        known = settings.load(self.project)
        before = predecessor.find(self.project, self.target.endpoint, known, version)
        wanted = rehearsal.Rehearsal(images, version, known.smoke, before, known.api_tests)
        return rehearsal.run(self.project, self.target, wanted, self.listener())

    def budgets(self) -> Mapping[str, Any]:
        """Return the budgets with what is used of each."""
        from dockgate.images import build  # noqa: PLC0415 - only for a release

        known = build.preview(self.project, self.target.endpoint, self.target.environment, build.Wanted())
        if any(not image.id for image in known):
            raise ToolFailedError("an image is gone since it was built", fix="inv build, then inv release goes on")
        rows = build.budget(self.project, self.target.environment, known)
        return {f"{row.image} {row.what}": {"limit": row.limit, "actual": row.actual, "unit": row.unit} for row in rows}

    def tools(self) -> Mapping[str, str]:
        """Return the versions of the tools that build and run."""
        process = self.project.process
        commands = {
            "docker": (docker_cli.docker(process), "version", "--format", "{{.Server.Version}}"),
            "compose": (*docker_cli.compose(process), "version", "--short"),
            "buildx": (*docker_cli.buildx(process), "version"),
            "git": ("git", "--version"),
        }
        env = self.project.child_env()
        said = {name: processes.run(Command(argv, env)).text.strip() for name, argv in commands.items()}
        return {**said, "python": sys.version.partition(" ")[0]}


def _named(images: Sequence[Built]) -> list[scanning.ImageReference]:
    return [scanning.ImageReference(image.name, image.pinned) for image in images]
