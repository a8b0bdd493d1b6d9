"""What a release has its other parts do: lint, guard, scan, bills, budgets."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core import findings
from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails import Report
from dockgate.images import build, hadolint
from dockgate.images.build import BuiltImage
from dockgate.release.pipeline import attested_build
from dockgate.release.pipeline.work import EngineWork
from dockgate.scan import scanner as scanning
from dockgate.scan.leaks import SecretDetectors
from dockgate.scan.sbom import bills
from dockgate.system import process
from tests.unit.release.pipeline.stages import API, Recorder

if TYPE_CHECKING:
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
