"""No secret's value is anywhere but in the encrypted file and on RAM."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from dockgate.images import archive
from dockgate.situation import Situation
from dockgate.stack import prepare
from tests.integration import engine_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.app.plugin import Stack

LAYER = 100_000  # bytes: what is larger is no manifest


@pytest.fixture(scope="session")
def values(stack: Stack) -> dict[str, bytes]:
    """Return the values that this stack runs with."""
    loaded = project.load(stack.checkout.root, stack.checkout.env)
    resolved = prepare.environment(Situation(loaded), loaded.environment(stack.environment))
    found = {name: secret.reveal().encode() for name, secret in resolved.secrets().items()}
    assert found
    # A certificate is public, and so is in every handshake.
    return {name: value for name, value in found.items() if name != "TLS_CERT"}


def leaks(text: bytes, values: dict[str, bytes]) -> list[str]:
    """Return the names of the values found, as they are or as JSON writes them."""
    return [
        name for name, value in values.items() if value in text or json.dumps(value.decode())[1:-1].encode() in text
    ]


def test_not_in_inspect(stack: Stack, values: dict[str, bytes]) -> None:
    """Neither of containers nor of their images, nor in the images' history."""
    for entries in stack.services().values():
        for entry in entries:
            image = entry["Image"]
            shown = [json.dumps(entry), engine_facts.docker("image", "inspect", image)]
            shown.append(engine_facts.docker("history", "--no-trunc", image))
            assert leaks("\n".join(shown).encode(), values) == []


def blobs(images: list[str]) -> Iterator[bytes]:
    """Go through everything that images are made of: each layer, configuration, manifest and attestation."""
    with tempfile.TemporaryFile() as file:
        subprocess.run([engine_facts.DOCKER, "save", *images], stdout=file, check=True)
        file.seek(0)
        with tarfile.open(fileobj=file) as saved:
            for member in saved:
                if member.isfile() and (blob := saved.extractfile(member)):
                    yield archive._plain(io.BytesIO(blob.read())).read()


def test_not_in_the_images(stack: Stack, values: dict[str, bytes]) -> None:
    """No layer holds one, what a later layer removes included; nor does what was recorded of the build."""
    images = sorted({entry["Image"] for entries in stack.services().values() for entry in entries})
    seen = 0
    for content in blobs(images):
        assert leaks(content, values) == []
        seen += len(content) > LAYER
    assert seen >= len(images)


@pytest.mark.usefixtures("stack")
def test_not_in_any_process(values: dict[str, bytes]) -> None:
    """Neither in the arguments nor in the environment of a process, in containers or out."""
    for folder in Path("/proc").iterdir():
        for kind in ("cmdline", "environ"):
            try:
                content = (folder / kind).read_bytes() if folder.name.isdigit() else b""
            except OSError:
                continue  # it has ended
            assert leaks(content, values) == [], f"{folder}/{kind}"


def test_not_in_logs(stack: Stack, values: dict[str, bytes]) -> None:
    """Nothing that a container said."""
    for entries in stack.services().values():
        for entry in entries:
            assert leaks(engine_facts.docker("logs", entry["Id"]).encode(), values) == []


def test_not_in_what_dockgate_prints(stack: Stack, values: dict[str, bytes]) -> None:
    """Status, plan and config, on both streams."""
    for task in ("status", "plan", "config"):
        done = stack.checkout.inv(task, *stack.flags)
        assert leaks((done.stdout + done.stderr).encode(), values) == [], task


def test_not_on_disk(stack: Stack, values: dict[str, bytes]) -> None:
    """No file of the checkout holds one, but for development's own layer."""
    for path in stack.checkout.root.rglob("*"):
        if path.is_file() and path.name != "dev.env" and "tests" not in path.parts:
            assert leaks(path.read_bytes(), values) == [], path


def test_copies_are_readable_by_their_container_only(stack: Stack) -> None:
    """The folder on RAM lets no other user in."""
    sources = {
        Path(mount["Source"])
        for entries in stack.services().values()
        for entry in entries
        for mount in entry["Mounts"]
        if mount["Destination"].startswith("/run/secrets/")
    }
    assert sources
    for folder in {source.parent for source in sources}:
        assert folder.stat().st_mode & 0o777 == 0o700
