"""What a machine lends to a build, and that it never reaches an argument list."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.core.errors import MissingToolError
from dockgate.images import host_resources
from dockgate.images.debian import TARGETS, Archive
from dockgate.images.host_resources import Host
from dockgate.system import process
from dockgate.system.process import Result
from tests import said
from tests.unit import projects

if TYPE_CHECKING:
    import pytest

    from dockgate.core.plan import Command

PIP = """\
global.cert='/etc/ssl/certs/ca.crt'
global.index-url='https://user:hunter2@mirror.test/simple'
global.extra-index-url='file:///opt/simple\\nhttps://more.test/simple http://most.test'
global.trusted-host='a.test\\nb.test'
global.timeout=''
global.find-links='/opt/wheels'
:env:.default-timeout='180'
"""


def test_pip_keeps_what_holds_inside_a_build() -> None:
    assert host_resources.pip(PIP) == (
        "[global]\nindex-url = https://user:hunter2@mirror.test/simple\n"
        "extra-index-url = https://more.test/simple http://most.test\ntrusted-host = a.test b.test\ntimeout = 180\n"
    )


def test_pip_with_one_index_lends_it() -> None:
    """Its own, or one beside the usual."""
    for name in ("index-url", "extra-index-url"):
        assert host_resources.pip(f"global.{name}='https://m.test'\n") == f"[global]\n{name} = https://m.test\n"


def test_pip_without_an_index_has_nothing_to_lend() -> None:
    assert host_resources.pip("global.timeout='10'\nglobal.extra-index-url='file:///opt/simple'\n") == ""


NPMRC = """\
; a comment
fund=false
registry=https://old.test/
@shop:registry = https://scope.test/npm/
//scope.test/npm/:_authToken=${NPM_TOKEN}
//else.test/:_authToken=${NOT_SET?}
cafile=/etc/ssl/own.pem
"""


def test_npm_keeps_indexes_and_their_tokens() -> None:
    """With the index that npm itself names, and the references resolved: a build has no such variables."""
    assert host_resources.npm(NPMRC, "https://mirror.test/npm/\n", {"NPM_TOKEN": "hunter2"}) == (
        "registry=https://mirror.test/npm/\n"
        "@shop:registry=https://scope.test/npm/\n//scope.test/npm/:_authToken=hunter2\n"
    )
    assert host_resources.npm("fund=false\n", "", {}) == ""
    assert host_resources.npm("", " http://m.test \n", {}) == "registry=http://m.test\n"
    assert host_resources.npm("registry=https://old.test/", "undefined\n", {}) == "registry=https://old.test/\n"


def test_the_npmrc_that_the_machine_names_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "run", lambda _command, **_options: Result(0, b"", b"", 0.0))
    (tmp_path / "own.npmrc").write_text(NPMRC, encoding="utf-8")
    project = projects.make(tmp_path)
    named = {**project.process, "NPM_CONFIG_USERCONFIG": str(tmp_path / "own.npmrc")}
    lent = host_resources.gather(replace(project, process=named))
    assert lent.npm == "registry=https://old.test/\n@shop:registry=https://scope.test/npm/\n"
    small = {"npm_config_userconfig": str(tmp_path / "own.npmrc")}
    assert host_resources.gather(replace(project, process=small)).npm == lent.npm
    (tmp_path / ".npmrc").write_text("registry=https://home.test/\n", encoding="utf-8")
    home = host_resources.gather(replace(project, process={"HOME": str(tmp_path)}))
    assert home.npm == "registry=https://home.test/\n"
    assert "scope.test" not in repr(lent)
    folder = {**project.process, "NPM_CONFIG_USERCONFIG": str(tmp_path)}
    assert host_resources.gather(replace(project, process=folder)).npm == ""


def test_every_proxy_of_the_environment_is_lent_in_small_letters_before_in_capitals() -> None:
    process = {"https_proxy": "http://small.test", "HTTPS_PROXY": "http://large.test", "NO_PROXY": "local"}
    apt = 'Acquire::https::Proxy "http://apt.test";\nAcquire::http::Proxy "http://apt.test";\n'
    assert host_resources.proxy(process, {"ftpProxy": "f", "httpsProxy": "", "x": "y"}, apt) == (
        "http_proxy=http://apt.test\nhttps_proxy=http://small.test\nno_proxy=local\n"
    )


def test_the_environment_decides_over_apts_proxy() -> None:
    apt = 'Acquire::http::Proxy "http://apt.test:1";\nAcquire::https::Proxy "DIRECT";\n'
    client = {"httpProxy": "http://client.test:3", "allProxy": "socks5://client.test:4"}
    assert host_resources.proxy({}, {}, apt) == "http_proxy=http://apt.test:1\n"
    assert host_resources.proxy({}, client, apt) == "http_proxy=http://client.test:3\n"
    assert host_resources.proxy({"HTTP_PROXY": "http://env.test:2", "no_proxy": "local"}, client, apt) == (
        "http_proxy=http://env.test:2\nno_proxy=local\n"
    )


def test_the_docker_clients_own_proxy_is_lent_and_no_build_argument(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of itself the client would write its password into the provenance."""
    monkeypatch.setattr(process, "run", lambda _command, **_options: Result(0, b"", b"", 0.0))
    project = projects.make(tmp_path)
    tables = {"default": {"httpsProxy": "http://u:hunter2@proxy.test"}, "tcp://far:2376": {"noProxy": "far"}}
    (tmp_path / "config.json").write_text(json.dumps({"proxies": tables}), encoding="utf-8")
    lent = host_resources.gather(replace(project, process={**project.process, "DOCKER_CONFIG": str(tmp_path)}))
    assert lent.proxy == "https_proxy=http://u:hunter2@proxy.test\n"
    assert lent.hidden == ("HTTPS_PROXY", "NO_PROXY")
    tables["default"] |= {"httpProxy": "h", "ftpProxy": "f", "allProxy": "a"}
    (tmp_path / "config.json").write_text(json.dumps({"proxies": tables}), encoding="utf-8")
    lent = host_resources.gather(replace(project, process={**project.process, "DOCKER_CONFIG": str(tmp_path)}))
    assert lent.hidden == ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY")


def test_the_bundle_that_the_machine_names_comes_first(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    assert host_resources.bundle({"SSL_CERT_FILE": str(bundle)}) == str(bundle)


def test_the_first_usual_bundle_that_is_there_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [str(tmp_path / name) for name in "abc"]
    monkeypatch.setattr(host_resources, "BUNDLES", tuple(paths))
    for path in paths[1:]:
        Path(path).touch()
    assert host_resources.bundle({}) == paths[1]


def test_a_bundle_that_does_not_exist_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_resources, "BUNDLES", ())
    assert host_resources.bundle({"SSL_CERT_FILE": "/nowhere/ca.pem"}) == ""


def test_secrets_are_named_only_where_there_is_one_and_never_by_value() -> None:
    lent = Host(ca="/ca.pem", apt="deb http://user:hunter2@mirror.test trixie main\n")
    assert lent.secrets() == ("--secret", "id=ca,src=/ca.pem", "--secret", "id=apt,env=HOST_APT")
    assert lent.env() == {"HOST_CA": "/ca.pem", "HOST_APT": lent.apt, "HOST_PIP": "", "HOST_NPM": "", "HOST_PROXY": ""}
    assert "hunter2" not in repr(lent)
    every = Host("", "a", "b", "c", (), "d").secrets()
    assert every[1::2] == tuple(f"id={name},env=HOST_{name.upper()}" for name in ("apt", "pip", "npm", "proxy"))


def test_gathering_asks_apt_and_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        "apt-get": b"http://m.test/|trixie\nhttp://s.test/|trixie-security\n",
        "apt-config": b'Acquire::http::Proxy "http://apt.test:1";\n',
        "npm": b"https://m.test/npm/\n",
        "python": PIP.encode(),
    }

    asked: list[tuple[str, ...]] = []

    def run(command: Command, *, check: bool) -> Result:
        assert not check
        asked.append(command.argv)
        return Result(0, answers.get(Path(command.argv[0]).name, b""), b"", 0.0)

    monkeypatch.setattr(process, "run", run)
    monkeypatch.setattr(sys, "executable", "python")
    monkeypatch.setattr(host_resources, "BUNDLES", ())
    lent = host_resources.gather(projects.make(tmp_path))
    proxies, registry = "http_proxy=http://apt.test:1\n", "registry=https://m.test/npm/\n"
    apt = Archive("http://m.test/", "http://s.test/").sources()
    assert lent == Host("", apt, host_resources.pip(PIP), proxies, (), registry)
    assert sorted(asked) == [
        *(("apt-config", "dump"), TARGETS, ("npm", "config", "get", "registry")),
        ("python", "-m", "pip", "config", "list"),
    ]


def test_a_machine_without_apt_and_pip_lends_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: Command, **_options: object) -> Result:
        raise MissingToolError(f"{command.argv[0]} is not installed")

    monkeypatch.setattr(process, "run", run)
    monkeypatch.setattr(host_resources, "BUNDLES", ())
    assert host_resources.gather(projects.make(tmp_path)) == Host()


def test_programs_are_asked_with_what_configures_them_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in half a minute, with the variables of pip and npm in both of their spellings."""
    own = {"PIP_INDEX_URL": "a", "NPM_CONFIG_REGISTRY": "b", "npm_config_registry": "c"}
    project = projects.make(tmp_path, process={"PATH": "/usr/bin", "TOKEN": "t", "PIPE": "p", **own})
    asked: list[Command] = []

    def run(command: Command, *, check: bool = True) -> Result:
        assert not check
        said.command(command)
        asked.append(command)
        return Result(0, b"", b"", 0.0)

    monkeypatch.setattr(process, "run", run)
    host_resources.gather(project)
    told = {command.argv[0].rpartition("/")[2]: command for command in asked if "config" in command.argv}
    assert told
    for command in told.values():
        assert (command.env, command.cwd, command.timeout) == (project.child_env(**own), None, 30)
