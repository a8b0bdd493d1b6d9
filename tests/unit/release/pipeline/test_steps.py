"""All that a release leaves, whole: what each step gives, the signed manifest, the commits, the tag, the audit log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError, FindingsError
from dockgate.core.plan import Effect, Plan, Step
from dockgate.release.artifact import manifest, slsa
from dockgate.release.pipeline import run, steps
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.release.signing import keys, ssh
from dockgate.system import audit
from tests.unit.release import releasing
from tests.unit.release.pipeline.shop import STARTED, STEPS
from tests.unit.release.releasing import LISTS, git

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.release.pipeline.journal import Done, ReleaseStep
    from dockgate.release.protocols import Built
    from tests.unit.release.pipeline.shop import Shop

BILL, PROVENANCE = "application/vnd.cyclonedx+json", "application/vnd.in-toto+json"
BASE = {
    "reference": "base:1",
    "digest": f"sha256:{'b' * 64}",
    "source": "debian",
    "lists": "2026-11-21T00:00:00+00:00",
}
BUDGETS = {"api Debian packages": {"limit": 25, "actual": 18, "unit": ""}}
LOCKS = {"app.lock": manifest.digest(b"asyncpg==0.30.0\n")}
TOOLS = {"docker": "28.5.2"}
WHAT = {
    "guard": "every guardrail of every environment and of every file",
    "lint": "linters and unit tests",
    "commit": "CHANGELOG.md and version 0.1.1",
    "build": "every image that no release built yet",
    "scan": "a verdict on each digest",
    "sbom": "bills of materials and provenance",
    "rehearse": "these digests as production, smoke-tested",
    "sign": "the manifest",
    "publish": "releases/0.1.1/oci",
    "manifest": "releases/0.1.1/manifest.json",
    "tag": "v0.1.1",
}


def documents(image: Built, number: str, commit: str, created: str) -> dict[str, str]:
    """Return the digests of what is attached to an image that this release built."""
    build = slsa.Build(commit, number, created, LOCKS, TOOLS)
    return {
        BILL: manifest.digest(f'{{"about": "{image.digest}"}}'.encode()),
        PROVENANCE: manifest.digest(slsa.provenance(image.name, image.digest, build)),
    }


def released(image: Built, attached: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": image.name,
        "variable": f"{image.name.upper()}_IMAGE",
        "reference": f"shop/{image.name}:0.1.1@{image.digest}",
        "digest": image.digest,
        "platform_digest": image.platform_digest,
        "bytes": 1000,
        "compressed": 1000,
        "attestations": attached,
    }


@pytest.mark.parametrize(
    ("registry", "published"),
    [
        ("", {"kind": "oci-layout", "path": "releases/0.1.1/oci"}),
        ("localhost:5000", {"kind": "registry", "registry": "localhost:5000"}),
    ],
)
def test_what_a_release_leaves_is_all_that_its_steps_gave(shop: Shop, registry: str, published: dict[str, str]) -> None:
    """In the manifest byte for byte, in the commits and the tag, and in the audit log."""
    made, left = run.begin(shop.project, ReleaseRequest(registry=registry), shop.work, shop.store)
    told: list[tuple[str, str, str]] = []

    def tell(stage: ReleaseStep, done: Done | None) -> None:
        told.append((stage.name, stage.what, done.outcome if done else ""))

    result = run.run(made, left, tell)
    what = WHAT | ({"publish": registry} if registry else {})
    assert told == [(name, what[name], how) for name in STEPS for how in ("", "done")]
    commit, head = (git(shop.root, "rev-parse", name) for name in ("v0.1.1^{commit}", "HEAD"))
    attached = {each.name: documents(each, "0.1.1", commit, made.started) for each in result.images}
    verdicts = [{"digest": each.digest, "passed": True, "lists": LISTS} for each in result.images]
    data = (shop.root / "releases/0.1.1/manifest.json").read_bytes()
    assert json.loads(data) == {
        "schema": 1,
        "slsa": manifest.SLSA,
        "project": "shop",
        "version": "0.1.1",
        "commit": commit,
        "created": made.started,
        "images": [released(each, attached[each.name]) for each in result.images],
        "migrations": [{"name": "0001_accounts", "destructive": False}],
        "base": BASE,
        "locks": LOCKS,
        "tools": TOOLS,
        "budgets": BUDGETS,
        "scan": {"verdicts": verdicts},
        "rehearsal": {"healthy": 2, "version": "0.1.1"},
        "published": published,
        "key": ssh.fingerprint(keys.public(shop.project)),
    }
    assert data == (json.dumps(json.loads(data), indent=1, sort_keys=True) + "\n").encode()
    built = [{**released(each, {}), "reference": each.reference, "built_in": None} for each in result.images]
    for each in built:
        del each["attestations"]
    assert left.outputs == {
        "guard": {"findings": 0},
        "lint": {},
        "commit": {"commit": commit},
        "build": {"images": built, "base": BASE, "budgets": BUDGETS},
        "scan": {"verdicts": verdicts},
        "sbom": {"documents": attached},
        "rehearse": {"healthy": 2, "version": "0.1.1"},
        "sign": {"digest": manifest.digest(data)},
        "publish": {"images": 2},
        "manifest": {"commit": head},
        "tag": {"tag": "v0.1.1"},
    }
    manifest_step = steps.stages(made)[-2]
    assert manifest_step.run(left.outputs) == {"commit": head}  # given again after a kill, it commits nothing
    line = {"action": "release", "result": "done", "version": "0.1.1", "commit": commit}
    assert [{**each, "time": "", "user": "", "host": ""} for each in audit.lines(shop.project)] == [
        {**line, "manifest": manifest.digest(data), "time": "", "user": "", "host": ""}
    ]
    assert git(shop.root, "log", "--format=%s %aI %cI", "--name-only").splitlines()[:8] == [
        f"Manifest of release 0.1.1 {made.started} {made.started}",
        "",
        "releases/0.1.1/manifest.json",
        "releases/0.1.1/manifest.json.sig",
        f"Release 0.1.1 {made.started} {made.started}",
        "",
        "CHANGELOG.md",
        "pyproject.toml",
    ]
    said = git(shop.root, "for-each-ref", "--format=%(objecttype) %(subject) %(taggerdate:iso-strict)", "refs/tags")
    assert said == f"tag Release 0.1.1 {made.started}"
    assert result.as_json() == {
        "version": "0.1.1",
        "commit": commit,
        "images": [{"name": each.name, "digest": each.digest} for each in result.images],
        "steps": [{"name": each.name, "seconds": round(each.seconds, 3), "outcome": "done"} for each in result.steps],
    }
    assert {path.stat().st_mode & 0o777 for path in (shop.root / "releases/0.1.1").glob("manifest*")} == {0o644}


def test_what_an_earlier_release_built_is_attested_as_that_one_signed_it(shop: Shop) -> None:
    """Its commit, its version and its date, whoever takes the image over."""
    shop.release()
    first = manifest.load(shop.root, "0.1.1")[0]
    releasing.change(shop.root, "More accounts")
    (shop.root / "app.lock").write_text("asyncpg==0.31.0\n")
    releasing.commit(shop.root, "Newer driver")
    result = shop.release()
    _, taken = result.images
    assert (taken.built_in and taken.built_in.version, taken.reference) == ("0.1.1", "shop/postgres:0.1.1")
    found = manifest.load(shop.root, "0.1.2")[0].images[1]
    assert found.attestations == documents(taken, "0.1.1", first.commit, STARTED) == first.images[1].attestations
    report = {each.name: each.detail for each in result.checks}
    assert report["provenance"] == f"1 image built from {result.commit[:12]}, postgres in 0.1.1"


def test_a_plan_names_each_step_what_is_done_of_it_and_what_it_changes(shop: Shop) -> None:
    """Three only look."""
    made, left = run.begin(shop.project, ReleaseRequest(), shop.work, shop.store)
    left.outputs = {"guard": {}, "lint": {}}
    assert run.plan(made, left) == Plan(
        tuple(
            Step(
                name,
                WHAT[name],
                "done before the interruption" if name in {"guard", "lint"} else "not done yet",
                Effect.READ if name in {"guard", "lint", "scan"} else Effect.WRITE,
            )
            for name in STEPS
        )
    )


def test_a_project_without_images_has_nothing_to_release(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a budget or the base is asked for."""
    monkeypatch.setattr(shop.work, "images", list)
    with pytest.raises(ConfigError) as caught:
        shop.release()
    assert str(caught.value) == "pyproject.toml: there are no images to release\n  → [tool.dockgate.images]"


def test_each_image_has_to_have_a_verdict_that_passed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of its own digest; all that have none are named."""
    monkeypatch.setattr(shop.work, "scan", lambda images: [{"digest": images[0].digest, "passed": False}])
    with pytest.raises(FindingsError) as caught:
        shop.release()
    assert str(caught.value) == "no passing verdict on api, postgres\n  → inv scan shows the findings"


def test_a_tag_that_is_on_another_commit_is_not_moved(shop: Shop) -> None:
    """It may be another release's by now."""
    made, left = run.begin(shop.project, ReleaseRequest(), shop.work, shop.store)
    *_, tag = steps.stages(made)
    head = git(shop.root, "rev-parse", "HEAD")
    assert tag.run({"commit": {"commit": head}}) == {"tag": "v0.1.1"}
    assert tag.run({"commit": {"commit": head}}) == {"tag": "v0.1.1"}
    with pytest.raises(ConfigError) as caught:
        tag.run({"commit": {"commit": "c" * 40}})
    assert str(caught.value) == (f"the tag v0.1.1 is on {head[:12]}, not on cccccccccccc\n  → git tag -d v0.1.1")
    assert left.outputs == {}
