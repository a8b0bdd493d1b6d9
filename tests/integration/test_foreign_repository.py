"""A repository that knows nothing of Dockgate: no command writes or prints a value that its files hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = str(Path(__file__).resolve().parents[2])
SECRETS = {
    "env file": "S3cr3t-envfile-99",
    "weak": "hunter22",
    "dotenv": "dotenv-Tok-4411",
    "literal": "inline-Hx72kq9",
    "address": "dsn-Pw8831x",
    "command": "cmdPw-77Zq1",
    "label": "lblTok-991Az",
    "build": "bldSec-5512Q",
    "config": "cfgPw-8812Zz",
    "included": "incPw-3321Qm",
    "list": "lstPw-0192Rt",
}
FILES = {
    "compose.yaml": f"""
include:
  - {{path: more/compose.yaml, env_file: [more/x.env]}}
services:
  app:
    image: busybox
    env_file: [{{path: .envs/prod}}, .envs/raw]
    environment:
      API_TOKEN: ${{API_TOKEN}}
      INLINE_PASSWORD: {SECRETS["literal"]}
      URL: postgres://u:{SECRETS["address"]}@db/x
    command: ["sh", "-c", "echo --password={SECRETS["command"]}"]
    labels: {{l: "token={SECRETS["label"]}"}}
    build: {{context: ., args: {{BUILD_SECRET: {SECRETS["build"]}}}}}
  other:
    image: busybox
    labels: {{unset: "${{NOWHERE}}"}}
    environment: ["DB_PASS={SECRETS["list"]}"]
configs:
  c: {{content: "password={SECRETS["config"]}"}}
""",
    "more/compose.yaml": 'services: {more: {image: busybox, environment: {MORE_PASSWORD: "${MORE_PASSWORD}"}}}\n',
    "more/x.env": f"MORE_PASSWORD={SECRETS['included']}\n",
    ".envs/prod": f"DB_PASSWORD={SECRETS['env file']}\nPLAIN=hello\n",
    ".envs/raw": f"weak_pw={SECRETS['weak']}\n",
    ".env": f"API_TOKEN={SECRETS['dotenv']}\n",
    ".gitignore": ".envs/\n.env\nmore/x.env\n",
    "dockgate.toml": "[environments.prod]\nfiles = ['compose.yaml']\nlayers = ['.env']\nprotected = true\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "foreign"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run([*git, "init", "-q", "."], cwd=root, check=True)
    subprocess.run([*git, "add", "-A"], cwd=root, check=True)
    subprocess.run([*git, "commit", "-qm", "all"], cwd=root, check=True)
    return root


@pytest.mark.parametrize(("task", "code"), [("guard", 3), ("config", 0), ("plan", 0), ("status", 5)])
def test_no_command_that_only_reads_leaves_or_prints_a_secret(repository: Path, task: str, code: int) -> None:
    """Everything below the project's state, the temporary folders, the folder on RAM, the home and the output."""
    places = {name: repository.parent / name for name in ("home", "tmp", "ram")}
    for place in places.values():
        place.mkdir(mode=0o700, exist_ok=True)
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": ROOT,
        "HOME": str(places["home"]),
        "TMPDIR": str(places["tmp"]),
    }
    argv = [sys.executable, "-m", "dockgate", task, "--env=prod"]
    done = subprocess.run(argv, cwd=repository, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code, done.stderr
    written = {"stdout": done.stdout, "stderr": done.stderr}
    for place in (repository / ".dockgate", *places.values()):
        written |= {str(path): path.read_text(errors="replace") for path in place.rglob("*") if path.is_file()}
    shown = [(kind, where) for kind, value in SECRETS.items() for where, text in written.items() if value in text]
    assert shown == []
    status = subprocess.run(["git", "status", "--porcelain"], cwd=repository, capture_output=True, check=True)
    assert status.stdout == b""
    assert "DG404" not in done.stdout
    assert ("prod: set nowhere, so empty: NOWHERE" in done.stderr) is (task != "guard")
