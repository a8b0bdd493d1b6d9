"""What a release has its other parts do: lint, guard, scan, bills, budgets."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core import findings
from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails import Report
from dockgate.images import base, build, hadolint
from dockgate.images.build import BuiltImage
from dockgate.images.settings import Source
from dockgate.release import settings
from dockgate.release.pipeline import attested_build, predecessor, rehearsal
from dockgate.release.pipeline.work import EngineWork
from dockgate.scan import scanner as scanning
from dockgate.scan.leaks import SecretDetectors
from dockgate.scan.sbom import bills
from dockgate.system import process
from tests.unit.release.pipeline.stages import API, Recorder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.release.protocols import Built


@pytest.fixture
def parts(project: Project, stage: Target) -> EngineWork:
    return EngineWork(project, stage, SecretDetectors(), lambda _: None, SimpleNamespace)


def test_lint_runs_hadolint_and_the_projects_own_checks(parts: EngineWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lint runs hadolint and the projects own checks."""
    monkeypatch.setattr(hadolint, "lint", lambda *_: ())
    (parts.project.root / "pyproject.toml").write_text("")
    own = {**parts.project.settings, "release": {"checks": ["true", "sh -c 'echo the test that failed; exit 3'"]}}
    parts.project = type(parts.project)(parts.project.root, "shop", parts.project.environments, own, dict(os.environ))
    with pytest.raises(ToolFailedError, match=r"exited 3\n  \| the test that failed"):
        parts.lint()
    assert (parts.project.state / "release/check.log").read_text().strip() == "the test that failed"
    finding = Finding(Location("Dockerfile", 1), "DL3000", Severity.ERROR, "no")
    monkeypatch.setattr(hadolint, "lint", lambda *_: (finding,))
    with pytest.raises(FindingsError, match="DL3000"):
        parts.lint()


def test_guard_refuses(parts: EngineWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an environment or a file that git tracks must not hold stops the release before anything is made."""
    finding = Finding(Location("docs/x.md", 1), "DG203", Severity.ERROR, "no")
    whole, tracked = Report(), Report()
    monkeypatch.setattr("dockgate.guardrails.project_check.run", lambda *_: whole)
    monkeypatch.setattr("dockgate.guardrails.check_tracked", lambda _: tracked)
    assert parts.guard() == {"findings": 0}
    tracked = Report((finding,))
    with pytest.raises(FindingsError, match="blocked by 1 finding"):
        parts.guard()
    whole, tracked = tracked, Report()
    with pytest.raises(FindingsError, match="blocked by 1 finding"):
        parts.guard()


def test_scan_blocks_with_every_finding(parts: EngineWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scan blocks with every finding."""
    finding = Finding(Location("api"), "DG551", Severity.ERROR, "openssl is behind")
    bad = SimpleNamespace(findings=(finding,), as_json=lambda: {"passed": False})
    good = SimpleNamespace(findings=(), as_json=lambda: {"passed": True})
    seen: list[Any] = []

    def scan(_: Project, images: list[Any], __: SecretDetectors) -> Any:
        seen.extend(images)
        return (good,)

    monkeypatch.setattr(scanning, "scan", scan)
    assert parts.scan([API]) == [{"passed": True}]
    assert seen == [scanning.ImageReference("api", API.pinned)]
    monkeypatch.setattr(scanning, "scan", lambda *_: (good, bad))
    with pytest.raises(FindingsError, match="openssl"):
        parts.scan([API])
    assert findings.blocking([finding])


def test_a_release_is_built_of_what_debian_has_fixed_since(parts: EngineWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is behind is built again, once, of today's packages; what is not, is left as it is."""
    old, new = replace(API, digest="old"), replace(API, digest="new")
    made: list[bool] = []

    def images(*_: Any, fresh: bool) -> tuple[Built, ...]:
        made.append(fresh)
        return (new,) if fresh else (old,)

    behind = [SimpleNamespace(package=SimpleNamespace(name=name)) for name in ("zlib1g", "libzstd1")]
    verdicts = [SimpleNamespace(facts=SimpleNamespace(behind=found)) for found in ([], behind)]
    said: list[str] = []
    parts.say = said.append
    monkeypatch.setattr(attested_build, "images", images)
    monkeypatch.setattr(scanning, "scan", lambda *_: verdicts[:1])
    assert (parts.images(), made, said) == ((old,), [False], [])
    monkeypatch.setattr(scanning, "scan", lambda *_: verdicts)
    assert (parts.images(), made) == ((new,), [False, False, True])
    assert "libzstd1, zlib1g" in said[0]


def test_bills_budgets_and_tools_are_those_of_the_image_and_the_machine(
    parts: EngineWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bills budgets and tools are those of the image and the machine."""
    monkeypatch.setattr(bills, "documents", lambda _, image, __: {image.name: image.reference})
    assert parts.bills(API) == {"api": API.pinned}
    row = SimpleNamespace(image="api", what="layers", limit=4, actual=3, unit="")
    monkeypatch.setattr(build, "preview", lambda *_: (BuiltImage("api", "API_IMAGE", "x", id="1"),))
    monkeypatch.setattr(build, "budget", lambda *_: (row,))
    assert parts.budgets() == {"api layers": {"limit": 4, "actual": 3, "unit": ""}}
    monkeypatch.setattr(build, "preview", lambda *_: (BuiltImage("api", "API_IMAGE", "x"),))
    with pytest.raises(ToolFailedError, match="gone"):
        parts.budgets()
    asked = Recorder(b"1.2\n")
    monkeypatch.setattr(process, "run", asked)
    for program in ("compose", "buildx"):
        monkeypatch.setattr(f"dockgate.system.docker_cli.{program}", lambda _, name=program: ("docker", name))
    monkeypatch.setattr("dockgate.system.docker_cli.docker", lambda _: "docker")
    assert {name: version for name, version in parts.tools().items() if name != "python"} == dict.fromkeys(
        ("docker", "compose", "buildx", "git"), "1.2"
    )
    assert [" ".join(each) for each in asked.calls] == [
        "docker version --format {{.Server.Version}}",
        "docker compose version --short",
        "docker buildx version",
        "git --version",
    ]


def test_what_is_built_is_built_with_what_the_release_knows(parts: EngineWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """First without attestations, then once more with them, on the engine and for the environment of the release."""
    asked: list[object] = []

    def ensure(*words: object) -> tuple[()]:
        asked.append(words)
        return ()

    def attest(*words: object) -> Sequence[Built]:
        asked.append(words)
        return (API,)

    monkeypatch.setattr(build, "ensure", ensure)
    monkeypatch.setattr(attested_build, "attest", attest)
    assert parts.images() == ()
    assert parts.attest((API,), "1.0.0") == (API,)
    target = parts.target
    assert asked == [
        (parts.project, target.endpoint, target.environment, build.Wanted(fresh=False), parts.say),
        (parts.project, target, (API,), "1.0.0", parts.say),
    ]


def test_the_base_is_told_with_the_date_of_its_lists(parts: EngineWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """In UTC; without one there is nothing that the images could stand on."""
    made = datetime(2026, 1, 2, tzinfo=UTC)
    standing = base.Base("base:1", "sha256:1", Source.DEBIAN, made, str(int(made.timestamp())))
    monkeypatch.setattr(base, "current", lambda endpoint: standing if endpoint is parts.target.endpoint else None)
    assert parts.base() == {
        "reference": "base:1",
        "digest": "sha256:1",
        "source": "debian",
        "lists": "2026-01-02T00:00:00+00:00",
    }
    monkeypatch.setattr(base, "current", lambda _endpoint: None)
    with pytest.raises(ToolFailedError, match=r"^the base image is gone\n  → inv build$"):
        parts.base()


def test_a_rehearsal_is_given_what_the_project_configures(parts: EngineWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the release before, which has to run on the database that this one migrated."""
    known = replace(settings.load(parts.project), smoke="/version", api_tests="sh tests")
    before, said = object(), {"smoke": "passed"}

    def find(*words: object) -> object:
        assert words == (parts.project, parts.target.endpoint, known, "1.0.0")
        return before

    def run(*words: object) -> dict[str, str]:
        wanted = rehearsal.Rehearsal((API,), "1.0.0", "/version", before, "sh tests")  # type: ignore[arg-type]
        assert words == (parts.project, parts.target, wanted, SimpleNamespace())
        return said

    monkeypatch.setattr(settings, "load", lambda _project: known)
    monkeypatch.setattr(predecessor, "find", find)
    monkeypatch.setattr(rehearsal, "run", run)
    assert parts.rehearse((API,), "1.0.0") is said
