"""What Compose is given, and what of its answer is kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.compose import cli
from dockgate.core.errors import ConfigError
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit.compose.resolving import DOCUMENT, FakeCompose, make, resolve

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Command


REMOTE = [
    "git://host/x.git",
    "https://host/x.git#main:compose.yaml",
    "git@host:x.git",
    "oci://host/x",
    "github.com/a/b.git",
]


@pytest.mark.parametrize("reference", REMOTE)
@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("include", 'include: ["%s"]\n'),
        ("include", '? include\n: - path: "%s"\n'),
        ("include", 'x: &x {include: ["${HOST_OF:-%s}"]}\n<<: *x\n'),
        ("extends", 'services: {a: {extends: {service: b, file: "%s"}}}\n'),
    ],
)
def test_what_compose_would_fetch_is_refused_before_it_is_asked(
    tmp_path: Path, compose: FakeCompose, key: str, text: str, reference: str
) -> None:
    """Every kind of address, in every spelling; Compose itself is told not to, too."""
    with pytest.raises(ConfigError, match=f"{key}: .* is remote, and no commit or digest pins it") as raised:
        resolve(make(tmp_path, text % reference))
    assert (raised.value.where and raised.value.where.path) == "compose/base.yaml"
    assert compose.commands == []


def test_a_pinned_remote_is_called_so(tmp_path: Path, compose: FakeCompose) -> None:
    """It is refused all the same: nothing has looked at what it says."""
    with pytest.raises(ConfigError, match="is remote: Dockgate"):
        resolve(make(tmp_path, f"include: ['git://host/x.git#{'a' * 40}:compose.yaml']\n"))
    assert compose.commands == []


def test_the_hash_of_a_service_with_env_files_is_that_of_its_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compose prints one without them, and gives its containers one with them: it is asked for the document's."""
    document = {"name": "shop-dev", "services": {"api": {"image": "a", "env_file": ["x.env"]}, "web": {"image": "b"}}}
    given: list[bytes] = []

    def run(command: Command, *, stdin: bytes | None = None, **_options: object) -> Result:
        if "--hash" not in command.argv:
            return Result(0, json.dumps(document).encode(), b"", 0.0)
        if stdin is None:
            return Result(0, b"api 1\nweb 1\n", b"", 0.0)
        given.append(stdin)
        assert command.argv[command.argv.index("-f") :] == ("-f", "-", "config", "--hash", "*")
        return Result(0, b"api 2\nweb 2\n", b"", 0.0)

    monkeypatch.setattr(process, "run", run)
    services = resolve(make(tmp_path)).model.services
    assert {name: each.config_hash for name, each in services.items()} == {"api": "2", "web": "1"}
    assert [json.loads(each)["services"].keys() for each in given] == [{"api": 0, "web": 0}.keys()]


def test_a_variable_that_nothing_sets_is_told_before_compose_is_asked(tmp_path: Path, compose: FakeCompose) -> None:
    """With its place, which Compose does not tell."""
    with pytest.raises(ConfigError, match="PASSWROD is not set") as caught:
        resolve(make(tmp_path, "services:\n  a: {image: '${PASSWROD}'}\n"))
    assert str(caught.value.where) == "compose/base.yaml:2:14"
    assert compose.commands == []


@pytest.mark.usefixtures("compose")
def test_the_variable_that_compose_sets_itself_may_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the stack's project, and anything else would be an error."""
    text = "services:\n  a: {image: i, labels: {stack: '${COMPOSE_PROJECT_NAME}'}}\n"
    resolve(make(tmp_path, text))
    labels = {"services": {"a": {"labels": {"stack": "${COMPOSE_PROJECT_NAME}"}}}}
    monkeypatch.setitem(DOCUMENT, "services", labels["services"])
    with pytest.raises(ConfigError, match="not the value of COMPOSE_PROJECT_NAME"):
        resolve(make(tmp_path, text + " "))


def test_the_profiles_of_the_environment_are_a_variable_of_its_files(tmp_path: Path, compose: FakeCompose) -> None:
    """`COMPOSE_PROFILES:` passes on what `.env` said to Compose; an environment without profiles has none."""
    text = "services:\n  a: {image: i, environment: {COMPOSE_PROFILES: }}\n"
    project = make(tmp_path, text)
    chosen = replace(project.environments["dev"], profiles=("web",))
    resolve(replace(project, environments={**project.environments, "dev": chosen}))
    assert {each.env.get("COMPOSE_PROFILES") for each in compose.commands} == {"web"}
    with pytest.raises(ConfigError, match="COMPOSE_PROFILES is not set"):
        resolve(project)


@pytest.mark.parametrize("change", ["file", "value", "overlay", "cache"])
def test_any_changed_input_asks_again(tmp_path: Path, compose: FakeCompose, change: str) -> None:
    """A file, a value, or a cache that is gone or broken."""
    project = make(tmp_path)
    resolve(project)
    asked = len(compose.commands)
    folder = project.state / "stacks" / "shop-dev"
    if change == "file":
        (tmp_path / "compose/dev.yaml").write_text("services: {a: {image: x}}\n")
    elif change == "overlay":
        (folder / "overlay.yaml").unlink()
    elif change == "cache":
        (folder / "model.json").write_text("{")
    resolve(project, {"A": "2"} if change == "value" else {"A": "1"})
    assert len(compose.commands) > asked


def test_what_compose_warns_of_is_kept_with_its_answer(
    tmp_path: Path, compose: FakeCompose, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It succeeds, so nothing else would show it; a cached answer warns as well."""

    def warning(command: Command, **options: Any) -> Result:
        return replace(compose.run(command, **options), stderr=b'level=warning msg="`version` is obsolete"\n')

    monkeypatch.setattr(process, "run", warning)
    project = make(tmp_path)
    assert resolve(project).warnings == ("`version` is obsolete",)
    asked = len(compose.commands)
    assert resolve(project).warnings == ("`version` is obsolete",)
    assert len(compose.commands) == asked


def test_a_changed_file_of_a_config_is_another_model(
    tmp_path: Path, compose: FakeCompose, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compose names it, and does not look into it: its readers get another label."""
    file = tmp_path / "app.ini"
    file.write_text("a=b\n")
    api = {"image": "x", "configs": [{"source": "ini", "target": "/app.ini"}]}
    document = {"name": "shop-dev", "services": {"api": api}, "configs": {"ini": {"file": str(file)}}}
    monkeypatch.setitem(DOCUMENT, "services", document["services"])
    monkeypatch.setitem(DOCUMENT, "configs", document["configs"])
    project = make(tmp_path)
    overlay = project.state / "stacks" / "shop-dev" / "overlay.yaml"
    resolve(project)
    first, asked = overlay.read_text(), len(compose.commands)
    resolve(project)
    assert (overlay.read_text(), len(compose.commands)) == (first, asked)
    file.write_text("a=c\n")
    resolve(project)
    assert overlay.read_text() != first


def test_a_kill_between_overlay_and_cache_leaves_no_cache(
    tmp_path: Path, compose: FakeCompose, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept before belongs to another overlay: asked again, Compose is asked again."""
    project = make(tmp_path)
    resolve(project)

    def killed(*_words: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(cli, "hashes", killed)
        with pytest.raises(KeyboardInterrupt):
            resolve(project, {"A": "2"})
    compose.commands.clear()
    resolve(project)
    assert compose.commands


def test_files_that_pull_in_others_are_never_cached(
    tmp_path: Path, compose: FakeCompose, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their own content does not tell whether they changed; a variable of the included project is set."""
    project = make(tmp_path, "include: [$A/other.yaml]\n")
    (tmp_path / "compose/1").mkdir()
    (tmp_path / "compose/1/other.yaml").write_text("services: {}\n")
    (tmp_path / "compose/1/.env").write_text("FROM=1\n")
    monkeypatch.setitem(DOCUMENT, "services", {"api": {"image": "$FROM"}})
    resolve(project)
    asked = len(compose.commands)
    resolve(project)
    assert len(compose.commands) == 2 * asked
