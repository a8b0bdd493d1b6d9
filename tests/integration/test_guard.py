"""`inv guard` on a copy of this repository, with production secrets of its own."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import project
from dockgate.secrets import generate
from dockgate.secrets import store as secret_store
from tests.integration import checkout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.checkout import Checkout

BLOCKED = 3


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, dict[str, str]]:
    """Return a copy whose production has secrets, seen by a developer without its identity, and those secrets."""
    folder = tmp_path_factory.mktemp("guard")
    owner = checkout.make(folder)
    owner.inv("secrets.init", "--env=prod")
    loaded = project.load(owner.root, owner.env)
    store = secret_store.load(loaded, loaded.environment("prod"))
    assert store is not None
    developer = folder / "developer"
    developer.mkdir()
    secrets = {name: entry.value.reveal() for name, entry in store.entries.items()}
    return checkout.Checkout(owner.root, {**owner.env, "HOME": str(developer)}), secrets


@pytest.fixture
def copy(prepared: tuple[Checkout, dict[str, str]]) -> Iterator[Checkout]:
    """Return the copy; what a test changes in it is taken back."""
    yield prepared[0]
    words = ["git", "-c", "core.hooksPath=/dev/null"]
    for rest in (["checkout", "-q", "--", "compose", "env/dev.env", "docker"], ["clean", "-qfd", "docker", "compose"]):
        subprocess.run([*words, *rest], cwd=prepared[0].root, env=prepared[0].env, check=True)


@pytest.fixture
def secrets(prepared: tuple[Checkout, dict[str, str]]) -> dict[str, str]:
    """Return production's secrets by name."""
    return prepared[1]


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def errors(copy: Checkout, *flags: str) -> dict[str, dict[str, Any]]:
    document = copy.json("guard", *flags, code=BLOCKED)
    assert document["blocked"] is True
    return {each["code"]: each for each in document["findings"] if each["severity"] == "error"}


def test_the_shipped_configuration_passes_without_the_production_identity(copy: Checkout) -> None:
    """Every environment, every rule; warnings at most."""
    document = copy.json("guard")
    assert document["blocked"] is False
    assert {each["environment"] for each in document["checked"]} == {"dev", "staging", "prod", ""}


@pytest.mark.parametrize("name", ["POSTGRES_PASSWORD", "SESSION_KEY", "TLS_KEY"])
def test_a_production_secret_in_a_line_of_dev_is_found_encoded(
    copy: Checkout, secrets: dict[str, str], name: str
) -> None:
    """In the env file and in what Compose made of it; the secret is nowhere in the output."""
    encoded = base64.b64encode(f"x {secrets[name]}".encode()).decode()
    append(copy.root / "env" / "dev.env", f"PUBLIC_URL={encoded}\n")
    found = errors(copy, "--env=dev")
    assert found["DG201"]["path"] == "env/dev.env"
    assert f"{name} of prod" in found["DG201"]["message"]
    assert "DG202" in found
    assert not any(secrets[name] in str(each) or encoded in str(each) for each in found.values())


def test_a_production_secret_in_a_mounted_file_is_found(copy: Checkout, secrets: dict[str, str]) -> None:
    """Development mounts the application's sources."""
    (copy.root / "docker" / "api" / "app" / "local.cfg").write_text(f"a\nkey={secrets['SESSION_KEY']}\n")
    found = errors(copy, "--env=dev")
    assert (found["DG213"]["path"], found["DG213"]["line"]) == ("docker/api/app/local.cfg", 2)


def test_a_production_secret_in_a_dockerfile_is_found(copy: Checkout, secrets: dict[str, str]) -> None:
    """Of any environment, and in none's name."""
    append(copy.root / "docker" / "postgres" / "Dockerfile", f"RUN login {secrets['VALKEY_PASSWORD']}\n")
    assert errors(copy)["DG203"]["environment"] == ""


def test_developments_mounts_in_production_block(copy: Checkout) -> None:
    """Overlay by overlay: what is right in dev is an error in prod."""
    overlay = copy.root / "compose" / "prod.yaml"
    overlay.write_text(
        "services:\n"
        "  api: {volumes: ['./docker/api/app:/app:ro']}\n"
        "  postgres: {ports: ['127.0.0.1:15432:5432'], environment: {DEBUG: 'true'}}\n"
    )
    document = copy.json("guard", code=BLOCKED)
    found = {each["code"] for each in document["findings"] if each["environment"] == "prod"}
    assert {"DG301", "DG304"} <= found


def test_a_compose_file_that_cannot_be_read_blocks(copy: Checkout) -> None:
    """What could not be looked at is not a pass."""
    (copy.root / "compose" / "staging.yaml").write_text("services: [\n")
    found = errors(copy)
    assert found["DG000"]["environment"] == "staging"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("environment: {{LOGIN: 'https://app:{password}@db/${{'}}", "services.api.environment.LOGIN"),
        ("mem_limit: '{password}'", "services[api].mem_limit"),
        ("ports: ['{password}:80']", "hostPort"),
    ],
)
def test_what_compose_repeats_of_a_credential_is_masked(copy: Checkout, entry: str, told: str) -> None:
    """It refuses a literal in a wrong place, in its own words; the place is told, the literal is not."""
    password = generate.value("password:32", "X").value.reveal()
    (copy.root / "compose" / "dev.yaml").write_text("services:\n  api:\n    " + entry.format(password=password))
    for words, code in ((("guard", "--json"), BLOCKED), (("guard",), BLOCKED), (("config",), 2)):
        done = copy.inv(*words, "--env=dev", code=code)
        said = done.stdout + done.stderr
        assert told in said
        assert password[:6] not in said
