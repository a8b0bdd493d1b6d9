"""The engine's store, a registry, and loading a release from either."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError, FindingsError, ToolFailedError
from dockgate.engine import containers
from dockgate.release.artifact import layout, load, manifest
from dockgate.release.engine_store import EngineStore
from dockgate.release.pipeline import run
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.system import audit, process
from tests.unit.ocilayout import Layout, layer
from tests.unit.release.pipeline.stages import DIGEST, ENDPOINT, Recorder
from tests.unit.release.releasing import FakeStore, FakeWork

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Command
    from dockgate.core.project import Project
    from dockgate.system.process import Result


def test_store_saves_loads_and_pushes(project: Project, docker: Recorder, tmp_path: Path) -> None:
    """What it pushes or pulls keeps no name of the registry here: images are found under their own."""
    store = EngineStore(project, ENDPOINT)
    store.save(["a:1", "b:1"], tmp_path / "x.tar")
    store.load(tmp_path / "x.tar")
    docker.stdout = f"1.0.0: digest: {DIGEST} size: 1".encode()
    assert store.push("shop/api:1.0.0", "localhost:5000/shop/api:1.0.0") == DIGEST
    store.pull(f"localhost:5000/shop/api@{DIGEST}", "shop/api:1.0.0")
    assert [" ".join(call) for call in docker.calls[1:]] == [
        f"docker image load --quiet --input {tmp_path}/x.tar",
        "docker image tag shop/api:1.0.0 localhost:5000/shop/api:1.0.0",
        "docker image push localhost:5000/shop/api:1.0.0",
        "docker image rm localhost:5000/shop/api:1.0.0",
        f"docker image pull --quiet localhost:5000/shop/api@{DIGEST}",
        f"docker image tag localhost:5000/shop/api@{DIGEST} shop/api:1.0.0",
        f"docker image rm localhost:5000/shop/api@{DIGEST}",
    ]
    assert docker.calls[0][1:3] == ("image", "save")
    assert {"a:1", "b:1", str(tmp_path / "x.tar")} <= {*docker.calls[0]}


def test_push_that_fails_leaves_no_name_behind(
    project: Project, docker: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk of the releasing machine would fill up with what no clean-up knows."""

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
    with pytest.raises(ToolFailedError) as caught:
        EngineStore(project, ENDPOINT).push("a:1", "r/a:1")
    assert caught.value.what == "the registry did not say which digest r/a:1 has"


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
    asked: list[tuple[object, ...]] = []

    def image(*given: object) -> containers.EngineImage | None:
        asked.append(given)
        return found

    monkeypatch.setattr(containers, "image", image)
    assert EngineStore(project, ENDPOINT).digests(["shop/api:1"]) == {"shop/api:1": digest}
    assert asked == [(ENDPOINT, "shop/api:1")]


def test_loading_verifies_before_and_after(project: Project) -> None:
    """Loading verifies before and after."""
    store = FakeStore()
    run.run(*run.begin(project, ReleaseRequest(), FakeWork(store, project.root), store), lambda *_: None)
    kept = dict(store.images)
    store.images.clear()
    made = manifest.load(project.root, "0.1.1")[0]
    assert load.load(project, made.digest, store) == tuple(each.reference for each in made.images)
    assert store.images == kept
    *_, line = audit.lines(project)
    assert (line["action"], line["result"], line["version"]) == ("load", "done", "0.1.1")

    folder = manifest.folder(project.root, "0.1.1") / "oci"
    blob = folder / "blobs" / kept["shop/api:0.1.1"].replace(":", "/")
    content = blob.read_bytes()
    blob.write_bytes(content + b" ")
    store.images.clear()
    with pytest.raises(FindingsError) as caught:
        load.load(project, "0.1.1", store)
    assert str(caught.value) == (
        f"release 0.1.1 does not verify: layout: {kept['shop/api:0.1.1']} was changed: its content has another digest\n"
        "  → do not use it; inv releases.verify 0.1.1 shows all checks, releases/0.1.1 is what was signed"
    )
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
