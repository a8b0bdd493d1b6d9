"""What Dockgate makes of a Compose file is what Compose makes of it, feature by feature. Needs Compose, no engine."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from dockgate.core import project
from dockgate.situation import INSTANCE, Situation

if TYPE_CHECKING:
    from dockgate.core.project import Project

# Of a service alone: `sec` is named by a build, and every service has an image or a build.
AROUND = "services:\n  a:\n{service}\nsecrets:\n  sec: {{file: ./svc.env}}\n"
VALUES = "A=1\nEMPTY=\nIMAGE=busybox:2\nPORT=8080\nSIZE=512m\nDATA=./data\nTIME=90s\n"
BESIDE = {
    ".env": VALUES,
    "svc.env": "SVC=1\nREF=${A}\nQ='x y'\n",
    "other.env": "SVC=2\n",
    "raw.env": "R=${A} $x 'q'\n",
    "labels.env": "l=1\n",
    "common.yaml": "services: {base: {image: base, environment: {C: '1'}}}\n",
    "dockgate.toml": "name = 'f'\n[environments.dev]\nfiles = ['compose.yaml']\nlayers = ['.env']\n",
}


def whole(feature: str) -> str:
    """Return a Compose file that has the feature."""
    if "services:" in feature:
        return f"{feature}\n"
    image = "" if feature.startswith(("image:", "build:")) else "    image: busybox\n"
    return AROUND.format(service=f"{image}    {feature}")


# A line is what stands in a service, or a whole file.
CASES = Path(__file__).with_suffix(".txt").with_stem("compose_features").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def made(tmp_path: Path, request: pytest.FixtureRequest) -> Project:
    """Return a foreign project whose Compose file has one feature."""
    for name, text in {**BESIDE, "compose.yaml": whole(request.param)}.items():
        (tmp_path / name).write_text(text)
    docker = shutil.which("docker", path="/usr/bin:/usr/local/bin") or "docker"
    return project.load(tmp_path, {"PATH": f"{docker.rpartition('/')[0]}:/usr/bin:/bin", "HOME": str(tmp_path)})


def test_there_are_as_many_cases_as_promised() -> None:
    """Each is a file of its own."""
    assert len(set(CASES)) == len(CASES) >= 150
    assert all(yaml.safe_load(whole(each))["services"] for each in CASES)


@pytest.mark.parametrize("made", CASES, indirect=True, ids=range(len(CASES)))
def test_each_feature_is_what_compose_makes_of_it(made: Project) -> None:
    """Nothing is refused that Compose accepts, and nothing is another value."""
    docker = shutil.which("docker", path=made.process["PATH"]) or "docker"
    words = [docker, "compose", "-p", f"{made.name}-dev-{INSTANCE}", "-f", "compose.yaml", "--profile", "*"]
    theirs = subprocess.run(
        [*words, "config", "--format", "json"],
        cwd=made.root,
        env=dict(made.process),
        capture_output=True,
        text=True,
        check=False,
    )
    assert theirs.returncode == 0, theirs.stderr
    assert Situation(made).reading(made.environments["dev"]).document == json.loads(theirs.stdout)
