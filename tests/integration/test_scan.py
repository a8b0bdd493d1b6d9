"""The scan against Debian's real lists and the real package index, and canaries that prove that it can fail."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project as projects
from dockgate.core.secret import Secret
from dockgate.scan import leaks, scanner
from dockgate.scan.leaks import SecretDetectors
from dockgate.scan.sbom import bills, cyclonedx
from dockgate.scan.scanner import ImageReference
from tests.integration import engine_facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockgate.core.project import Project

# trixie as it was first released: two of these are behind in the security archive, all six in all archives together.
FIRST_TRIXIE = {
    "openssl": ("3.5.1-1", "openssl"),
    "libssl3t64": ("3.5.1-1", "openssl"),
    "libc6": ("2.41-12", "glibc"),
    "libc-bin": ("2.41-12", "glibc"),
    "python3.13-minimal": ("3.13.5-2", "python3.13"),
    "libpython3.13-stdlib": ("3.13.5-2", "python3.13"),
}
PASSWORD = "canary-of-the-scan-in-a-layer"
OLD = ("requests", "2.32.0")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return an empty project, with this process's own environment."""
    (tmp_path / "pyproject.toml").write_text("[tool.dockgate]\n")
    monkeypatch.setenv("HOME", os.environ["HOME"])
    return projects.load(tmp_path)


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[str]:
    """Build an image out of old records, an old package of Python's and a secret that a later layer hides."""
    name = f"dockgate-scan-{secrets.token_hex(3)}:1"
    context = tmp_path / "context"
    (context / "status.d").mkdir(parents=True)
    for package, (version, source) in FIRST_TRIXIE.items():
        record = f"Package: {package}\nArchitecture: amd64\nSource: {source}\nVersion: {version}\n"
        (context / "status.d" / package).write_text(record)
    (context / "METADATA").write_text(f"Name: {OLD[0]}\nVersion: {OLD[1]}\n")
    (context / "secret").write_text(f"password={PASSWORD}\n")
    (context / "nothing").write_text("")
    (context / "Dockerfile").write_text(
        "FROM scratch\n"
        "COPY status.d /var/lib/dpkg/status.d\n"
        f"COPY METADATA /usr/lib/python3.13/site-packages/{OLD[0]}-{OLD[1]}.dist-info/METADATA\n"
        "COPY secret /app/secret\n"
        "COPY nothing /app/secret\n"
    )
    engine_facts.docker("buildx", "build", "--quiet", "--provenance=false", "--load", "--tag", name, str(context))
    yield name
    engine_facts.docker("image", "rm", "--force", name)


def test_canary_fails_with_its_known_findings(project: Project, canary: str) -> None:
    """Six packages behind, with CVE ids; a secret under a later layer: nothing is missed."""
    sought = SecretDetectors((leaks.values({"DB_PASSWORD": Secret(PASSWORD)}),), "canary")
    (verdict,) = scanner.scan(project, [ImageReference("canary", canary)], sought)
    assert not verdict.passed
    behind = {each.package.name: each for each in verdict.facts.behind}
    assert set(behind) == set(FIRST_TRIXIE)
    assert all(each.cves and len(each.cves) >= 10 for each in behind.values())
    found = [finding.code for finding in verdict.findings]
    assert found.count("DG551") == 6
    assert [leak.what for leak in verdict.facts.leaks] == ["the value of DB_PASSWORD"]
    assert verdict.facts.lists is not None
    assert {each.codename for each in verdict.facts.lists.releases} == {"trixie", "trixie-updates", "trixie-security"}


def test_bill_of_materials_of_a_real_image(project: Project, canary: str) -> None:
    """The bill names what the image says it has, and holds to its format."""
    document = json.loads(
        bills.documents(project, ImageReference("canary", canary), SecretDetectors())[cyclonedx.MEDIA_TYPE]
    )
    names = {component["name"] for component in document["components"]}
    assert names == {*FIRST_TRIXIE, OLD[0]}
