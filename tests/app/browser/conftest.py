"""Headless Chromium in a container, beside a stack that is reached as a person reaches it: through the gateway."""

from __future__ import annotations

import fcntl
import os
import secrets
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright

from dockgate.core import endpoint, project
from dockgate.images import base, host_resources
from tests.integration import checkout
from tests.integration.engine_facts import DOCKER, docker
from tests.integration.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.app.plugin import Stack

FOLDER = checkout.ROOT / "tests/app/browser"
IMAGE = "dockgate-test/browser"
# Chromium's own sandbox wants namespaces that a container has not: the container is its sandbox.
HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges:true", "--shm-size=256m")
# Without netlink it does not notice that the machine's networks change, as they do while other tests run: it would
# break off what it is loading.
UNAWARE = f"--security-opt=seccomp={FOLDER / 'seccomp.json'}"
WRITABLE = ("--tmpfs=/tmp", "--tmpfs=/home/browser:uid=10001,gid=10001,mode=0700")
CHROMIUM = ("--no-sandbox", "--remote-debugging-port=0", "about:blank")
STARTS, LONGEST = 120.0, 120_000.0  # seconds; milliseconds that a step may take: Playwright would wait for five seconds
expect.set_options(timeout=LONGEST)
SERVER_ERROR = 500


@pytest.fixture(scope="session")
def image() -> str:
    """Build the image where it is not there, with what this machine lends to builds."""
    loaded = project.load(checkout.ROOT)
    standing = base.current(endpoint.find(loaded.process))
    assert standing, "no base image: `nox -s build` makes it"
    host = host_resources.gather(loaded)
    contexts = (f"--build-context=base=docker-image://{standing.ref}", "--build-context=rootfs=docker/rootfs")
    argv = (DOCKER, "buildx", "build", "--quiet", *contexts, *host.secrets(), f"--tag={IMAGE}", str(FOLDER))
    with _alone():
        subprocess.run(argv, cwd=checkout.ROOT, env={**os.environ, **host.env()}, check=True, timeout=1800)
    return IMAGE


@contextmanager
def _alone() -> Iterator[None]:
    """Let one session build at a time: BuildKit refuses the slower one its name, the next one finds it built."""
    descriptor = os.open(FOLDER, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@pytest.fixture(scope="session")
def browser(image: str) -> Iterator[Browser]:
    """Return Chromium on this machine's network: a session's cookie is kept at 127.0.0.1 only, or over https."""
    name = f"dockgate-test-browser-{secrets.token_hex(3)}"
    try:
        docker("run", "--detach", f"--name={name}", "--network=host", *HARDENED, UNAWARE, *WRITABLE, image, *CHROMIUM)
        with sync_playwright() as playwright:
            yield playwright.chromium.connect_over_cdp(_address(name), timeout=LONGEST)
    finally:
        docker("rm", "--force", name, check=False)


def _address(name: str) -> str:
    """Return where the browser listens: on a port that it chose, and says in its log."""
    deadline = time.monotonic() + STARTS
    while time.monotonic() < deadline:
        done = subprocess.run([DOCKER, "logs", name], capture_output=True, text=True, check=True)
        for line in done.stderr.splitlines():
            if line.startswith("DevTools listening on "):
                return f"http://{line.partition('//')[2].partition('/')[0]}"
        time.sleep(0.1)
    raise AssertionError(f"Chromium does not listen: {done.stderr}")


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def context(browser: Browser, stack: Stack, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """Return a browser without a past; the pages do the same with JavaScript and without."""
    client = stack.client()
    with client.http:
        assert eventually(lambda: client.get("/readyz").is_success, bool)
    made = opened(browser, client.base, java_script_enabled=request.param)
    yield made
    made.close()


def opened(browser: Browser, base: str, **more: Any) -> BrowserContext:
    """Return a browser without a past that waits for a loaded machine."""
    # Outside development the certificate is the stack's own: the client of the other tests verifies it.
    made = browser.new_context(base_url=base, ignore_https_errors=True, **more)
    made.set_default_timeout(LONGEST)
    return made


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Return a page on which nothing may be blocked by the policy or fail with a 5xx."""
    found: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            found.append(message.text)

    def answered(answer: Response) -> None:
        if answer.status >= SERVER_ERROR:
            found.append(f"{answer.status} {answer.url}")

    made = context.new_page()
    made.on("console", said)
    made.on("response", answered)
    yield made
    assert found == []
