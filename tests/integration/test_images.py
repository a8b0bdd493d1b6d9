"""The images on a real engine: built from nothing, the same bytes each time, hardened, healthy, quick to stop."""

from __future__ import annotations

import io
import json
import re
import tarfile
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from backports import zstd
from msgspec.structs import replace

from dockgate.core import endpoint, project
from dockgate.images import bake, base, build, recipe
from dockgate.images import host_resources as hosts
from dockgate.images.build import Wanted
from dockgate.images.recipe import Recipe
from dockgate.images.settings import Source
from dockgate.system import process
from tests.integration import checkout, engine_facts, fresh_images
from tests.integration.engine_facts import docker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project
    from dockgate.images.build import BuiltImage

PASSWORD = 'a"quote \\ and a space'
TMP = "/tmp:rw,noexec,nosuid,nodev,size=16m,mode=1777"  # noqa: S108 - inside a container
HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--user=10001", f"--tmpfs={TMP}")
SERVERS = ("postgres", "valkey", "gateway", "prometheus", "postgres-exporter", "valkey-exporter")
OPTIONS = {
    "postgres": (
        "--tmpfs=/run/postgresql:rw,noexec,nosuid,nodev,size=1m",
        "--env=POSTGRES_PASSWORD_FILE=/run/secrets/password",
        "--env=POSTGRES_USER=app",
        "--env=POSTGRES_DB=shop",
    ),
    "valkey": ("--env=VALKEY_PASSWORD_FILE=/run/secrets/password",),
    "valkey-exporter": ("--env=VALKEY_PASSWORD_FILE=/run/secrets/password",),
}
MARKER = "marker-7f3a91"
LAYOUT = recipe.OUTPUT.replace("type=image", "type=oci").removesuffix(",unpack=true")


@dataclass(frozen=True)
class World:
    """The project on this engine, with its images built."""

    project: Project
    endpoint: Endpoint
    images: dict[str, BuiltImage]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    copy = checkout.make(tmp_path_factory.mktemp("images"))
    mine = project.load(copy.root, copy.env)
    found = endpoint.find(mine.process)
    built = fresh_images.ensure(mine, found, "prod")
    return World(mine, found, {image.name: image for image in built})


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n", encoding="utf-8")
    file.chmod(0o444)
    tmp_path.chmod(0o755)
    return file


class Server:
    """One hardened container of an image, on its own."""

    def __init__(self, image: str, name: str, options: tuple[str, ...], password: Path) -> None:
        self.name = f"dockgate-test-{name}-{uuid.uuid4().hex[:6]}"
        secret = f"--mount=type=bind,source={password},target=/run/secrets/password,readonly"
        docker("create", f"--name={self.name}", *HARDENED, *options, secret, image)

    def start(self) -> None:
        docker("start", self.name)

    def healthy(self, seconds: float = 60.0) -> float:
        """Wait until it is healthy and return how long that took."""
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < seconds:
            state = json.loads(docker("inspect", "--format={{json .State}}", self.name))
            assert state["Status"] == "running", docker("logs", self.name)
            if state["Health"]["Status"] == "healthy":
                return passed
            time.sleep(0.05)
        raise AssertionError(f"{self.name} is not healthy: {state}")

    def run(self, *words: str, check: bool = True) -> str:
        return docker("exec", self.name, *words, check=check)

    def remove(self) -> None:
        docker("rm", "--force", "--volumes", self.name)


@pytest.fixture
def serve() -> Iterator[list[Server]]:
    servers: list[Server] = []
    yield servers
    for server in servers:
        server.remove()


def server(world: World, password: Path, servers: list[Server], name: str, *options: str) -> Server:
    made = Server(world.images[name].ref, name, (*OPTIONS.get(name, ()), *options), password)
    servers.append(made)
    return made


@pytest.mark.alone
@pytest.mark.parametrize("name", SERVERS)
def test_an_image_serves_without_any_privilege(world: World, password: Path, serve: list[Server], name: str) -> None:
    """By itself, as the user 10001, with a read-only root: healthy within seconds, and gone within three."""
    one = server(world, password, serve, name)
    one.start()
    assert one.healthy() < 10
    pid = int(docker("inspect", "--format={{.State.Pid}}", one.name))
    status = engine_facts.status(pid)
    assert (int(status["CapEff"], 16), status["NoNewPrivs"], status["Seccomp"]) == (0, "1", "2")
    assert status["Uid"].split() == ["10001"] * 4
    begun = time.monotonic()
    docker("stop", one.name)
    assert time.monotonic() - begun < 3
    assert docker("inspect", "--format={{.State.ExitCode}}", one.name).strip() in {"0", "2"}


@pytest.mark.alone
@pytest.mark.parametrize(
    ("name", "probe"),
    [
        ("postgres", "pg_isready --quiet --host=127.0.0.1"),
        ("valkey", "docker-entrypoint healthcheck"),
        ("gateway", "probe http 127.0.0.1:8081 /gateway-health"),
    ],
)
def test_a_health_probe_costs_little(world: World, password: Path, serve: list[Server], name: str, probe: str) -> None:
    """At most 25 ms of CPU inside the container, as its own shell counts it over twenty runs."""
    one = server(world, password, serve, name)
    one.start()
    one.healthy()
    said = one.run("sh", "-c", f"i=0; while [ $i -lt 20 ]; do {probe} || exit 1; i=$((i+1)); done; times")
    minutes_seconds = re.findall(r"(\d+)m([\d.]+)s", said.splitlines()[1])
    used = sum(60 * int(minutes) + float(seconds) for minutes, seconds in minutes_seconds)
    assert used / 20 <= 0.025


def test_a_wrong_answer_is_not_healthy(world: World, password: Path, serve: list[Server]) -> None:
    one = server(world, password, serve, "gateway")
    one.start()
    one.healthy()
    for words in (("http", "127.0.0.1:8081", "/nope"), ("http", "127.0.0.1:1", "/"), ("tcp", "127.0.0.1:1"), ()):
        assert docker("exec", one.name, "sh", "-c", f"probe {' '.join(words)}; echo $?", check=False).endswith("1\n")


def test_the_database_wants_its_password_from_the_network_alone(
    world: World, password: Path, serve: list[Server]
) -> None:
    one = server(world, password, serve, "postgres")
    one.start()
    one.healthy()
    ask = (
        "psql",
        "--no-password",
        "--username=app",
        "--dbname=shop",
        "--tuples-only",
        "--no-align",
        "--command=SELECT 7",
    )
    assert one.run(*ask).strip() == "7"
    assert one.run(*ask, "--host=127.0.0.1", check=False) == ""
    told = docker("exec", f"--env=PGPASSWORD={PASSWORD}", one.name, *ask, "--host=127.0.0.1")
    assert told.strip() == "7"
    hashes = one.run(*ask[:-1], "--command=SELECT rolpassword FROM pg_authid WHERE rolname = 'app'")
    assert hashes.startswith("SCRAM-SHA-256$")


def test_a_first_start_that_was_killed_begins_anew(world: World, password: Path, serve: list[Server]) -> None:
    one = server(world, password, serve, "postgres")
    for delay in (0.05, 0.2, 0.4):
        one.start()
        time.sleep(delay)
        docker("kill", "--signal=KILL", one.name, check=False)
    one.start()
    one.healthy()
    assert "shop" in one.run("psql", "--username=app", "--dbname=shop", "--list", "--tuples-only")


def test_a_password_from_the_environment_and_scripts_work_as_in_the_official_image(
    world: World, password: Path, serve: list[Server], tmp_path: Path
) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "1.sql").write_text(
        "CREATE TABLE made (by text);\nINSERT INTO made VALUES ('script');\n", encoding="utf-8"
    )
    mount = f"--mount=type=bind,source={scripts},target=/docker-entrypoint-initdb.d,readonly"
    options = ("--env=POSTGRES_PASSWORD_FILE=", "--env=POSTGRES_PASSWORD=from env", mount)
    one = server(world, password, serve, "postgres", *options)
    one.start()
    one.healthy()
    ask = ("psql", "--host=127.0.0.1", "--username=app", "--dbname=shop", "--tuples-only", "--no-align")
    told = docker("exec", "--env=PGPASSWORD=from env", one.name, *ask, "--command=SELECT by FROM made")
    assert told.strip() == "script"


def test_valkey_keeps_its_password_out_of_sight(world: World, password: Path, serve: list[Server]) -> None:
    one = server(world, password, serve, "valkey")
    one.start()
    one.healthy()
    assert "NOAUTH" in one.run("valkey-cli", "ping")
    assert docker("exec", f"--env=REDISCLI_AUTH={PASSWORD}", one.name, "valkey-cli", "ping").strip() == "PONG"
    shown = docker("inspect", one.name) + docker("top", one.name, "-eo", "pid,args") + docker("logs", one.name)
    assert PASSWORD not in shown


def test_valkey_without_a_password_is_for_itself_alone(world: World, password: Path, serve: list[Server]) -> None:
    one = server(world, password, serve, "valkey", "--env=VALKEY_PASSWORD_FILE=")
    one.start()
    one.healthy()
    assert one.run("valkey-cli", "config", "get", "protected-mode").split() == ["protected-mode", "yes"]


def test_a_database_without_a_password_does_not_start(world: World, password: Path, serve: list[Server]) -> None:
    one = server(world, password, serve, "postgres", "--env=POSTGRES_PASSWORD_FILE=")
    one.start()
    assert docker("wait", one.name).strip() == "1"


def test_a_database_that_cannot_write_says_where(world: World, password: Path, serve: list[Server]) -> None:
    """As after a change of POSTGRES_UID: the volume belongs to the user before."""
    one = server(
        world, password, serve, "postgres", "--user=4711", "--env=PGDATA=/var/lib/postgresql/data/deeper/still"
    )
    one.start()
    assert docker("wait", one.name).strip() == "1"
    log = Path(docker("inspect", "--format={{.LogPath}}", one.name).strip()).read_text(encoding="utf-8")
    assert "/var/lib/postgresql/data cannot be written" in log


def test_a_second_build_has_nothing_to_do(world: World) -> None:
    again = build.ensure(world.project, world.endpoint, world.project.environment("prod"), Wanted(), pytest.fail)
    assert [image.ref for image in again] == [image.ref for image in world.images.values()]
    assert all(image.cached for image in again)


def test_a_clean_rebuild_is_the_same_image_and_holds_nothing_of_the_host(world: World, tmp_path: Path) -> None:
    """Without cache and with full provenance: the same platform manifest, and what the host lends is nowhere."""
    lent = hosts.gather(world.project)
    bundle = tmp_path / "authorities.pem"
    bundle.write_text(f"{Path(lent.ca).read_text(encoding='utf-8') if lent.ca else ''}\n# {MARKER}\n", encoding="utf-8")
    marked = replace(
        lent,
        ca=str(bundle),
        apt=f"# {MARKER}\n{lent.apt}",
        pip=f"{lent.pip or '[global]'}\n# {MARKER}\n",
        proxy=f"{lent.proxy}no_proxy={MARKER}\n",
        hidden=("NO_PROXY",),
    )
    # The client's own configuration names a proxy as well.
    config = tmp_path / "client"
    config.mkdir()
    (config / "config.json").write_text(f'{{"proxies": {{"default": {{"noProxy": "{MARKER}"}}}}}}', encoding="utf-8")
    mine = replace(world.project, process={**world.project.process, "DOCKER_CONFIG": str(config)})
    standing = base.current(world.endpoint)
    assert standing
    names = tuple(world.images)
    outputs = (f"--set={name}.output={LAYOUT},dest={tmp_path / name}.tar" for name in names)
    clean = ("--no-cache", "--set=*.attest=type=provenance,mode=max", f"--allow=fs.write={tmp_path}", *outputs)
    tags = {name: f"{name}:x" for name in names}
    wanted = bake.command(mine, world.endpoint, "docker/bake.hcl", tags, (standing, marked), clean)
    bake.run(wanted, names, lambda *_: None)
    for name in names:
        platform, content = _read(tmp_path / f"{name}.tar")
        assert platform == world.images[name].digest
        assert b"slsa.dev/provenance" in content
        assert b"root:x:0:0:" in content  # layers were read
        assert {str(member.mtime) for member in _files(tmp_path / f"{name}.tar")} == {recipe.RELEASED}
        assert MARKER.encode() not in content


def _files(layout: Path) -> Iterator[tarfile.TarInfo]:
    """Go through what is in the layers of a layout."""
    with tarfile.open(layout) as tar:
        for member in tar:
            blob = file.read() if (file := tar.extractfile(member)) else b""
            if blob.startswith(b"\x28\xb5\x2f\xfd"):
                with tarfile.open(fileobj=io.BytesIO(zstd.decompress(blob))) as layer:
                    yield from layer


def _read(layout: Path) -> tuple[str, bytes]:
    """Return the digest of the platform's manifest, and all bytes of a layout with its layers unpacked."""
    content, platform = b"", ""
    with tarfile.open(layout) as tar:
        for member in tar:
            file = tar.extractfile(member)
            blob = file.read() if file else b""
            content += zstd.decompress(blob) if blob.startswith(b"\x28\xb5\x2f\xfd") else blob
            if (
                blob.startswith(b"{")
                and b'"manifests"' in blob
                and b'"architecture":"amd64"' in blob.replace(b" ", b"")
            ):
                entries = json.loads(blob)["manifests"]
                platform = next(each["digest"] for each in entries if each["platform"]["architecture"] != "unknown")
    return platform, content


@pytest.fixture
def base_name(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Build bases under another name, and remove them."""
    name = f"dockgate-test/base-{uuid.uuid4().hex[:6]}:trixie"
    monkeypatch.setattr(recipe, "NEWEST", name)
    yield name
    tags = docker(
        "image", "ls", "--format={{.Repository}}:{{.Tag}}", f"--filter=reference={name.partition(':')[0]}"
    ).split()
    docker("image", "rm", "--force", *tags)


def test_the_base_is_bootstrapped_to_the_same_bytes(world: World, tmp_path: Path, base_name: str) -> None:
    """As the one that is there; where Debian's lists or our scripts are others since, as a second one of now."""
    host = hosts.gather(world.project)

    def bootstrap(number: int) -> str:
        folder = tmp_path / str(number)
        folder.mkdir()
        epoch = base.bootstrap(world.project, host, folder / "base.tar", lambda _text: None)
        made = Recipe(Source.DEBIAN, datetime(2026, 1, number, tzinfo=UTC), epoch, folder)
        process.run(recipe.build(world.project, world.endpoint, host, made))
        return docker("image", "inspect", "--format={{.Id}}", f"{base_name}-2026010{number}T000000")

    standing = base.current(world.endpoint)
    assert standing
    first = bootstrap(1)
    assert first == standing.digest or first == bootstrap(2)


def test_a_pulled_base_is_brought_up_to_date(world: World, base_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No registry here: the local base stands in for Debian's own image."""
    standing = base.current(world.endpoint)
    assert standing
    monkeypatch.setattr(recipe, "UPSTREAM", standing.ref)
    made = Recipe(Source.REGISTRY, datetime.now(UTC), "0", world.project.root / "docker/base")
    process.run(recipe.build(world.project, world.endpoint, hosts.gather(world.project), made))
    process.run(recipe.name(world.project, made))
    labels = json.loads(docker("image", "inspect", "--format={{json .Config.Labels}}", base_name))
    assert labels["dev.dockgate.base.source"] == "registry"
