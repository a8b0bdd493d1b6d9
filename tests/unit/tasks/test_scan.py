"""The tasks `scan` and `sbom`: their documents and exit codes."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import endpoint
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.images import build
from dockgate.images.build import BuiltImage
from dockgate.scan import known_secrets, scanner
from dockgate.scan.leaks import SecretDetectors
from dockgate.scan.sbom import bills, cyclonedx
from dockgate.tasks import scan as tasks
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

API = BuiltImage("api", "API_IMAGE", "shop/api:1@sha256:x", "sha256:x", "sha256:x")
BAD = Finding(Location("api"), "DG551", Severity.ERROR, "openssl is behind", fix="rebuild")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    projects.make(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(known_secrets, "sought", lambda _: SecretDetectors())
    monkeypatch.setattr(build, "preview", lambda *_: (API,))


def verdict(*found: Finding) -> Any:
    facts = SimpleNamespace(lists=SimpleNamespace(releases=("trixie of 2026-11-21",)))
    return SimpleNamespace(facts=facts, findings=found, passed=not found, as_json=lambda: {"passed": not found})


def invoke(task: Any, code: int = 0, **flags: Any) -> None:
    try:
        task.body(object(), **flags)
    except SystemExit as ended:
        assert ended.code == code  # noqa: PT017 - both ways out are held to the code
    else:
        assert code == 0


def test_scan_prints_a_verdict_for_each_image(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scan prints a verdict for each image."""
    seen: list[scanner.ImageReference] = []

    def scan(_: Any, images: list[scanner.ImageReference], __: SecretDetectors) -> list[Any]:
        seen.extend(images)
        return [verdict() for _image in images]

    monkeypatch.setattr(scanner, "scan", scan)
    invoke(tasks.scan, env="dev", image="", json=True)
    assert json.loads(capsys.readouterr().out) == {"passed": True, "verdicts": [{"passed": True}]}
    assert seen == [scanner.ImageReference("api", "shop/api:1@sha256:x")]


def test_bills_are_written_as_cyclonedx(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bills are written as CycloneDX."""
    monkeypatch.setattr(bills, "documents", lambda *_: {cyclonedx.MEDIA_TYPE: "{}"})
    invoke(tasks.sbom, env="dev", image="", out=str(tmp_path / "out"), json=True)
    files = [entry["file"] for entry in json.loads(capsys.readouterr().out)["documents"]]
    assert files == [str(tmp_path / "out/api.cdx.json")]
    assert (tmp_path / "out/api.cdx.json").read_text() == "{}"


class TextVerdict(SimpleNamespace):
    """A verdict whose line is known."""

    def __str__(self) -> str:
        return "FAIL  api sha256:x  14 Debian packages, 1 behind"


TARGET = (
    "environment dev · project shop-dev · endpoint unix:///var/run/docker.sock · "
    "files compose/base.yaml compose/dev.yaml\n"
)


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "find", lambda _: endpoint.Endpoint("unix:///var/run/docker.sock", "default"))


@pytest.mark.usefixtures("local")
def test_whole_text_of_a_scan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict, the lists that it stands on, each finding with its fix, and what blocks."""
    facts = SimpleNamespace(lists=SimpleNamespace(releases=("trixie of 2026-11-21", "trixie-security of 2026-11-27")))
    note = Finding(Location("api"), "DG553", Severity.NOTE, "1 package is vendored")
    monkeypatch.setattr(
        scanner, "scan", lambda *_: (TextVerdict(facts=facts, findings=(BAD, note), passed=False, as_json=dict),)
    )
    invoke(tasks.scan, 3, env="dev", image="", json=False)
    assert capsys.readouterr() == (
        (
            "FAIL  api sha256:x  14 Debian packages, 1 behind\n"
            "  api: error DG551: openssl is behind\n"
            "  → rebuild\n"
            "  api: note DG553: 1 package is vendored\n"
            "package lists: trixie of 2026-11-21; trixie-security of 2026-11-27\n"
        ),
        TARGET + "error: blocked by 1 finding\n  → see the fixes above\n",
    )


@pytest.mark.usefixtures("local")
def test_images_of_two_releases_of_debian(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is shown with its own lists, one without Debian's packages with none."""
    lists = (("trixie of 2026-11-21",), ("bookworm of 2026-11-14",), None)
    facts = (SimpleNamespace(lists=each and SimpleNamespace(releases=each)) for each in lists)
    verdicts = [TextVerdict(facts=each, findings=(), passed=True, as_json=dict) for each in facts]
    monkeypatch.setattr(scanner, "scan", lambda *_: verdicts)
    invoke(tasks.scan, env="dev", image="", json=False)
    line = "FAIL  api sha256:x  14 Debian packages, 1 behind\n"
    shown = f"{line}  package lists: trixie of 2026-11-21\n{line}  package lists: bookworm of 2026-11-14\n{line}"
    assert capsys.readouterr().out == shown


@pytest.mark.usefixtures("local")
def test_whole_text_of_bills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each file; an image that was never built is named with the command that builds it."""
    monkeypatch.setattr(bills, "documents", lambda *_: {cyclonedx.MEDIA_TYPE: "{}"})
    invoke(tasks.sbom, env="dev", image="", out="", json=False)
    assert capsys.readouterr() == (f"{tmp_path}/.dockgate/sbom/api.cdx.json\n", TARGET)
    monkeypatch.setattr(build, "preview", lambda *_: (BuiltImage("api", "API_IMAGE", "shop/api:1"),))
    invoke(tasks.sbom, 5, env="dev", image="", out="", json=False)
    assert capsys.readouterr() == ("", TARGET + "error: not built: api\n  → inv build --env=dev\n")
