"""Secrets on a real stack: rotated while it runs, never printed, gone with it."""

from __future__ import annotations

import os
import secrets as random
import signal
import ssl
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from dockgate.env import layering
from dockgate.secrets import store as secret_store
from tests.integration import checkout, engine_facts
from tests.integration.operated import ENV, Operated, Visitor, Watch, mounted, values

if TYPE_CHECKING:
    from collections.abc import Iterator


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
