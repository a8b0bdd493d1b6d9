"""What Compose refuses, and what of its answer is not written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.compose import cli
from dockgate.compose.handed import Handed
from dockgate.compose.resolve import Inputs, Profiles
from dockgate.core.errors import ConfigError
from dockgate.core.secret import MASK, Secret
from dockgate.system import process
from dockgate.system.process import Result
from tests.guardrails.scenes import PROD_PASSWORD
from tests.unit.compose.resolving import DOCUMENT, FakeCompose, make, resolve, resolved

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Command


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


@pytest.mark.usefixtures("compose")
@pytest.mark.parametrize(
    ("services", "place"),
    [
        ({"api": {"depends_on": {"db": {}}}, "db": {"profiles": ["data"]}}, "compose/base.yaml:3:18"),
        ({"api": {"environment": {"TOKEN": ""}}}, "compose/base.yaml:2:23"),
    ],
)
def test_what_the_model_lacks_is_told_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, services: dict[str, Any], place: str
) -> None:
    """A service whose profile is off, a secret that is empty."""
    monkeypatch.setitem(DOCUMENT, "services", services)
    project = make(tmp_path, "services:\n  api: {environment: {TOKEN: ''},\n    depends_on: {db: {}}}\n")
    with pytest.raises(ConfigError) as caught:
        resolved(project, Inputs({"A": "1"}, {}, secrets=Handed({"TOKEN": Secret("kept apart")})))
    assert str(caught.value.where) == place


@pytest.mark.usefixtures("compose")
def test_an_env_file_is_needed_where_the_profile_of_its_service_is_on(tmp_path: Path) -> None:
    """That of the command, or the environment's own."""
    project = make(tmp_path, "services: {a: {profiles: [web], env_file: gone.env}}\n")
    resolve(project)
    chosen = {**project.environments, "dev": replace(project.environments["dev"], profiles=("web",))}
    for each, asked in ((project, ("web",)), (replace(project, environments=chosen), ())):
        with pytest.raises(ConfigError, match=r"gone\.env does not exist"):
            resolved(each, Inputs({"A": "1"}, {}, Profiles(asked)))


@pytest.mark.usefixtures("compose")
def test_compose_s_own_variables_may_be_unset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As MISP has it: Compose takes them for empty, and no schema could declare them."""
    monkeypatch.setitem(DOCUMENT, "services", {"a": {"image": "i", "environment": {"SEEN": "${COMPOSE_PROFILES}"}}})
    resolve(make(tmp_path, "services: {a: {image: i, environment: {SEEN: '${COMPOSE_PROFILES}'}}}"))
    with pytest.raises(ConfigError, match="COMPOSE_FILE is not set; the file says"):
        resolve(make(tmp_path, "services: {a: {image: i, environment: {SEEN: '${COMPOSE_FILE:?needed}'}}}"))
