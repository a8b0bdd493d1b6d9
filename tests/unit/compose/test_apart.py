"""Files that Compose accepts only with some of their profiles, or only with values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.compose import apart, cli
from dockgate.compose.handed import Handed
from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BASE = """
services:
  a: {image: x, environment: [TOKEN]}
  b: {image: y, profiles: [one]}
  c: {extends: {file: "${A}.yaml", service: z}, profiles: [two]}
"""
START = ("compose", "-f", "base.yaml")
EVERYTHING = (*START, "--profile", "*")
SECRETS = Handed({"TOKEN": Secret("kept apart"), "LENT": Secret("extended"), "OTHER": Secret("not given")})


class Compose:
    """Answers `config` for the profiles that it accepts, and never without values."""

    def __init__(self, *accepted: str) -> None:
        self.accepted = accepted
        self.asked: list[tuple[str, dict[str, str]]] = []

    def config(
        self,
        _project: Any,
        env: dict[str, str],
        *,
        arguments: Sequence[str],
        flags: Sequence[str] = (),
        secrets: tuple[Secret, ...],
    ) -> dict[str, Any]:
        assert (secrets, tuple(arguments[: len(START)])) == (SECRETS.secrets, START)
        profile = arguments[-1] if "--profile" in arguments else ""
        self.asked.append((profile, env))
        if flags or profile not in self.accepted:
            raise ConfigError(f"refused with {profile}{flags}")
        own = {"one": "b", "two": "c"}
        names = [*own.values()] if profile == "*" else [own[profile]] if profile else []
        return {
            "name": profile,
            "services": {name: {"of": profile} for name in ("a", *names)},
            "volumes": {profile: {}},
            **({"networks": {profile: {}}, "version": profile} if profile else {}),
        }


def documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compose: Compose, arguments: Sequence[str] = EVERYTHING
) -> apart.Documents:
    monkeypatch.setattr(cli, "config", compose.config)
    project = projects.make(tmp_path, compose__base_yaml=BASE, compose__1_yaml="services: {z: {environment: [LENT]}}")
    texts = {"compose/base.yaml": BASE}
    return apart.documents(project, projects.stack(project), {"A": "1"}, SECRETS, arguments, texts)


def test_without_values_the_files_are_read_as_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And Compose is given the secrets that they name."""
    compose = Compose("", "*")
    document, written, given = documents(tmp_path, monkeypatch, compose)
    assert [*document["services"]] == ["a", "b", "c"] == [*written["services"]]
    assert given == {"TOKEN": "kept apart", "LENT": "extended"}
    assert compose.asked[-1] == ("*", {"A": "1", **given})


def test_profiles_that_exclude_each_other_are_read_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What all have is that of the environment's own profiles."""
    document, *_ = documents(tmp_path, monkeypatch, Compose("", "one", "two"))
    assert document["services"] == {"a": {"of": ""}, "b": {"of": "one"}, "c": {"of": "two"}}
    assert {*document["volumes"]} == {"", "one", "two"}
    assert document["name"] == ""


def test_a_profile_that_compose_refuses_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for it is told by Compose."""
    document, *_ = documents(tmp_path, monkeypatch, Compose("", "two"))
    assert document == {
        "name": "",
        "services": {"a": {"of": ""}, "c": {"of": "two"}},
        "volumes": {"": {}, "two": {}},
        "networks": {"two": {}},
        "version": "two",
    }


def test_the_environments_own_profiles_are_asked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they are all that is asked for."""
    compose = Compose("one")
    document, *_ = documents(tmp_path, monkeypatch, compose, (*START, "--profile", "one"))
    assert document["services"] == {"a": {"of": "one"}, "b": {"of": "one"}}
    assert sorted(profile for profile, _ in compose.asked) == ["*", "one"]


def test_what_compose_refuses_as_it_is_used_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what it says of the environment's own profiles."""
    with pytest.raises(ConfigError, match=r"^refused with \(\)$"):
        documents(tmp_path, monkeypatch, Compose("one", "two"))
