"""Which images `scan` and `sbom` are about: what was promoted, what is built, or one that is named."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError, DockgateError, ToolFailedError
from dockgate.images import build, settings
from dockgate.images.build import BuiltImage
from dockgate.release.promotion import promoted
from dockgate.scan.scanner import ImageReference
from dockgate.tasks import scan
from dockgate.tasks.framework import Session
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

API, WEB = (
    BuiltImage(name, f"{name}_IMAGE", f"shop/{name}:1@sha256:x", "sha256:x", "sha256:x") for name in ("api", "web")
)
ANY = "--image=NAME:TAG looks into any image that the engine has"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Return a session of a project that has an image `api`."""
    made = projects.make(tmp_path)
    found = Session(json=False, root=tmp_path)
    vars(found)["project"] = made
    monkeypatch.setattr(found, "target", lambda env: projects.stack(made, env))
    known = SimpleNamespace(images=(SimpleNamespace(name="api"),))
    monkeypatch.setattr(settings, "load", lambda project: known if project is made else None)
    return found


def built(monkeypatch: pytest.MonkeyPatch, session: Session, *images: BuiltImage, of: str, only: str) -> None:
    """Let the environment have these images."""

    def preview(*given: object) -> tuple[BuiltImage, ...]:
        target = projects.stack(session.project, of)
        assert given == (session.project, target.endpoint, target.environment, build.Wanted(only=only))
        return images

    monkeypatch.setattr(build, "preview", preview)


@pytest.mark.parametrize(("env", "of"), [("", "prod"), ("dev", "dev")])
@pytest.mark.parametrize("only", ["", "api"])
def test_what_is_built_of_an_environment(
    session: Session, monkeypatch: pytest.MonkeyPatch, env: str, of: str, only: str
) -> None:
    """Of the protected one where none is named; one image of it, where that is named."""
    built(monkeypatch, session, API, WEB, of=of, only=only)
    assert scan.named(session, env, only) == (
        ImageReference("api", "shop/api:1@sha256:x"),
        ImageReference("web", "shop/web:1@sha256:x"),
    )


@pytest.mark.parametrize(("image", "names"), [("", ["api", "db"]), ("api", ["api"])])
def test_what_was_promoted(session: Session, monkeypatch: pytest.MonkeyPatch, image: str, names: list[str]) -> None:
    """By its digests, whatever is built here."""
    images = [SimpleNamespace(name=name, reference=f"shop/{name}:1@sha256:y") for name in ("api", "db")]
    monkeypatch.setattr(type(session.situation), "pointer", lambda _, name: f"pointer of {name}")

    def load(*given: object) -> Any:
        assert given == (session.project, "prod", "pointer of prod")
        return SimpleNamespace(manifest=SimpleNamespace(images=images))

    monkeypatch.setattr(promoted, "load", load)
    assert scan.named(session, "", image) == tuple(ImageReference(name, f"shop/{name}:1@sha256:y") for name in names)


@pytest.mark.parametrize("image", ["alpine:3", "alpine@sha256:1"])
def test_any_image_that_the_engine_has(session: Session, image: str) -> None:
    """By the name that it has there."""
    assert scan.named(session, "dev", image) == (ImageReference(image, image),)


@pytest.mark.parametrize(
    ("image", "found", "kind", "text"),
    [
        ("alpine", (), ConfigError, "unknown image 'alpine'\n  → name:tag, or one of [tool.dockgate.images]"),
        (
            "",
            (),
            ConfigError,
            f"dev uses no image of [tool.dockgate.images], so there is nothing to look into\n  → {ANY}",
        ),
        (
            "",
            (API, BuiltImage("web", "WEB_IMAGE", "shop/web:1"), BuiltImage("db", "DB_IMAGE", "shop/db:1")),
            ToolFailedError,
            "not built: web, db\n  → inv build --env=dev",
        ),
    ],
)
def test_what_cannot_be_looked_into(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    image: str,
    found: tuple[BuiltImage, ...],
    kind: type[DockgateError],
    text: str,
) -> None:
    """With what can be."""
    built(monkeypatch, session, *found, of="dev", only=image)
    with pytest.raises(kind) as caught:
        scan.named(session, "dev", image)
    assert str(caught.value) == text


def test_no_environment_is_protected(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then one has to be named."""
    asked: list[str] = []

    def target(env: str) -> None:
        asked.append(env)
        raise ConfigError("--env is required")

    monkeypatch.setattr(session, "target", target)
    project = SimpleNamespace(environments={"dev": SimpleNamespace(name="dev", protected=False)})
    vars(session)["project"] = project
    with pytest.raises(ConfigError, match="--env is required"):
        scan.named(session, "", "")
    assert asked == [""]
