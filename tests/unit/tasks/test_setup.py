"""How a stack is made ready: what each step is given, and what is said, with a release and without one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct

from dockgate.compose.resolve import Profiles
from dockgate.core.errors import ConfigError
from dockgate.env import ports
from dockgate.images import build as images
from dockgate.release.artifact import layout_check, load
from dockgate.release.promotion import promoted
from dockgate.stack import database_volumes, prepare, runtimes
from dockgate.tasks import completion_index, preflight, setup
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

VARIABLES = {"API_IMAGE": "api@sha256:1"}


class Promotion(Struct):
    """As much of a promotion as is asked for."""

    manifest: Any
    variables: dict[str, str]


class Steps:
    """The parts below, each of which notes what it was given; and a session of a project without files."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.lines: list[str] = []
        self.patch = monkeypatch
        self.project = projects.make(folder)
        self.target = projects.stack(self.project, "dev")
        variables = {"TOKEN": "declared"}
        self.manifest = SimpleNamespace(in_registry=lambda: {"API_IMAGE": "registry/api"})
        self.promotion: Promotion | None = Promotion(self.manifest, dict(VARIABLES))
        self.resolved = SimpleNamespace(plain=lambda: {"A": "1"})
        self.made: Any = SimpleNamespace(
            target=self.target,
            composition=SimpleNamespace(model=SimpleNamespace(services=("api",)), warnings=(), blank=()),
        )
        self.situation = SimpleNamespace(
            schema=SimpleNamespace(variables=variables),
            pointer=lambda name: f"pointer of {name}",
            containers=lambda target: (SimpleNamespace(labels={"dev.dockgate.profiles": "b,a"}), target)[:1],
        )
        self.session: Any = SimpleNamespace(project=self.project, situation=self.situation, say=self.lines.append)
        self.traits = SimpleNamespace(secret_files=True, pulls=False, nodes=False)
        monkeypatch.setattr(runtimes, "of", lambda project, target: self.note("runtime", project, target, self))
        self.on(preflight, "guard", (SimpleNamespace(labels={"dev.dockgate.profiles": "x"}),))
        self.on(preflight, "guard_fetched")
        self.on(setup, "environment", self.resolved)
        self.on(layout_check, "hold")
        self.on(completion_index, "note")
        self.on(prepare, "prepare", self.made)
        self.on(prepare, "preview", self.made)
        self.on(load, "present")

    def note(self, name: str, *given: object) -> Any:
        self.calls.append((name, *given[:-1]))
        return given[-1]

    def on(self, module: Any, name: str, answer: object = None) -> None:
        def noted(*given: object, **options: object) -> object:
            more = (tuple(sorted(options.items())),) if options else ()
            return self.note(name, *given, *more, answer)

        self.patch.setattr(module, name, noted)

    def given(self, name: str) -> list[tuple[object, ...]]:
        return [call[1:] for call in self.calls if call[0] == name]


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    made = Steps(tmp_path, monkeypatch)
    monkeypatch.setattr(promoted, "load", lambda *given: made.note("load", *given, made.promotion))
    return made


def profiles(*names: str, standing: tuple[str, ...]) -> tuple[tuple[str, object], ...]:
    return (("profiles", Profiles(names, standing)),)


@pytest.mark.parametrize(("files", "step"), [(True, "prepare"), (False, "preview")])
def test_a_release_is_held_to_its_layout_and_never_built(steps: Steps, files: bool, step: str) -> None:  # noqa: FBT001 - a case
    """With the profiles of which containers stand; written to files where the runtime has secrets in files."""
    steps.traits.secret_files = files
    assert setup.ready(steps.session, steps.target, ("web",), build=True) == (steps.made, 0.0)
    wanted = profiles("web", standing=("x",))
    assert steps.given("guard") == [(steps.session, steps.target)]
    assert steps.given("guard_fetched") == [(steps.session, steps.target, steps.resolved)]
    assert steps.given("load") == [(steps.project, "dev", "pointer of dev")]
    assert steps.given("hold") == [(steps.project, steps.manifest)]
    assert steps.given(step) == [(steps.situation, steps.target, steps.resolved, VARIABLES, wanted)]
    assert [call[0] for call in steps.given("present")] == [steps.manifest]
    assert steps.given("note") == [(steps.project, "dev", ("api",), "", {"TOKEN": "declared"})]
    assert steps.lines == []


def test_images_of_a_release_are_where_the_runtime_finds_them(steps: Steps) -> None:
    """On the engine, unless they need not be there yet; in the registry, where nodes pull by themselves."""
    setup.ready(steps.session, steps.target, (), build=False, present=False)
    assert steps.given("present") == []
    assert steps.given("prepare")[0][3] == VARIABLES
    steps.traits.pulls = True
    setup.preview(steps.session, steps.target, ("web",))
    assert steps.given("present") == []
    wanted = profiles("web", standing=("a", "b"))
    pulled = {"API_IMAGE": "registry/api"}
    assert steps.given("preview") == [(steps.situation, steps.target, steps.resolved, pulled, wanted)]
    assert steps.given("environment")[-1] == (steps.session, steps.target, (("fetched", False),))


@pytest.mark.parametrize("cached", [True, False])
def test_without_a_release_images_are_made(steps: Steps, *, cached: bool) -> None:
    """For the profiles that are on; the budget is shown of what was built, and the seconds are counted."""
    steps.promotion = None
    built = (SimpleNamespace(cached=cached, variable="API_IMAGE", ref="api:1"),)
    steps.on(images, "ensure", built)
    steps.on(images, "budget", ("api: 5 of 10 MB", "all: fine"))
    made, seconds = setup.ready(steps.session, steps.target, ("web",), build=True)
    assert made is steps.made
    assert 0.0 <= seconds < 60.0
    project, endpoint, environment, wanted, say, flags = steps.given("ensure")[0]
    assert (project, endpoint, environment) == (steps.project, steps.target.endpoint, steps.target.environment)
    assert wanted == images.Wanted(given={"A": "1"}, profiles=("web", "x"))
    assert (say, flags) == (steps.session.say, (("build", True),))
    assert steps.given("budget") == ([] if cached else [(steps.project, steps.target.environment, built)])
    assert steps.lines == ([] if cached else ["budget api: 5 of 10 MB", "budget all: fine"])
    assert steps.given("prepare")[0][3] == {"API_IMAGE": "api:1"}
    assert steps.given("hold") == []


def test_a_preview_builds_nothing(steps: Steps) -> None:
    steps.promotion = None
    steps.on(images, "preview", (SimpleNamespace(variable="API_IMAGE", ref="api:2"),))
    assert setup.preview(steps.session, steps.target, (), fetched=True) is steps.made
    environment, endpoint = steps.target.environment, steps.target.endpoint
    assert steps.given("preview")[0] == (steps.project, endpoint, environment, images.Wanted(given={"A": "1"}))
    assert steps.given("preview")[1][3] == {"API_IMAGE": "api:2"}
    assert steps.given("environment") == [(steps.session, steps.target, (("fetched", True),))]


def test_what_compose_warns_of_and_takes_for_empty_is_said(steps: Steps) -> None:
    """After the addresses that are not an instance's own."""
    steps.made.composition.warnings, steps.made.composition.blank = ("one", "two"), ("A", "B")
    steps.made.target = projects.stack(steps.project, "dev", "two")
    steps.situation.resolved = lambda environment: f"resolved {environment.name}"
    steps.on(ports, "named", {"HOST": "WEB_PORT", "CALLBACK": "API_PORT"})
    setup.ready(steps.session, steps.target, (), build=False)
    assert steps.given("named") == [("resolved dev",)]
    named = "CALLBACK (API_PORT), HOST (WEB_PORT); inv open shows its address"
    assert steps.lines == [
        f"an instance publishes on free ports, which these do not name: {named}",
        *("Compose warns: one", "Compose warns: two", "dev: set nowhere, so empty: A, B"),
    ]


@pytest.mark.parametrize("named", [{}, {"web": ("x", "b"), "db": ("a",)}])
@pytest.mark.parametrize("services", [(), ("web",)])
def test_a_stack_of_which_no_service_is_switched_on_is_refused(
    steps: Steps, named: dict[str, tuple[str, ...]], services: tuple[str, ...]
) -> None:
    """Where each is behind a profile; a stack without any service is Compose's to judge."""
    steps.situation.sources = lambda environment: SimpleNamespace(profiles=named if environment.name == "dev" else {})
    steps.made.composition.model.services = services
    if services or not named:
        setup.hold_services(steps.session, steps.made)
        return
    with pytest.raises(ConfigError) as caught:
        setup.hold_services(steps.session, steps.made)
    assert caught.value.fix == "--profile=NAME, or profiles = [...] in its table; there are: a, b, x"


@pytest.mark.parametrize("nodes", [True, False])
def test_databases_are_looked_at_where_one_engine_has_their_volumes(steps: Steps, *, nodes: bool) -> None:
    """Those that are trusted are not doubted."""
    steps.traits.nodes = nodes
    found = tuple(SimpleNamespace(database=SimpleNamespace(service=name)) for name in ("db", "other"))
    steps.on(database_volumes, "look", found)
    steps.on(database_volumes, "refuse")
    made = steps.made
    assert setup.databases(steps.session, made, ("db",), ("other",)) == (() if nodes else found)
    assert steps.given("look") == ([] if nodes else [(steps.project, made, ("db",))])
    refused = [(project, given, doubted) for project, given, doubted, _ in steps.given("refuse")]
    assert refused == ([] if nodes else [(steps.project, made, [found[0]])])


def test_without_a_schema_it_is_said_that_nothing_is_checked(steps: Steps) -> None:
    resolved: Any = SimpleNamespace(
        environment="dev",
        schema=SimpleNamespace(declared=False, path="env/schema.toml"),
        from_process=lambda: ["Z", "A"],
    )
    steps.situation.pointer = lambda _name: None
    setup.tell_sources(steps.session, resolved)
    assert steps.lines == [
        "no env/schema.toml: names, types and required values are not checked", "dev: from your shell: A, Z"
    ]  # fmt: skip
