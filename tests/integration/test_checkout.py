"""A copy that a test operates has no owner: what a team committed for its own people stays in its repository."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.integration import checkout

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """[tool.dockgate]
name = "shop"
[tool.dockgate.environments.prod]
files = ["compose.yaml"]
protected = true
secrets = "vault/prod.age"
"""
OF_THE_TEAM = ("vault/prod.age", "env/recipients.toml", "env/fingerprints.toml", "env/prod.release.toml")


def test_a_copy_has_no_secrets_of_the_team(tmp_path: Path) -> None:
    """Nor its recipients, fingerprints and promoted digests, which its user can neither open nor run."""
    origin = tmp_path / "origin"
    for name in (*OF_THE_TEAM, "env/prod.env"):
        (origin / name).parent.mkdir(parents=True, exist_ok=True)
        (origin / name).write_text("")
    (origin / "pyproject.toml").write_text(SETTINGS)
    subprocess.run(["git", "init", "-q"], cwd=origin, check=True)
    folder = tmp_path / "user"
    folder.mkdir()
    copy = checkout.make(folder, origin)
    kept = {str(path.relative_to(copy.root)) for path in copy.root.rglob("*") if ".git" not in path.parts}
    assert {name for name in kept if (copy.root / name).is_file()} == {"pyproject.toml", "env/prod.env"}
