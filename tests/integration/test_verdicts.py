"""Every kind of file that Compose or a build reads: changed after a clean verdict, it changes the verdict."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from dockgate.guardrails import project_check
from dockgate.situation import Situation
from tests.guardrails.scenes import PROD_PASSWORD
from tests.unit.guardrails.checks import fingerprint
from tests.unit.guardrails.repository import git

if TYPE_CHECKING:
    from pathlib import Path

PYPROJECT = """
[tool.dockgate]
name = "shop"
[tool.dockgate.environments.prod]
protected = true
files = ["compose.yaml"]
[tool.dockgate.environments.dev]
files = ["compose.yaml"]
"""
IMAGES = """
[tool.dockgate.images]
shared = []
[tool.dockgate.images.api]
inputs = ["docker"]
"""
IMAGE = f"x/api@sha256:{'1' * 64}"
# Made up here, in two parts: no key of anybody's.
LIVE_KEY = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
SERVICE = f"services: {{b: {{image: '{IMAGE}'}}}}\n"
PRIVILEGED = f"services: {{b: {{image: '{IMAGE}', privileged: true}}}}\n"
OWN = f"services: {{a: {{image: '{IMAGE}', %s}}}}\n"

# What the Compose file says, the file that it makes somebody read, a harmless content, a harmful one, and its code.
CASES = {
    "include": ("include: [other.yaml]\n", "other.yaml", SERVICE, PRIVILEGED, "CL-0002"),
    "include with a blank": ("include : [other.yaml]\n", "other.yaml", SERVICE, PRIVILEGED, "CL-0002"),
    "include in quotes": ('"include": [other.yaml]\n', "other.yaml", SERVICE, PRIVILEGED, "CL-0002"),
    "include escaped": ('"\\x69nclude": [other.yaml]\n', "other.yaml", SERVICE, PRIVILEGED, "CL-0002"),
    "include as a complex key": ("? include\n: [other.yaml]\n", "other.yaml", SERVICE, PRIVILEGED, "CL-0002"),
    "include in flow style": ("{'include': [{path: [other.yaml]}]}\n", "other.yaml", SERVICE, PRIVILEGED, "CL-0002"),
    "extends": (
        "services: {b: {extends: {file: other.yaml, service: b}}}\n", "other.yaml", SERVICE, PRIVILEGED, "CL-0002",
    ),
    "extends merged in": (
        "x-b: &b {extends: {file: other.yaml, service: b}}\nservices: {b: {<<: *b}}\n",
        "other.yaml", SERVICE, PRIVILEGED, "CL-0002",
    ),
    "env_file": (OWN % "env_file: a.env", "a.env", "X=1\n", "NODE_TLS_REJECT_UNAUTHORIZED=0\n", "DG324"),
    "env_file in quotes": (OWN % "'env_file': [{path: a.env}]", "a.env", "X=1\n", "PYTHONHTTPSVERIFY=0\n", "DG324"),
    "label_file": (OWN % "label_file: a.labels", "a.labels", "x=1\n", f"stripe={LIVE_KEY}\n", "DG309"),
    "a key in an included file": (
        "include: [other.yaml]\n", "other.yaml", SERVICE, f"{SERVICE}# stripe_key: {LIVE_KEY}\n", "DG505",
    ),
    "configs": (
        OWN % "configs: [c]" + "configs: {c: {file: c.ini}}\n", "c.ini", "host=x\n", f"key={PROD_PASSWORD}\n", "DG213",
    ),
    "Dockerfile": (OWN % "build: docker", "docker/Dockerfile", "FROM x\nUSER 1\n", "FROM x\nUSER 0\n", "DG501"),
    "a Dockerfile of another name": (
        OWN % "build: {context: docker, dockerfile: api.build}", "docker/api.build", "FROM x\nUSER 1\n",
        "FROM x\nUSER root\n", "DG501",
    ),
}  # fmt: skip


def codes(root: Path) -> set[str]:
    loaded = project.load(root, {"PATH": os.environ["PATH"], "HOME": str(root.parent)})
    report = project_check.run(Situation(loaded), loaded.environments.values(), None)
    found = {finding.code for finding in report.findings}
    assert not found & {"DG000", "DG100"}, report.findings
    return found


def write(root: Path, text: str, **files: str) -> None:
    usual = {"pyproject.toml": PYPROJECT, "compose.yaml": text}
    layers = {f"env/{name}": "" for name in ("schema.toml", "base.env", "dev.env", "prod.env")}
    for name, content in {**usual, **layers, **files}.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(content)
    git(root, "init", "-q")
    git(root, "add", ".")


@pytest.mark.parametrize("kind", CASES)
def test_a_changed_file_changes_the_verdict(tmp_path: Path, kind: str) -> None:
    """Asked twice before the change, so that the first verdict is kept."""
    text, name, harmless, harmful, code = CASES[kind]
    fingerprint(tmp_path)
    write(tmp_path, text, **{name: harmless})
    assert code not in codes(tmp_path)
    assert code not in codes(tmp_path)
    (tmp_path / name).write_text(harmful)
    assert code in codes(tmp_path)
    (tmp_path / name).write_text(harmless)
    assert code not in codes(tmp_path)


def test_a_changed_dockerignore_changes_the_verdict(tmp_path: Path) -> None:
    """What was left out of the image is in it from now on."""
    fingerprint(tmp_path)
    files = {
        "docker/Dockerfile": "FROM x\nUSER 1\n",
        "docker/keep.txt": PROD_PASSWORD,
        "docker/.dockerignore": "keep.txt\n",
    }
    write(tmp_path, OWN % "build: docker", **files, **{"pyproject.toml": PYPROJECT + IMAGES})
    assert "DG203" not in codes(tmp_path)
    assert "DG203" not in codes(tmp_path)
    (tmp_path / "docker/.dockerignore").write_text("other.txt\n")
    assert "DG203" in codes(tmp_path)
