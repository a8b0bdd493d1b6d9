"""What a release has its other parts do: lint, guard, scan, bills, budgets."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.images import base, build
from dockgate.images.build import BuiltImage
from dockgate.images.settings import Source
from dockgate.release import settings
from dockgate.release.pipeline import attested_build, predecessor, rehearsal
from dockgate.scan import scanner as scanning
from dockgate.scan.sbom import bills
from dockgate.system import process
from tests.unit.release.pipeline.stages import API, Recorder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockgate.core.project import Project
    from dockgate.release.pipeline.work import EngineWork
    from dockgate.release.protocols import Built
    from dockgate.scan.leaks import SecretDetectors


def test_scan_blocks_with_every_finding(parts: EngineWork, monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    """Scan blocks with every finding."""
    finding = Finding(Location("api"), "DG551", Severity.ERROR, "openssl is behind")
    advice = Finding(Location("api"), "DG552", Severity.WARNING, "zlib could be newer")
    bad = SimpleNamespace(findings=(finding, advice, finding), as_json=lambda: {"passed": False})
    good = SimpleNamespace(findings=(), as_json=lambda: {"passed": True})
    seen: list[Any] = []

    def scan(*given: Any) -> Any:
        seen.append(given)
        return (good,)

    monkeypatch.setattr(scanning, "scan", scan)
    assert parts.scan([API]) == [{"passed": True}]
    assert seen == [(parts.project, [scanning.ImageReference("api", API.pinned)], parts.sought)]
    assert said == [str(good)]
    monkeypatch.setattr(scanning, "scan", lambda *_: (good, bad))
    with pytest.raises(FindingsError) as caught:
        parts.scan([API])
    assert str(caught.value) == f"{finding}\n{finding}\n  → inv scan shows everything"


def test_a_release_is_built_of_what_debian_has_fixed_since(
    parts: EngineWork, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    """What is behind is built again, once, of today's packages; what is not, is left as it is."""
    old, new = replace(API, digest="old"), replace(API, digest="new")
    made: list[bool] = []

    def images(*given: Any, fresh: bool) -> tuple[Built, ...]:
        assert given == (parts.project, parts.target, parts.say)
        made.append(fresh)
        return (new,) if fresh else (old,)

    behind = [SimpleNamespace(package=SimpleNamespace(name=name)) for name in ("zlib1g", "libzstd1")]
    verdicts = [SimpleNamespace(facts=SimpleNamespace(behind=found)) for found in ([], behind)]

    def scan(*given: Any) -> Any:
        assert given == (parts.project, [scanning.ImageReference("api", old.pinned)], parts.sought)
        return verdicts[:found]

    found = 1
    monkeypatch.setattr(attested_build, "images", images)
    monkeypatch.setattr(scanning, "scan", scan)
    assert (parts.images(), made, said) == ((old,), [False], [])
    found = 2
    assert (parts.images(), made) == ((new,), [False, False, True])
    assert said == ["Debian has newer libzstd1, zlib1g: the base, and what stands on it, is made of today's packages"]


def test_bills_budgets_and_tools_are_those_of_the_image_and_the_machine(
    parts: EngineWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bills budgets and tools are those of the image and the machine."""

    def documents(project: Project, image: scanning.ImageReference, sought: SecretDetectors) -> dict[str, str]:
        assert (project, sought) == (parts.project, parts.sought)
        return {image.name: image.reference}

    known = BuiltImage("api", "API_IMAGE", "x", id="1")
    environment = parts.target.environment

    def preview(*given: Any) -> Any:
        assert given == (parts.project, parts.target.endpoint, environment, build.Wanted())
        return (known,)

    def budget(*given: Any) -> Any:
        assert given == (parts.project, environment, (known,))
        return (SimpleNamespace(image="api", what="layers", limit=4, actual=3, unit="MB"),)

    monkeypatch.setattr(bills, "documents", documents)
    assert parts.bills(API) == {"api": API.pinned}
    monkeypatch.setattr(build, "preview", preview)
    monkeypatch.setattr(build, "budget", budget)
    assert parts.budgets() == {"api layers": {"limit": 4, "actual": 3, "unit": "MB"}}
    known = BuiltImage("api", "API_IMAGE", "x")
    with pytest.raises(ToolFailedError) as caught:
        parts.budgets()
    assert str(caught.value) == "an image is gone since it was built\n  → inv build, then inv release goes on"
    asked = Recorder(b"1.2\n")
    monkeypatch.setattr(process, "run", asked)
    for program in ("compose", "buildx"):
        monkeypatch.setattr(f"dockgate.system.docker_cli.{program}", lambda _, name=program: ("docker", name))
    monkeypatch.setattr("dockgate.system.docker_cli.docker", lambda _: "docker")
    python = platform.python_version()
    assert parts.tools() == {**dict.fromkeys(("docker", "compose", "buildx", "git"), "1.2"), "python": python}
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
