"""What Dockgate makes of a Compose file is what Compose makes of it, feature by feature. Needs Compose, no engine."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def composes(made: Project, *words: str) -> dict[str, Any]:
    """Return what Compose makes of the files that the words name."""
    docker = shutil.which("docker", path=made.process["PATH"]) or "docker"
    project_name = f"{made.name}-dev-{INSTANCE}"
    done = subprocess.run(
        [docker, "compose", "-p", project_name, *words, "config", "--format", "json"],
        cwd=made.root,
        env=dict(made.process),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_there_are_as_many_cases_as_promised() -> None:
    """Each is a file of its own."""
    assert len(set(CASES)) == len(CASES) >= 150
    assert all(yaml.safe_load(whole(each))["services"] for each in CASES)


@pytest.mark.parametrize("made", CASES, indirect=True, ids=range(len(CASES)))
def test_each_feature_is_what_compose_makes_of_it(made: Project) -> None:
    """Nothing is refused that Compose accepts, and nothing is another value."""
    theirs = composes(made, "-f", "compose.yaml", "--profile", "*")
    assert Situation(made).reading(made.environments["dev"]).document == theirs


ACCEPTED = {
    "a name of a service in a variable, and a second file": (
        "services: {a: {image: x, depends_on: ['${NOWHERE:-b}'], environment: [A]}, b: {image: y, build: .}}",
        "services: {a: {environment: {B: '${A}'}}}",
    ),
    "the same, included": ("{include: [more.yaml], services: {b: {image: y}}}", "services: {c: {image: z}}"),
    "one container's name in two profiles": (
        "services: {a: {image: x, profiles: [p], container_name: one}, c: {image: z}}",
        "services: {b: {image: y, profiles: [q], container_name: one}}",
    ),
    "a missing env file of a profile that is off": (
        "services: {a: {image: x}, b: {image: y, profiles: [p], env_file: gone.env}}",
        "services: {a: {environment: {B: '${A}'}}}",
    ),
}


@pytest.mark.parametrize("made", [ACCEPTED[each][0] for each in ACCEPTED], indirect=True, ids=list(ACCEPTED))
def test_what_compose_accepts_as_it_is_used_is_accepted(made: Project, request: pytest.FixtureRequest) -> None:
    """Although it refuses the same files with all profiles at once, or without their values."""
    second = ACCEPTED[request.node.callspec.id][1]
    (made.root / "more.yaml").write_text("services: {a: {image: x, depends_on: ['${NOWHERE:-b}']}}\n")
    (made.root / "second.yaml").write_text(f"{second}\n")
    text = (made.root / "dockgate.toml").read_text().replace("['compose.yaml']", "['compose.yaml', 'second.yaml']")
    (made.root / "dockgate.toml").write_text(text)
    again = project.load(made.root, dict(made.process))
    services = composes(made, "-f", "compose.yaml", "-f", "second.yaml").get("services", {})
    ours = Situation(again).reading(again.environments["dev"])
    assert {name: ours.document["services"][name] for name in services} == services
    assert services.keys() <= ours.written["services"].keys()
