"""A stack whose secrets are changed while it serves, what lies on RAM meanwhile, and who visits it."""

from __future__ import annotations

import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx

from dockgate.core import project
from dockgate.secrets import store as secret_store
from tests.integration import checkout, engine_facts
from tests.integration.waiting import eventually

if TYPE_CHECKING:
    from tests.integration.checkout import Checkout


ENV = "--env=staging"


@dataclass
class Operated:
    """A stack of staging, and everything that was said while it was operated."""

    copy: Checkout
    instance: str
    said: list[str] = field(default_factory=list, repr=False)
    used: set[str] = field(default_factory=set, repr=False)

    @property
    def project(self) -> str:
        """Return the Compose project."""
        return f"{checkout.NAME}-staging-{self.instance}"

    def inv(self, *words: str, code: int = 0, stdin: str = "") -> None:
        """Run a task on this stack, and keep what it says."""
        done = self.copy.inv(*words, ENV, f"--instance={self.instance}", code=code, stdin=stdin)
        self.said += [done.stdout, done.stderr]
        self.used |= set(self.values().values())

    def values(self) -> dict[str, str]:
        """Return the secrets in the encrypted store, but for the certificate, which is public."""
        return values(self.copy)

    def services(self) -> dict[str, list[dict[str, Any]]]:
        """Return what the engine says of the containers."""
        return engine_facts.containers(self.project)

    def wait(self, service: str) -> None:
        """Wait until the engine calls a service healthy again, after a pause in which its probes could not run."""
        found = eventually(lambda: self.services()[service][0]["State"]["Health"]["Status"], "healthy".__eq__)
        assert found == "healthy"

    def signs_in(self, password: str) -> bool:
        """Tell whether the database takes a password from the network."""
        script = 'PGPASSWORD=$(cat) exec psql -h 127.0.0.1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -Atc "select 1"'
        container = self.services()["postgres"][0]["Id"]
        done = subprocess.run(
            [engine_facts.DOCKER, "exec", "-i", container, "sh", "-c", script],
            input=password.encode(),
            capture_output=True,
            check=False,
        )
        return done.stdout == b"1\n"


def values(copy: Checkout) -> dict[str, str]:
    """Return the secrets of staging as its user can read them."""
    loaded = project.load(copy.root, copy.env)
    store = secret_store.load(loaded, loaded.environment("staging"))
    assert store is not None
    return {name: entry.value.reveal() for name, entry in store.entries.items() if name != "TLS_CERT"}


def mounted(container: dict[str, Any], name: str) -> Path:
    """Return the file on this machine that a container has for a secret."""
    (source,) = [each["Source"] for each in container["Mounts"] if each["Destination"] == f"/run/secrets/{name}"]
    return Path(source)


class Beside(threading.Thread):
    """Does something beside the test, from the beginning of a block until its end."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self.ended.set()
        self.join()


class Watch(Beside):
    """Looks into the arguments and environments of all processes for as long as it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[bytes] = set()

    def run(self) -> None:
        while not self.ended.is_set():
            for folder in Path("/proc").iterdir():
                if folder.name.isdigit():
                    self.look(folder)
            time.sleep(0.02)

    def look(self, folder: Path) -> None:
        for kind in ("cmdline", "environ"):
            try:
                self.seen.add((folder / kind).read_bytes())
            except OSError:
                return  # it has ended


class Visitor(Beside):
    """Asks the application for its version by way of the gateway, again and again, and keeps what was no answer."""

    def __init__(self, stack: Operated) -> None:
        super().__init__()
        port = engine_facts.host_port(stack.services()["gateway"][0], "8443/tcp")
        self.url = f"https://127.0.0.1:{port}/version"
        self.answered = 0
        self.failed: list[str] = []

    def run(self) -> None:
        with httpx.Client(verify=False, timeout=60, trust_env=False) as http:  # noqa: S501 - who answers is not the question
            while not self.ended.wait(0.1):
                try:
                    status = http.get(self.url).status_code
                except httpx.HTTPError as error:
                    self.failed.append(repr(error))
                    continue
                if status == httpx.codes.OK:
                    self.answered += 1
                else:
                    self.failed.append(str(status))
