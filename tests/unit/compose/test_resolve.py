"""Compose's argument lists and the cache of its model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.compose import cli
from dockgate.compose import resolve as compose_resolve
from dockgate.compose.handed import Handed
from dockgate.compose.resolve import Inputs, Profiles
from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.secret import MASK, Secret
from dockgate.system import process
from dockgate.system.process import Result
from tests.guardrails.scenes import PROD_PASSWORD
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Command
    from dockgate.core.project import Project

DOCUMENT = {
    "name": "shop-dev",
    "services": {"api": {"image": "api@sha256:1", "environment": {"B": "x${A}"}, "profiles": ["web"]}},
}


class FakeCompose:
    """Answers `config` with DOCUMENT and remembers what it was asked."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def run(self, command: Command, **_options: Any) -> Result:
        self.commands.append(command)
        answer = b"api 123\n" if "--hash" in command.argv else json.dumps(DOCUMENT).encode()
        return Result(0, answer, b"", 0.0)


@pytest.fixture
def compose(monkeypatch: pytest.MonkeyPatch) -> FakeCompose:
    fake = FakeCompose()
    monkeypatch.setattr(process, "run", fake.run)
    return fake


def make(tmp_path: Path, base: str = "services: {}\n") -> Project:
    return projects.make(tmp_path, compose__base_yaml=base, compose__dev_yaml="services: {}\n")


def resolve(project: Project, env: dict[str, str] | None = None) -> compose_resolve.Composition:
    return resolved(project, Inputs(env or {"A": "1"}, {}))


def resolved(project: Project, inputs: Inputs) -> compose_resolve.Composition:
    """Resolve dev as a command does that reads the environment's files only where it has to."""
    everything = replace(inputs, profiles=Profiles(("*",)))
    return compose_resolve.resolve(
        project,
        projects.stack(project),
        inputs,
        lambda: compose_resolve.read(project, projects.stack(project, instance="guard"), everything),
    )


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


def test_everything_is_explicit(tmp_path: Path, compose: FakeCompose) -> None:
    """Project, files, folder and env file are given; the environment is the resolved one and nothing else of ours."""
    command = resolve(make(tmp_path)).command("up", "--no-start")
    words = " ".join(command.argv)
    assert "-p shop-dev" in words
    assert f"--project-directory {tmp_path}" in words
    assert "--env-file /dev/null" in words
    assert words.index("compose/base.yaml") < words.index("compose/dev.yaml") < words.index("overlay.yaml")
    assert command.env == {"PATH": "/usr/bin:/bin", "A": "1", **cli.OFFLINE}
    assert compose.commands


def test_the_same_inputs_ask_compose_once(tmp_path: Path, compose: FakeCompose) -> None:
    """A no-op `up` does not start Compose."""
    project = make(tmp_path)
    first = resolve(project)
    asked = len(compose.commands)
    assert resolve(project).model == first.model
    assert first.model.uses == {"api": ["A"]}
    assert len(compose.commands) == asked


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


def test_files_that_pull_in_others_are_never_cached(tmp_path: Path, compose: FakeCompose) -> None:
    """Their own content does not tell whether they changed."""
    project = make(tmp_path, "include: [other.yaml]\n")
    (tmp_path / "compose" / "other.yaml").write_text("services: {}\n")
    resolve(project)
    asked = len(compose.commands)
    resolve(project)
    assert len(compose.commands) == 2 * asked


def test_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    """It names the file."""
    project = projects.make(tmp_path)
    with pytest.raises(ConfigError) as caught:
        resolve(project)
    assert caught.value.where is not None
    assert caught.value.where.path == "compose/base.yaml"


def test_what_compose_refuses_is_told_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And exits 2: the files are wrong."""
    monkeypatch.setattr(process, "run", lambda *_a, **_k: Result(15, b"", b"services.api is broken\n", 0.0))
    with pytest.raises(ConfigError, match=r"services\.api is broken"):
        resolve(make(tmp_path))


def test_what_compose_repeats_of_a_secret_is_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it looks like one or is known for one; when it creates containers, too."""
    project, known = make(tmp_path), Secret("Kupferkanne tanzt")
    inputs = Inputs({"A": "1"}, {}, secrets=Handed({"KNOWN": known}))
    said = f'no such thing "{known.reveal()}", and no "{PROD_PASSWORD}"'
    monkeypatch.setattr(process, "run", lambda *_a, **_k: Result(15, b"", said.encode(), 0.0))
    with pytest.raises(ConfigError) as caught:
        resolved(project, inputs)
    assert caught.value.what.endswith(f'no such thing "{MASK}", and no "{MASK}"')
    monkeypatch.setattr(process, "run", FakeCompose().run)
    command = resolved(project, inputs).command("up")
    assert known.reveal() not in str(process.failed(command, Result(1, b"", said.encode(), 0.0)))


@pytest.mark.usefixtures("compose")
@pytest.mark.parametrize(
    ("profiles", "refused"),
    [
        (Profiles(("web",)), False),
        (Profiles(("*",)), False),
        (Profiles((), ("gone",)), False),
        (Profiles(("wbe",)), True),
    ],
)
def test_a_profile_that_nobody_knows_is_refused(tmp_path: Path, profiles: Profiles, *, refused: bool) -> None:
    """Compose would start nothing for it and say nothing; one whose containers are left over may have gone."""
    project = make(tmp_path)
    inputs = Inputs({"A": "1"}, {}, profiles)
    if not refused:
        resolved(project, inputs)
        return
    with pytest.raises(ConfigError, match="Did you mean web"):
        resolved(project, inputs)


def test_output_that_is_no_json_is_the_tools_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a crash a word about the files: not a bug of ours, and not a pass, but exit 5."""
    for result, said in (
        (Result(0, b"panic: x", b"", 0.0), "did not print valid JSON"),
        (Result(-11, b"", b"", 0.0), "signal 11"),
    ):
        monkeypatch.setattr(process, "run", lambda *_words, result=result, **_options: result)
        with pytest.raises(ToolFailedError, match=said):
            resolve(make(tmp_path))


@pytest.mark.parametrize(
    ("base", "environment"),
    [
        ('services: {a: {"env_file": x.env}}\n', {"B": "1"}),
        ("services: {}\n", {"DB_PASSWORD": "hunter22"}),
        ("services: {}\n", {"DSN": "postgres://u:Kq7vR2mXpL9w@db/x"}),
    ],
)
def test_a_model_that_may_hold_a_value_in_clear_is_not_written(
    tmp_path: Path, compose: FakeCompose, monkeypatch: pytest.MonkeyPatch, base: str, environment: dict[str, str]
) -> None:
    """From a service's env file, a literal, or an address."""
    monkeypatch.setitem(DOCUMENT, "services", {"api": {"image": "x", "environment": environment}})
    project = make(tmp_path, base)
    (tmp_path / "compose" / "x.env").write_text("")
    resolve(project)
    assert [path.name for path in project.state.rglob("*") if path.is_file()] == [".gitignore", "overlay.yaml"]
    asked = len(compose.commands)
    resolve(project)
    assert len(compose.commands) == 2 * asked


def test_without_a_schema_no_model_is_written(tmp_path: Path, compose: FakeCompose) -> None:
    """Nothing says which values are secrets."""
    project = make(tmp_path)
    resolved(project, Inputs({"A": "1"}, {}, strict=False))
    assert compose.commands
    assert not list(project.state.rglob("model.json"))


@pytest.mark.usefixtures("compose")
def test_a_default_that_is_not_used_is_not_written_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files as they are written may hold what the resolved ones do not."""
    real = process.run

    def run(command: Command, **options: Any) -> Result:
        with monkeypatch.context() as patch:
            if "--no-interpolate" in command.argv:
                value = "${A:-postgres://u:Kq7vR2mXpL9w@db/x}"
                patch.setitem(DOCUMENT, "services", {"api": {"image": "x", "environment": {"DSN": value}}})
            return real(command, **options)

    monkeypatch.setattr(process, "run", run)
    monkeypatch.setitem(DOCUMENT, "services", {"api": {"image": "x", "environment": {"DSN": "1"}}})
    monkeypatch.setattr(cli, "both", lambda first, second: (first(), second()))
    project = make(tmp_path)
    resolve(project)
    assert [path.parent.name for path in project.state.rglob("model.json")] == ["shop-dev"]
