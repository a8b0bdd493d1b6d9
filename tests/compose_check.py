"""`docker compose config` on every profile of environments, as a fresh clone has it: no secret, no image yet.

python -m tests.compose_check dev staging
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from dockgate.compose import resolve
from dockgate.compose.resolve import Inputs, Profiles
from dockgate.core import endpoint, project, target
from dockgate.env import layering

ROOT = Path(__file__).resolve().parents[1]
PROFILES = ((), ("monitoring",))


def main(environment: str) -> None:
    """Let Compose resolve the environment with placeholders for what a fresh clone lacks; it raises what is wrong."""
    loaded = project.load(ROOT)
    with tempfile.TemporaryDirectory() as state:
        chosen = target.target(loaded, environment, "check", endpoint.Endpoint(endpoint.DEFAULT_HOST, "default"))
        resolved = layering.survey(loaded, chosen.environment, None)
        images = {name: f"placeholder/{name.lower()}" for name in resolved.schema.variables if name.endswith("_IMAGE")}
        env = {**images, **resolved.plain(), "DOCKGATE_SECRETS": state}
        for profiles in PROFILES:
            model = resolve.read(loaded, chosen, Inputs(env, {}, Profiles(profiles))).model
            print(f"{environment} {' '.join(profiles) or '(no profile)'}: {', '.join(model.services)}")


if __name__ == "__main__":
    for each in sys.argv[1:]:
        main(each)
