"""Secrets on a real stack: rotated while it runs, never printed, gone with it."""

from __future__ import annotations

import os
import secrets as random
import signal
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx
import pytest

from dockgate.core import project
from dockgate.env import layering
from dockgate.secrets import store as secret_store
from tests.integration import checkout, engine_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        end = time.monotonic() + 30
        while self.services()[service][0]["State"]["Health"]["Status"] != "healthy":
            assert time.monotonic() < end
            time.sleep(0.5)

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


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    """Bring staging up from a copy of this tree, and remove it with everything that it had."""
    operated = Operated(checkout.make(tmp_path_factory.mktemp("secrets")), f"sec{random.token_hex(3)}")
    operated.copy.inv("secrets.init", ENV)
    try:
        operated.inv("up")
        yield operated
    finally:
        operated.copy.inv("down", ENV, f"--instance={operated.instance}", "--volumes", "--confirm=staging")
        assert engine_facts.left(operated.project) == []


class Watch(threading.Thread):
    """Looks into the arguments and environments of all processes for as long as it runs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: set[bytes] = set()
        self.ended = threading.Event()

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

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self.ended.set()
        self.join()


class Visitor(threading.Thread):
    """Asks the application for its version by way of the gateway, again and again, and keeps what was no answer."""

    def __init__(self, stack: Operated) -> None:
        super().__init__(daemon=True)
        port = engine_facts.host_port(stack.services()["gateway"][0], "8443/tcp")
        self.url = f"https://127.0.0.1:{port}/version"
        self.answered = 0
        self.failed: list[str] = []
        self.ended = threading.Event()

    def run(self) -> None:
        with httpx.Client(verify=False, timeout=10, trust_env=False) as http:  # noqa: S501 - who answers is not the question
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

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self.ended.set()
        self.join()


def test_a_database_password_is_rotated_while_the_database_runs(stack: Operated) -> None:
    """It goes on running and takes the new password only; its readers are others, and healthy with it.

    There is no moment without an API: the new one starts beside the old one, which gets the new password as well.
    """
    old, before = stack.values()["POSTGRES_PASSWORD"], stack.services()
    assert stack.signs_in(old)
    # Held open, it is the file that the old container has, whatever comes in its place.
    with mounted(before["api"][0], "POSTGRES_PASSWORD").open() as of_the_old_one:
        with Watch() as watch, Visitor(stack) as visitor:
            stack.inv("secrets.rotate", "POSTGRES_PASSWORD")
        assert of_the_old_one.read() == stack.values()["POSTGRES_PASSWORD"]
    assert visitor.answered > 10
    assert visitor.failed == []
    new, after = stack.values()["POSTGRES_PASSWORD"], stack.services()
    assert new != old
    assert (stack.signs_in(new), stack.signs_in(old)) == (True, False)
    assert after["postgres"][0]["State"]["StartedAt"] == before["postgres"][0]["State"]["StartedAt"]
    for service in ("api", "worker"):
        assert {each["Id"] for each in after[service]}.isdisjoint({each["Id"] for each in before[service]})
        assert {each["State"]["Health"]["Status"] for each in after[service]} == {"healthy"}
    assert after["gateway"][0]["Id"] == before["gateway"][0]["Id"]
    assert len(watch.seen) > 10
    assert [secret for secret in (old, new) if any(secret.encode() in text for text in watch.seen)] == []


def test_a_database_that_does_not_answer_keeps_the_old_password(stack: Operated) -> None:
    """Nothing has changed anywhere, and a second try succeeds."""
    old = stack.values()
    container = stack.services()["postgres"][0]["Id"]
    engine_facts.docker("pause", container)
    try:
        stack.inv("secrets.rotate", "POSTGRES_PASSWORD", code=5)
    finally:
        engine_facts.docker("unpause", container)
    assert stack.values() == old
    assert stack.signs_in(old["POSTGRES_PASSWORD"])
    stack.wait("postgres")
    stack.inv("secrets.rotate", "POSTGRES_PASSWORD")
    assert stack.signs_in(stack.values()["POSTGRES_PASSWORD"])


def test_the_gateway_serves_a_rotated_certificate(stack: Operated) -> None:
    """A new one, from a new key."""
    served = [_certificate(stack)]
    stack.inv("secrets.rotate", "TLS_CERT")
    served.append(_certificate(stack))
    assert served[0] != served[1]


def _certificate(stack: Operated) -> str:
    port = engine_facts.host_port(stack.services()["gateway"][0], "8443/tcp")
    return ssl.get_server_certificate(("127.0.0.1", port))


def test_a_value_that_is_set_reaches_its_readers_with_the_next_up(stack: Operated) -> None:
    """From stdin into the store, onto RAM, into the container that reads it; the others stay."""
    token, before = random.token_urlsafe(48), stack.services()
    done = stack.copy.inv("secrets.set", "SESSION_KEY", ENV, stdin=token + "\n")
    stack.said += [done.stdout, done.stderr]
    stack.inv("up")
    after = stack.services()
    assert mounted(after["api"][0], "SESSION_KEY").read_text(encoding="utf-8") == token
    assert after["api"][0]["Id"] != before["api"][0]["Id"]
    assert after["worker"][0]["Id"] == before["worker"][0]["Id"]


def test_an_edit_is_made_on_ram(stack: Operated, tmp_path: Path) -> None:
    """The editor's file is on tmpfs with mode 0600, and gone afterwards."""
    token, seen, editor = random.token_urlsafe(48), tmp_path / "seen", tmp_path / "editor"
    editor.write_text(
        f'#!/bin/sh\nstat -f -c %T "$1" >{seen}; stat -c %a "$1" >>{seen}; echo "$1" >>{seen}\n'
        f'sed -i "s/^SESSION_KEY=.*/SESSION_KEY=\'{token}\'/" "$1"\n'
    )
    editor.chmod(0o700)
    done = stack.copy.inv("secrets.edit", ENV, EDITOR=str(editor))
    stack.said += [done.stdout, done.stderr]
    kind, mode, path = seen.read_text().split()
    assert (kind, mode, Path(path).exists()) == ("tmpfs", "600", False)
    assert stack.values()["SESSION_KEY"] == token
    stack.used.add(token)


def test_nothing_that_was_said_or_logged_holds_a_secret(stack: Operated) -> None:
    """Neither on the two streams of all tasks above nor in the containers' logs; nor is one in the checkout."""
    logs = [engine_facts.docker("logs", each["Id"]) for entries in stack.services().values() for each in entries]
    assert len(stack.used) >= 10
    text = "\n".join([*stack.said, *logs])
    assert [secret for secret in stack.used if secret in text] == []
    for path in stack.copy.root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert [secret for secret in stack.used if secret.encode() in content] == [], path


def test_a_killed_command_leaves_a_store_that_opens(tmp_path: Path) -> None:
    """At whatever moment it is killed: the old secrets or the new ones, fingerprints that load, no file beside them."""
    folder = tmp_path / "user"
    folder.mkdir()
    copy = checkout.make(folder)
    copy.inv("secrets.init", ENV)
    started = time.monotonic()
    copy.inv("secrets.rotate", "SESSION_KEY", ENV)
    whole, survived = time.monotonic() - started, 0
    for attempt in range(12):
        before = values(copy)
        process = copy.start("secrets.rotate", "SESSION_KEY", ENV)
        time.sleep(whole * attempt / 12)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        after = values(copy)
        survived += after == before
        assert {name for name in after if after[name] != before[name]} <= {"SESSION_KEY"}
    assert survived > 0
    copy.inv("secrets.fingerprint", ENV)
    loaded = project.load(copy.root, copy.env)
    layer = secret_store.layer(loaded, loaded.environment("staging"))
    assert layering.resolve(loaded, loaded.environment("staging"), layer).secrets().keys() >= values(copy).keys()
