"""What the users of containers cannot read, of all that services mount and Dockerfiles copy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from dockgate.guardrails import permissions

DOCKERFILE = "FROM debian\nCOPY app/ one.txt /srv/\nCOPY *.cfg /etc/\nUSER app\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder in which some files are for their owner alone."""
    for name, mode in {
        "app/open.py": 0o644,
        "app/closed.py": 0o640,
        "one.txt": 0o600,
        "a.cfg": 0o644,
        "b.cfg": 0o600,
        "two.txt": 0o644,
    }.items():
        place = tmp_path / name
        place.parent.mkdir(exist_ok=True)
        place.write_text("x", encoding="utf-8")
        place.chmod(mode)
    return tmp_path


def said(found: dict[str, permissions.Closed], root: Path) -> dict[str, str]:
    """Return what is closed by its path below the folder, as a report says it."""
    owner = f", uid {os.geteuid()}, gid {root.stat().st_gid}"
    return {os.path.relpath(path, root): str(closed).removesuffix(owner) for path, closed in found.items()}


def test_what_services_mount(root: Path) -> None:
    """Each source of each service, once; what is open is not among them."""

    def mounts(*names: str) -> dict[str, Any]:
        return {"volumes": [{"type": "bind", "source": f"{root}/{name}", "target": f"/{name}"} for name in names]}

    model = {"services": {"db": mounts("one.txt", "two.txt"), "api": mounts("one.txt", "app")}}
    found = permissions.mounted(model, root, {"app/open.py", "app/closed.py"})
    assert said(found, root) == {"one.txt": "mode 0600", "app": "mode 0640"}
    assert permissions.mounted({}, root, None) == {}
    whole = {"services": {"api": {"volumes": [{"type": "bind", "source": str(root), "target": "/x"}]}}}
    root.chmod(0o755)
    assert said(permissions.mounted(whole, root, {"app/closed.py"}), root) == {".": "mode 0640"}
    assert permissions.mounted(whole, root, None) == {}


def test_what_dockerfiles_copy(root: Path) -> None:
    """From the context with which a service builds it, or else from its own folder; patterns are what they match."""
    (root / "api").mkdir()
    build = {"build": {"context": str(root), "dockerfile": f"{root}/api/Dockerfile"}}
    model = {"services": {"db": {"image": "x"}, "api": build}}
    known = {"app/open.py", "app/closed.py"}
    every = {"app": "mode 0640", "one.txt": "mode 0600", "b.cfg": "mode 0600"}
    assert said(permissions.copied([("api/Dockerfile", DOCKERFILE)], model, root, known), root) == every
    assert (
        said(permissions.copied([("Dockerfile", "FROM a\n"), ("Dockerfile", DOCKERFILE)], {}, root, known), root)
        == every
    )
    assert permissions.copied([("api/Dockerfile", DOCKERFILE)], {}, root, known) == {}


@pytest.mark.parametrize(
    ("build", "path", "built"),
    [
        ({"context": "/srv"}, "Dockerfile", True),
        ({"context": "/srv", "dockerfile": "d/../api"}, "api", True),
        ({"context": "/srv", "dockerfile": "/srv/api"}, "api", True),
        ({"context": "/srv"}, "api", False),
        ({"context": "https://h/x.git"}, "Dockerfile", False),
        ({}, "Dockerfile", False),
        (None, "Dockerfile", False),
    ],
)
def test_which_dockerfile_a_service_is_built_with(build: object, path: str, *, built: bool) -> None:
    """The one that it names, else the one that is called so."""
    root = Path("/srv")
    assert permissions.builds(path, {"build": build}, root) is built
    model = {"services": {"a": {"build": build}, "b": {"image": "x"}}}
    assert permissions.contexts(path, model, root) == ("/srv",)
    assert permissions.contexts("api/Dockerfile", {}, root) == ("/srv/api",)


@pytest.mark.parametrize(
    ("mode", "uid", "groups", "opens"),
    [
        (0o100400, 5, (), True),
        (0o100040, 5, (6,), False),  # its owner is not asked for the group
        (0o100040, 7, (6,), True),
        (0o100040, 7, (), False),
        (0o100004, 7, (), True),
        (0o040004, 7, (), False),  # a folder has to be entered, too
        (0o040005, 7, (), True),
        (0o100005, 7, (), True),
    ],
)
def test_who_can_read(mode: int, uid: int, groups: tuple[int, ...], *, opens: bool) -> None:
    closed = permissions.Closed(path="x", mode=mode, uid=5, gid=6)
    assert closed.opens(uid, groups) is opens
