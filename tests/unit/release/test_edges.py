"""A release's edges: the engine's store, loading, the build, the rehearsal, and the other parts at work."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core import findings
from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ConfigError, FindingsError, ToolFailedError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.core.target import Target
from dockgate.engine import containers
from dockgate.env import layering
from dockgate.guardrails import Report
from dockgate.images import archive, bake, base, build, hadolint, host_resources, settings
from dockgate.images.base import Base
from dockgate.images.build import BuiltImage
from dockgate.images.settings import Image, Source
from dockgate.release import smoke
from dockgate.release.artifact import layout, load, manifest
from dockgate.release.engine_store import EngineStore
from dockgate.release.pipeline import attested_build, rehearsal, run
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.release.pipeline.work import EngineWork
from dockgate.release.protocols import Built
from dockgate.scan import scanner as scanning
from dockgate.scan.leaks import SecretDetectors
from dockgate.scan.sbom import bills
from dockgate.secrets import init as secret_init
from dockgate.secrets.store import Store
from dockgate.stack import prepare, runtimes, up
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit.ocilayout import Layout, layer
from tests.unit.release import releasing
from tests.unit.release.releasing import FakeStore, FakeWork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dockgate.core.plan import Command
    from dockgate.core.project import Project

ENDPOINT = Endpoint("unix:///run/no.sock", "default")
DIGEST = "sha256:" + "a" * 64
API = Built("api", "API_IMAGE", "shop/api:1.0.0", DIGEST, DIGEST, 2, 1)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return releasing.shop(tmp_path / "shop", tmp_path / "home")


@pytest.fixture
def stage(project: Project) -> Target:
    return Target(str(project.root), "shop", project.environment("prod"), "", ENDPOINT)


class Recorder:
    """Takes every command and answers with the same words."""

    def __init__(self, stdout: bytes = b"", code: int = 0) -> None:
        self.stdout = stdout
        self.code = code
        self.calls: list[tuple[str, ...]] = []
        self.before: Callable[[], None] = lambda: None

    def __call__(self, command: Command, *, check: bool = True, **_: Any) -> Result:
        self.before()
        self.calls.append(command.argv)
        result = Result(self.code, self.stdout, b"", 0.0)
        if check and self.code:
            raise process.failed(command, result)
        return result


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(process, "run", recorder)
    monkeypatch.setattr("dockgate.system.docker_cli.docker", lambda _: "docker")
    return recorder


def test_store_saves_loads_and_pushes(project: Project, docker: Recorder, tmp_path: Path) -> None:
    """What it pushes or pulls keeps no name of the registry here: images are found under their own."""
    store = EngineStore(project, ENDPOINT)
    store.save(["a:1", "b:1"], tmp_path / "x.tar")
    store.load(tmp_path / "x.tar")
    docker.stdout = f"1.0.0: digest: {DIGEST} size: 1".encode()
    assert store.push("shop/api:1.0.0", "localhost:5000/shop/api:1.0.0") == DIGEST
    assert docker.calls[-1] == ("docker", "image", "rm", "localhost:5000/shop/api:1.0.0")
    store.pull(f"localhost:5000/shop/api@{DIGEST}", "shop/api:1.0.0")
    assert docker.calls[-2][-2:] == (f"localhost:5000/shop/api@{DIGEST}", "shop/api:1.0.0")
    assert docker.calls[-1] == ("docker", "image", "rm", f"localhost:5000/shop/api@{DIGEST}")
    assert [call[1:3] for call in docker.calls] == [
        ("image", "save"),
        ("image", "load"),
        ("image", "tag"),
        ("image", "push"),
        ("image", "rm"),
        ("image", "pull"),
        ("image", "tag"),
        ("image", "rm"),
    ]


def test_push_that_fails_leaves_no_name_behind(
    project: Project, docker: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk of whoever releases would fill up with what no clean-up knows."""

    def run(command: Command, **options: Any) -> Result:
        docker.code = int(command.argv[2] == "push")
        return docker(command, **options)

    monkeypatch.setattr(process, "run", run)
    with pytest.raises(ToolFailedError):
        EngineStore(project, ENDPOINT).push("shop/api:1.0.0", "localhost:5000/shop/api:1.0.0")
    assert docker.calls[-1] == ("docker", "image", "rm", "localhost:5000/shop/api:1.0.0")


def test_registry_that_names_no_digest_is_an_error(project: Project, docker: Recorder) -> None:
    """Registry that names no digest is an error."""
    assert docker.calls == []
    with pytest.raises(ToolFailedError, match="did not say"):
        EngineStore(project, ENDPOINT).push("a:1", "r/a:1")


@pytest.mark.parametrize(
    ("codes", "answer"),
    [
        ([0], b"index"),
        ([1, 0, 1], None),
        ([1, 0, 0], b"index"),  # it was away for a moment
    ],
)
def test_registry_that_answers_for_another_manifest_does_not_have_the_one(
    project: Project, docker: Recorder, codes: list[int], answer: bytes | None
) -> None:
    """What is missing is told from what could not be asked, whatever the words are."""
    asked = iter(codes)
    docker.stdout = b"index"
    docker.before = lambda: setattr(docker, "code", next(asked))
    assert EngineStore(project, ENDPOINT).remote("r/a:sha256-1", f"r/a@{DIGEST}") == answer
    assert [call[-1] for call in docker.calls] == ["r/a:sha256-1", f"r/a@{DIGEST}", "r/a:sha256-1"][: len(codes)]


def test_registry_that_does_not_answer_at_all_is_an_error(project: Project, docker: Recorder) -> None:
    """It is not taken for one that has nothing: what is there would be overwritten."""
    docker.code = 1
    with pytest.raises(ToolFailedError):
        EngineStore(project, ENDPOINT).remote("r/a:sha256-1", f"r/a@{DIGEST}")


@pytest.mark.parametrize(
    ("found", "digest"),
    [
        (None, ""),
        (containers.EngineImage("sha256:id", (), (f"shop/api@{DIGEST}",), 1, {}), DIGEST),
        (containers.EngineImage("sha256:id", (), (), 1, {}), "sha256:id"),
    ],
)
def test_store_knows_digests(
    project: Project, monkeypatch: pytest.MonkeyPatch, found: containers.EngineImage | None, digest: str
) -> None:
    """Store knows digests."""
    monkeypatch.setattr(containers, "image", lambda *_: found)
    assert EngineStore(project, ENDPOINT).digests(["shop/api:1"]) == {"shop/api:1": digest}


def test_loading_verifies_before_and_after(project: Project) -> None:
    """Loading verifies before and after."""
    store = FakeStore()
    run.run(*run.begin(project, ReleaseRequest(), FakeWork(store, project.root), store), lambda *_: None)
    kept = dict(store.images)
    store.images.clear()
    assert {each.partition("@")[0] for each in load.load(project, "0.1.1", store)} == set(kept)
    assert store.images == kept

    folder = manifest.folder(project.root, "0.1.1") / "oci"
    blob = folder / "blobs" / kept["shop/api:0.1.1"].replace(":", "/")
    content = blob.read_bytes()
    blob.write_bytes(content + b" ")
    store.images.clear()
    with pytest.raises(FindingsError, match="does not verify"):
        load.load(project, "0.1.1", store)
    assert store.images == {}
    blob.write_bytes(content)
    shutil.rmtree(folder)
    with pytest.raises(ConfigError, match="are not under"):
        load.load(project, "0.1.1", store)


def test_release_in_a_registry_is_pulled_by_its_digests_where_the_layout_is_not(project: Project) -> None:
    """With the layout here, nothing is pulled."""
    store = FakeStore()
    wish = ReleaseRequest(registry="localhost:5000")
    run.run(*run.begin(project, wish, FakeWork(store, project.root), store), lambda *_: None)
    kept, pushed = dict(store.images), dict(store.pushed)
    store.images.clear()
    store.pushed.clear()
    load.load(project, "0.1.1", store)
    assert store.images == kept
    shutil.rmtree(manifest.folder(project.root, "0.1.1") / "oci")
    store.images.clear()
    store.pushed.update(pushed)
    load.load(project, "0.1.1", store)
    assert store.images == kept


def test_tar_for_the_engine_has_no_documents_among_its_images(tmp_path: Path) -> None:
    """Tar for the engine has no documents among its images."""
    made = Layout()
    digest = made.image([layer({"a": b"1"})])
    layout.unpack(made.save(tmp_path / "s.tar", digest), tmp_path / "oci", {digest: "docker.io/shop/api:1"})
    layout.attach(tmp_path / "oci", digest, "application/vnd.cyclonedx+json", b"{}")
    layout.archive(tmp_path / "oci", tmp_path / "load.tar", {digest: "docker.io/shop/api:1"})
    store = FakeStore()
    store.load(tmp_path / "load.tar")
    assert store.images == {"shop/api:1": digest}


def test_build_makes_permanent_tags_with_provenance(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Build makes permanent tags with provenance."""
    config = settings.ImageSettings(settings.Base(), "bake.hcl", (), (Image("api", "API_IMAGE", "api-target", ()),))
    standing = Base("dockgate/base:1", DIGEST, Source.DEBIAN, datetime.now(UTC), "0")
    plain = BuiltImage("api", "API_IMAGE", f"shop/api:x@{DIGEST}", digest=DIGEST, bytes=2, compressed=1)
    monkeypatch.setattr(build, "ensure", lambda *_: (plain,))
    monkeypatch.setattr(settings, "load", lambda _: config)
    monkeypatch.setattr(base, "current", lambda _: standing)
    monkeypatch.setattr(host_resources, "gather", lambda _: host_resources.Host())
    ran: list[Command] = []
    monkeypatch.setattr(bake, "run", lambda command, *_: ran.append(command))
    made = Layout()
    digest = made.image([layer({})])
    file = made.save(tmp_path / "s.tar", digest)

    @contextmanager
    def saved(_: Project, reference: str) -> Iterator[tuple[archive.Archive, Path]]:
        assert reference == "shop/api:1.0.0"
        with archive.Archive(file) as opened:
            yield opened, file

    monkeypatch.setattr(archive, "saved", saved)
    known = attested_build.images(project, stage, lambda _: None, fresh=False)
    assert known == (Built("api", "API_IMAGE", "shop/api:x", DIGEST, DIGEST, 2, 1),)
    (found,) = attested_build.attest(project, stage, known, "1.0.0", lambda _: None)
    assert found == Built("api", "API_IMAGE", "shop/api:1.0.0", digest, digest, 2, 1)
    assert attested_build.attest(project, stage, (), "1.0.1", lambda _: None) == ()
    assert len(ran) == 1  # where every image is an earlier release's, there is nothing to build
    assert "--set=*.attest=type=provenance,mode=min,version=v1" in ran[0].argv
    assert "--set=api-target.tags=shop/api:1.0.0" in ran[0].argv
    assert ran[0].argv[-1] == "api-target"


def _by_hand() -> Any:
    return SimpleNamespace(name="BY_HAND")


class Stage:
    """Stands in for the stack of a rehearsal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, failed: bool = False) -> None:
        self.pins: dict[str, str] = {}
        self.instance = ""
        self.removed = False
        self.order: list[str] = []
        self.failed = failed
        monkeypatch.setattr(secret_init, "wanted", lambda *_: secret_init.Wanted((_by_hand(),), ()))
        monkeypatch.setattr(secret_init, "filled", lambda *_: Store())
        monkeypatch.setattr(layering, "resolve", self.resolve)
        monkeypatch.setattr(prepare, "prepare", self.prepare)
        monkeypatch.setattr(up, "up", self.up)
        monkeypatch.setattr(runtimes, "of", lambda *_: self)
        port = containers.Port(8443, 49152, "127.0.0.1")
        self.running = (containers.Container("1", "gateway", "gateway", 1, "running", ports=(port,)),)

    def resolve(self, *arguments: Any) -> Any:
        self.secrets = arguments[2]

    def prepare(self, _: Project, stage: Target, __: Any, pins: dict[str, str]) -> None:
        self.instance, self.pins = stage.instance, pins

    def up(self, *_: Any) -> Any:
        self.order.append("up")
        outcome = SimpleNamespace(failed=("api",) if self.failed else (), failures=("api: unhealthy",), services=())
        return SimpleNamespace(outcome=outcome, seconds=1.0, containers=self.running)

    def holdings(self) -> None:
        """Hold nothing."""

    def plan_removal(self, _: None, *, volumes: bool) -> bool:
        return volumes

    def remove(self, _: None, volumes: bool) -> None:  # noqa: FBT001 - the plan, as far as this stack has one
        self.removed = volumes
        self.order.append("down")


def rehearse(project: Project, stage: Target, before: rehearsal.Before | None = None) -> Any:
    wanted = rehearsal.Rehearsal([API], "1.0.0", "/version", before)
    return rehearsal.run(project, stage, wanted, SimpleNamespace())


OLDER = rehearsal.Before("0.9.0", {"API_IMAGE": "shop/api:0.9.0@sha256:0"})


def test_the_release_before_runs_on_the_migrated_database(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After this one, on the same stack, and it answers with its own version."""
    fake = Stage(monkeypatch)
    monkeypatch.setattr(smoke, "_ask", lambda _: (200, fake.pins["APP_VERSION"]))
    assert rehearse(project, stage, OLDER)["before"] == {"version": "0.9.0", "compatible": True}
    assert fake.pins == {"API_IMAGE": "shop/api:0.9.0@sha256:0", "APP_VERSION": "0.9.0"}
    assert fake.order == ["down", "up", "up", "down"]


def test_a_release_with_which_the_one_before_cannot_live_is_refused(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 3, with the reason; unless its changelog entry says so, and then the manifest knows."""
    fake = Stage(monkeypatch)
    monkeypatch.setattr(smoke, "_ask", lambda _: (500 if fake.pins["APP_VERSION"] == "0.9.0" else 200, "1.0.0"))
    with pytest.raises(FindingsError, match=r"not backward compatible: 0\.9\.0 does not run"):
        rehearse(project, stage, OLDER)
    assert fake.removed
    said = rehearsal.Before(OLDER.version, OLDER.variables, may_fail=True)
    assert rehearse(project, stage, said)["before"] == {"version": "0.9.0", "compatible": False}


def test_rehearsal_runs_the_digests_with_throwaway_secrets_and_is_removed(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rehearsal runs the digests with throwaway secrets and is removed."""
    fake = Stage(monkeypatch)
    monkeypatch.setattr(smoke, "_ask", lambda _: (200, '{"version": "1.0.0"}'))
    result = rehearse(project, stage)
    assert fake.pins == {"API_IMAGE": f"shop/api:1.0.0@{DIGEST}", "APP_VERSION": "1.0.0"}
    assert fake.instance == "rehearsal-1-0-0"
    assert [each.name for each in fake.secrets.assignments] == ["BY_HAND"]
    assert fake.removed
    assert fake.order == ["down", "up", "down"]  # first what a killed rehearsal left: its secrets were others
    assert result["smoke"] == ["https://127.0.0.1:49152/version"]


@pytest.mark.parametrize("answer", [(200, '{"version": "0.9.0"}'), (500, "1.0.0"), (0, "refused")])
def test_rehearsal_that_does_not_answer_with_its_version_fails_and_is_removed(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, str]
) -> None:
    """Rehearsal that does not answer with its version fails and is removed."""
    fake = Stage(monkeypatch)
    monkeypatch.setattr(smoke, "_ask", lambda _: answer)
    with pytest.raises(ToolFailedError, match="version"):
        rehearse(project, stage)
    assert fake.removed


def test_rehearsal_that_is_not_healthy_fails_and_is_removed(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rehearsal that is not healthy fails and is removed."""
    fake = Stage(monkeypatch, failed=True)
    with pytest.raises(ToolFailedError, match="unhealthy") as caught:
        rehearse(project, stage)
    assert fake.removed
    assert caught.value.fix == "inv up --env=staging may show the same"


@pytest.fixture
def parts(project: Project, stage: Target) -> EngineWork:
    return EngineWork(project, stage, SecretDetectors(), lambda _: None, SimpleNamespace)


def test_lint_runs_hadolint_and_the_projects_own_checks(parts: EngineWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lint runs hadolint and the projects own checks."""
    monkeypatch.setattr(hadolint, "lint", lambda *_: ())
    (parts.project.root / "pyproject.toml").write_text("")
    own = {**parts.project.settings, "release": {"checks": ["true", "sh -c 'echo the test that failed; exit 3'"]}}
    parts.project = type(parts.project)(parts.project.root, "shop", parts.project.environments, own, dict(os.environ))
    with pytest.raises(ToolFailedError, match=r"exited 3\n  \| the test that failed"):
        parts.lint()
    assert (parts.project.state / "release/check.log").read_text().strip() == "the test that failed"
    finding = Finding(Location("Dockerfile", 1), "DL3000", Severity.ERROR, "no")
    monkeypatch.setattr(hadolint, "lint", lambda *_: (finding,))
    with pytest.raises(FindingsError, match="DL3000"):
        parts.lint()


def test_guard_refuses(parts: EngineWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an environment or a file that git tracks must not hold stops the release before anything is made."""
    finding = Finding(Location("docs/x.md", 1), "DG203", Severity.ERROR, "no")
    whole, tracked = Report(), Report()
    monkeypatch.setattr("dockgate.guardrails.project_check.run", lambda *_: whole)
    monkeypatch.setattr("dockgate.guardrails.check_tracked", lambda _: tracked)
    assert parts.guard() == {"findings": 0}
    tracked = Report((finding,))
    with pytest.raises(FindingsError, match="blocked by 1 finding"):
        parts.guard()
    whole, tracked = tracked, Report()
    with pytest.raises(FindingsError, match="blocked by 1 finding"):
        parts.guard()


def test_scan_blocks_with_every_finding(parts: EngineWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scan blocks with every finding."""
    finding = Finding(Location("api"), "DG551", Severity.ERROR, "openssl is behind")
    bad = SimpleNamespace(findings=(finding,), as_json=lambda: {"passed": False})
    good = SimpleNamespace(findings=(), as_json=lambda: {"passed": True})
    seen: list[Any] = []

    def scan(_: Project, images: list[Any], __: SecretDetectors) -> Any:
        seen.extend(images)
        return (good,)

    monkeypatch.setattr(scanning, "scan", scan)
    assert parts.scan([API]) == [{"passed": True}]
    assert seen == [scanning.ImageReference("api", API.pinned)]
    monkeypatch.setattr(scanning, "scan", lambda *_: (good, bad))
    with pytest.raises(FindingsError, match="openssl"):
        parts.scan([API])
    assert findings.blocking([finding])


def test_a_release_is_built_of_what_debian_has_fixed_since(parts: EngineWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is behind is built again, once, of today's packages; what is not, is left as it is."""
    old, new = replace(API, digest="old"), replace(API, digest="new")
    made: list[bool] = []

    def images(*_: Any, fresh: bool) -> tuple[Built, ...]:
        made.append(fresh)
        return (new,) if fresh else (old,)

    behind = [SimpleNamespace(package=SimpleNamespace(name=name)) for name in ("zlib1g", "libzstd1")]
    verdicts = [SimpleNamespace(facts=SimpleNamespace(behind=found)) for found in ([], behind)]
    said: list[str] = []
    parts.say = said.append
    monkeypatch.setattr(attested_build, "images", images)
    monkeypatch.setattr(scanning, "scan", lambda *_: verdicts[:1])
    assert (parts.images(), made, said) == ((old,), [False], [])
    monkeypatch.setattr(scanning, "scan", lambda *_: verdicts)
    assert (parts.images(), made) == ((new,), [False, False, True])
    assert "libzstd1, zlib1g" in said[0]


def test_bills_budgets_and_tools_are_those_of_the_image_and_the_machine(
    parts: EngineWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bills budgets and tools are those of the image and the machine."""
    monkeypatch.setattr(bills, "documents", lambda _, image, __: {image.name: image.reference})
    assert parts.bills(API) == {"api": API.pinned}
    row = SimpleNamespace(image="api", what="layers", limit=4, actual=3, unit="")
    monkeypatch.setattr(build, "preview", lambda *_: (BuiltImage("api", "API_IMAGE", "x", id="1"),))
    monkeypatch.setattr(build, "budget", lambda *_: (row,))
    assert parts.budgets() == {"api layers": {"limit": 4, "actual": 3, "unit": ""}}
    monkeypatch.setattr(build, "preview", lambda *_: (BuiltImage("api", "API_IMAGE", "x"),))
    with pytest.raises(ToolFailedError, match="gone"):
        parts.budgets()
    monkeypatch.setattr(process, "run", Recorder(b"1.2\n"))
    monkeypatch.setattr("dockgate.system.docker_cli.docker", lambda _: "docker")
    assert {name: version for name, version in parts.tools().items() if name != "python"} == dict.fromkeys(
        ("docker", "compose", "buildx", "git"), "1.2"
    )
