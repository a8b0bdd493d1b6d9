"""The package as others install it: a wheel in an empty virtual environment, without this repository's lock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST = 25  # packages, the package itself among them: what a repository that only guards and starts has to install
FILES = {
    "compose.yaml": "services: {web: {image: nginx}}\n",
    "pyproject.toml": '[tool.dockgate]\nname = "x"\n[tool.dockgate.environments.dev]\nfiles = ["compose.yaml"]\n',
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the installed program."""
    folder = tmp_path_factory.mktemp("install")
    source = folder / "source"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(source)], check=True)
    uv = str(Path(sys.executable).parent / "uv")
    venv = folder / "venv"
    for words in (("venv", "--quiet", f"--python={sys.executable}", str(venv)),
                  ("pip", "install", "--quiet", f"--python={venv}/bin/python", str(source))):  # fmt: skip
        subprocess.run([uv, *words], check=True, capture_output=True, timeout=300)
    return venv / "bin/dockgate"


def test_few_packages_are_installed(program: Path) -> None:
    """Extras have the rest."""
    found = [*program.parents[1].glob("lib/python*/site-packages/*.dist-info")]
    assert len(found) <= MOST, sorted(each.name for each in found)


@pytest.mark.parametrize(
    ("task", "extra"),
    [("lint", "lint"), ("scan", "release"), ("sbom", "release"), ("release", "lint,release")],
)
def test_tasks_of_an_extra_say_what_to_install(program: Path, tmp_path: Path, task: str, extra: str) -> None:
    """Exit 4, and nothing was begun."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    result = subprocess.run([program, task], cwd=tmp_path, capture_output=True, text=True, check=False, env=_env())
    assert (result.returncode, f"pip install 'dockgate[{extra}]'" in result.stderr) == (4, True), result.stderr


def test_guard_runs_without_extras(program: Path, tmp_path: Path) -> None:
    """On Compose files, with what is installed alone."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    result = subprocess.run([program, "guard"], cwd=tmp_path, capture_output=True, text=True, check=False, env=_env())
    assert result.returncode in {0, 3}, result.stderr


def _env() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
