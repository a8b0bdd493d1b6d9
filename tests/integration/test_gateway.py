"""The gateway image on its own: what it forwards, what it refuses, and that it follows an API that moved."""

from __future__ import annotations

import http.client
import json
import ssl
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockgate.core import endpoint, project
from dockgate.images import build
from dockgate.images.build import Wanted
from dockgate.secrets import certificate
from tests.integration import checkout
from tests.integration.engine_facts import docker
from tests.integration.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HARDENED = ("--read-only", "--cap-drop=ALL", "--user=10001", "--tmpfs=/tmp:rw,noexec,mode=1777")
ECHO = """
import http.server, json
class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer(("", 8000), Echo).serve_forever()
"""


class Stack:
    """A network with a gateway and something that plays the API."""

    def __init__(self, images: Mapping[str, str]) -> None:
        self.images = images
        self.name = f"dockgate-test-{uuid.uuid4().hex[:6]}"

    def start(self, secrets: Path) -> None:
        """Start both gateways, the API, and wait until they answer."""
        docker("network", "create", self.name)
        mount = f"--mount=type=bind,source={secrets},target=/run/secrets,readonly"
        self.plain = self.run("gateway", "plain", "--publish=127.0.0.1::8080")
        tls = ("--env=TLS_CERT_FILE=/run/secrets/crt", "--env=TLS_KEY_FILE=/run/secrets/key", "--env=HTTPS_PORT=9443")
        self.tls = self.run("gateway", "tls", "--publish=127.0.0.1::8080", "--publish=127.0.0.1::8443", mount, *tls)
        self.api()
        self.until(200)
        self.until(308, self.tls)

    def run(self, image: str, role: str, *options: str, command: tuple[str, ...] = ()) -> str:
        name = f"{self.name}-{role}"
        words = (f"--name={name}", f"--network={self.name}", *HARDENED, *options, self.images[image], *command)
        docker("run", "--detach", *words)
        return name

    def api(self, role: str = "api") -> str:
        options = ("--network-alias=api", "--entrypoint=python3", "--no-healthcheck")
        return self.run("api", role, *options, command=("-c", ECHO))

    def get(
        self, container: str, port: int, path: str, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Ask a gateway; https on 8443."""
        published = int(docker("port", container, f"{port}/tcp").rpartition(":")[2])
        if port == 8443:
            context = ssl._create_unverified_context()  # noqa: S323 - a certificate of this test's own
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                "127.0.0.1", published, timeout=60, context=context
            )
        else:
            connection = http.client.HTTPConnection("127.0.0.1", published, timeout=60)
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        connection.close()
        return found

    def until(self, status: int, container: str = "", path: str = "/") -> None:
        """Wait until a gateway, the plain one where none is named, answers so."""

        def seen() -> object:
            try:
                return self.get(container or self.plain, 8080, path)[0]
            except OSError as error:
                return error

        assert eventually(seen, status.__eq__) == status

    def remove(self) -> None:
        names = docker("ps", "--all", "--quiet", f"--filter=name={self.name}").split()
        docker("rm", "--force", "--volumes", *names, check=False)
        docker("network", "rm", self.name, check=False)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    copy = checkout.make(tmp_path_factory.mktemp("gateway"))
    loaded = project.load(copy.root, copy.env)
    found = endpoint.find(loaded.process)
    built = build.ensure(loaded, found, loaded.environment("prod"), Wanted(profiles=()), lambda _text: None)
    secrets = tmp_path_factory.mktemp("secrets")
    key = certificate.certificate_key().value
    (secrets / "key").write_text(key.reveal(), encoding="utf-8")
    (secrets / "crt").write_text(certificate.certificate(key, ["localhost"]).reveal(), encoding="utf-8")
    for path in (secrets, *secrets.iterdir(), secrets.parent):
        path.chmod(0o755)
    made = Stack({image.name: image.ref for image in built})
    try:
        made.start(secrets)
        yield made
    finally:
        made.remove()


def test_what_a_client_claims_about_itself_is_not_believed(stack: Stack) -> None:
    claims = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Real-IP": "6.6.6.6",
        "X-Forwarded-Proto": "https",
        "X-Request-ID": "evil",
    }
    _, headers, body = stack.get(stack.plain, 8080, "/path", claims)
    seen = json.loads(body)
    assert "6.6.6.6" not in body.decode()
    assert (seen["X-Forwarded-Proto"], seen["X-Request-ID"]) == ("http", headers["x-request-id"])
    assert headers["x-request-id"] != "evil"


def test_answers_carry_the_security_headers_and_no_version(stack: Stack) -> None:
    _, headers, _ = stack.get(stack.plain, 8080, "/")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["server"] == "nginx"
    assert "strict-transport-security" not in headers


def test_with_a_certificate_http_only_leads_to_https(stack: Stack) -> None:
    status, headers, _ = stack.get(stack.tls, 8080, "/a?b=c", {"Host": "shop.test"})
    assert (status, headers["location"]) == (308, "https://shop.test:9443/a?b=c")
    status, headers, body = stack.get(stack.tls, 8443, "/")
    assert (status, json.loads(body)["X-Forwarded-Proto"]) == (200, "https")
    assert headers["strict-transport-security"].startswith("max-age=")


def test_a_front_end_gets_what_is_not_the_apis(stack: Stack) -> None:
    """Where there is one: the API keeps its own paths."""
    front = stack.run("gateway", "front", "--publish=127.0.0.1::8080", "--env=WEB_UPSTREAM=web:8000")
    stack.until(200, front, "/api/me")
    paths = ("/api", "/api/me", "/version", "/readyz", "/", "/apis", "/versions", "/src/main.ts")
    assert [stack.get(front, 8080, path)[0] for path in paths] == [200] * 4 + [502] * 4


@pytest.mark.parametrize("path", ["/metrics", "/stub_status"])
def test_its_own_figures_are_not_for_the_public(stack: Stack, path: str) -> None:
    if path == "/metrics":
        assert stack.get(stack.plain, 8080, path)[0] == 404
    assert docker("port", stack.plain).count("->") == 1
    assert docker("exec", stack.plain, "probe", "http", "127.0.0.1:8081", path) == ""


def test_its_log_is_json_with_the_request_id(stack: Stack) -> None:
    _, headers, _ = stack.get(stack.plain, 8080, "/logged")

    def logged() -> set[str]:
        lines = [json.loads(line) for line in docker("logs", stack.plain).splitlines() if line.startswith("{")]
        return {line["request_id"] for line in lines if line["path"] == "/logged"}

    # nginx writes the line when it has answered, and the engine when it has read that.
    assert headers["x-request-id"] in eventually(logged, bool)


def test_containers_that_do_not_listen_any_more_cost_no_answer(stack: Stack) -> None:
    """A rotation replaces two containers by two: of what the name leads to, more than one is going."""
    sleep = ("-c", "import time; time.sleep(600)")
    options = ("--network-alias=api", "--entrypoint=python3", "--no-healthcheck")
    going = [stack.run("api", f"going-{number}", *options, command=sleep) for number in range(3)]
    try:
        time.sleep(1.5)  # the gateway asks for addresses every second
        assert {stack.get(stack.plain, 8080, "/")[0] for _ in range(30)} == {200}
    finally:
        docker("rm", "--force", *going)


def test_an_api_that_moved_is_found_again(stack: Stack) -> None:
    address = "--format={{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    before = docker("inspect", address, f"{stack.name}-api")
    docker("rm", "--force", f"{stack.name}-api")
    stack.run("api", "in-its-place", "--entrypoint=python3", command=("-c", "import time; time.sleep(600)"))
    stack.until(502)
    moved = stack.api("moved")
    assert docker("inspect", address, moved) != before
    stack.until(200)


def test_settings_cannot_smuggle_configuration_in(stack: Stack) -> None:
    name = stack.run("gateway", "smuggled", "--env=API_UPSTREAM=api:8000; } server { listen 9")
    assert docker("wait", name).strip() == "1"
    assert "API_UPSTREAM must be" in _stderr(name)


def _stderr(container: str) -> str:
    path = docker("inspect", "--format={{.LogPath}}", container).strip()
    return Path(path).read_text(encoding="utf-8")
