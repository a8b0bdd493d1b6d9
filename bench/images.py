"""Images: every budget with its figure, what a build takes, and how soon the application answers."""

from __future__ import annotations

import json
import statistics
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from bench.figures import Figure, seconds
from dockgate import endpoint, project
from dockgate.images import bake, base, host, settings
from tests.integration import engine_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.checkout import Checkout

# Small, without dependencies, and its hashes are in a lock of this repository.
DEPENDENCY = "invoke"
LOCK = Path(__file__).parents[1] / "requirements/dockgate.lock"
STARTS = 5
SECONDS = 20.0


def budgets(copy: Checkout) -> Iterator[Figure]:
    """Return what every image weighs, and every budget with what is used of it."""
    document = copy.json("build", "--env=prod")
    for row in document["budgets"]:
        yield Figure(f"budget {row['image']}, {row['what']}", row["actual"], row["unit"], row["limit"])
    for image in document["images"]:
        yield Figure(f"image {image['name']}, unpacked", image["bytes"] / 1e6, "MB", 200.0)


def builds(copy: Checkout) -> Iterator[Figure]:
    """Return the seconds of building `api` on a base that is there; the images made for this are removed."""
    made: list[str] = []
    try:
        yield Figure("build of api, cold, base present", _cold(copy, made), "s", 60.0)
        _append(copy, "docker/api/app/dockyard/__init__.py", "# bench\n")
        yield Figure("build of api after a code change", _again(copy, made), "s", 3.0)
        _append(copy, "docker/api/requirements.lock", _locked(DEPENDENCY))
        yield Figure("build of api after a new dependency", _again(copy, made), "s", 10.0)
    finally:
        engine_facts.docker("image", "rm", "--force", *made, check=False)


def _cold(copy: Checkout, made: list[str]) -> float:
    loaded = project.load(copy.root, copy.env)
    engine = endpoint.find(copy.env)
    standing = base.current(engine)
    assert standing is not None
    tags = {"api": f"{loaded.name}/api:bench-cold"}
    made.extend(tags.values())
    gathered = (standing, host.gather(loaded))
    command = bake.command(loaded, engine, settings.load(loaded).bake, tags, gathered, ("--no-cache",))
    return seconds(command.argv, command.env, copy.root)


def _again(copy: Checkout, made: list[str]) -> float:
    started = time.perf_counter()
    (image,) = copy.json("build", "--env=prod", "--image=api")["images"]
    taken = time.perf_counter() - started
    assert not image["cached"]
    made.append(image["ref"].partition("@")[0])
    return taken


def _append(copy: Checkout, name: str, text: str) -> None:
    file = copy.root / name
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def _locked(name: str) -> str:
    lines = LOCK.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{name}=="))
    end = next(number for number, line in enumerate(lines[at + 1 :], at + 1) if not line.startswith(" "))
    return "".join(lines[at:end])


def first_answer(stack: str) -> Figure:
    """Return the median time from the start of the process to its first answer, over restarts of a running stack."""
    name = engine_facts.containers(stack)["api"][0]["Name"].lstrip("/")
    taken = [_restarted(name) for _ in range(STARTS)]
    detail = f"median of {STARTS}, {min(taken):.2f}-{max(taken):.2f}"
    return Figure("API process to first answered request", statistics.median(taken), "s", 0.6, detail=detail)


def _restarted(name: str) -> float:
    engine_facts.docker("stop", name)
    engine_facts.docker("start", name)
    (entry,) = json.loads(engine_facts.docker("inspect", name))
    address = _address(entry)
    opener = build_opener(ProxyHandler({}))
    end = time.time() + SECONDS
    while time.time() < end:
        with suppress(URLError, OSError), opener.open(f"http://{address}:8000/readyz", timeout=1) as answer:
            assert answer.status == 200
            return time.time() - _started(entry)
        time.sleep(0.005)
    message = f"{name} does not answer"
    raise RuntimeError(message)


def _address(entry: dict[str, Any]) -> str:
    networks = entry["NetworkSettings"]["Networks"].values()
    return str(next(each["IPAddress"] for each in networks if each["IPAddress"]))


def _started(entry: dict[str, Any]) -> float:
    text = entry["State"]["StartedAt"]  # nanoseconds, of which Python reads six digits
    return datetime.fromisoformat(f"{text[:26].rstrip('Z')}+00:00").timestamp()
