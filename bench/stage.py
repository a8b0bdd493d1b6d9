"""A production stack under load: what comes back while something happens to it, and the memory that it takes."""

from __future__ import annotations

import secrets
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bench.load import Load, Report
from dockgate.core import endpoint, project, target
from dockgate.images import build as images
from dockgate.situation import Situation
from dockgate.stack.prepare import preview
from tests.integration import engine_facts

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from dockgate.compose.resolve import Composition
    from tests.integration.shop import Shop

RATE = 200.0
LEAD = 3.0  # seconds of load before and after a change


class Memory:
    """The most memory that a stack's programs have at once, looked at once a second."""

    def __init__(self, project: str) -> None:
        """Take the stack."""
        self._project, self.most = project, 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(1.0):
            label = f"label={engine_facts.PROJECT}={self._project}"
            ids = engine_facts.docker("ps", "--quiet", "--no-trunc", "--filter", label, check=False).split()
            self.most = max(self.most, sum(map(self._megabytes, ids)))

    @staticmethod
    def _megabytes(container: str) -> float:
        """Return what its programs have, without files that the kernel keeps for them."""
        for place in ("memory/docker/{}", "docker/{}", "system.slice/docker-{}.scope"):
            with suppress(OSError):
                text = Path(f"/sys/fs/cgroup/{place.format(container)}/memory.stat").read_text(encoding="utf-8")
                known = dict(line.split() for line in text.splitlines())
                return int(known.get("total_rss", known.get("anon", "0"))) / 1e6
        return 0.0


@dataclass
class Stage:
    """The stack under load."""

    made: Shop
    port: int
    trusted: ssl.SSLContext | None
    token: str
    rate: float = RATE

    def run(self, words: tuple[str, ...], env: dict[str, str]) -> tuple[Report, int, float]:
        """Run a command while requests come; return what came back, its exit code and its seconds."""
        return self.during(
            lambda: subprocess.run(words, cwd=self.made.root, env=env, capture_output=True, check=False).returncode
        )

    def during(self, act: Callable[[], int]) -> tuple[Report, int, float]:
        """Do something while requests come; return what came back, what it returned and its seconds."""
        with Memory(f"{self.made.name}-prod") as memory, Load(self.port, self.trusted, self.token, self.rate) as load:
            time.sleep(LEAD)
            began = time.monotonic()
            code = act()
            seconds = time.monotonic() - began
            time.sleep(LEAD)
        load.report.megabytes = memory.most
        return load.report, code, seconds

    def ours(self, *words: str) -> tuple[Report, int, float]:
        """Run `inv`."""
        return self.run((str(Path(sys.executable).with_name("inv")), *words), self.made.copy.env)

    def theirs(self) -> tuple[Report, int, float]:
        """Let Compose alone bring up what is configured now."""
        raw = _composition(self.made).command("up", "--detach", "--wait", "--no-build", "--pull", "never")
        return self.run((engine_facts.DOCKER, "compose", *raw.argv[1:]), dict(raw.env))

    def jobs(self) -> int:
        """Return how many jobs the database has."""
        entry = engine_facts.containers(f"{self.made.name}-prod")["postgres"][0]
        user = next(each.partition("=")[2] for each in entry["Config"]["Env"] if each.startswith("POSTGRES_USER="))
        name = next(each.partition("=")[2] for each in entry["Config"]["Env"] if each.startswith("POSTGRES_DB="))
        counted = ("psql", "-U", user, "-d", name, "-tAc", "SELECT count(*) FROM jobs")
        return int(engine_facts.docker("exec", entry["Id"], *counted))


def opened(made: Shop) -> Stage:
    """Return the stack with an account whose session sends the requests."""
    client = made.client("prod")
    email, password = f"load-{secrets.token_hex(3)}@example.org", secrets.token_urlsafe(18)
    with client.http:
        client.post("/api/accounts", email=email, password=password)
        token = client.token(email, password)
    return Stage(made, int(client.base.rpartition(":")[2]), client.trusted, token)


def _composition(made: Shop) -> Composition:
    loaded = project.load(made.root, made.copy.env)
    chosen = target.target(loaded, "prod", "", endpoint.find(made.copy.env))
    situation = Situation(loaded)
    resolved = situation.resolved(chosen.environment)
    seen = images.preview(loaded, chosen.endpoint, chosen.environment, images.Wanted(given=resolved.plain()))
    return preview(situation, chosen, resolved, {image.variable: image.ref for image in seen}).composition
