"""Brings an adopted environment up to the end, looks at it, and takes it down; returns what is not as it should be."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.adoption import stand_ins
from dockgate.images import dockerfile_stages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Run = Callable[..., subprocess.CompletedProcess[str]]

FRONTEND = re.compile(r"^# *syntax *=.*$", re.MULTILINE)


def tried(dockgate: Run, environment: str, stack: str) -> str:
    """Return the first thing that went wrong with its last words, empty where nothing did."""
    model = json.loads(dockgate("config", f"--env={environment}", "--json").stdout)
    services = model.get("services") or {}
    if not services:
        return "every service is behind a profile"
    images = {entry["image"] for entry in services.values() if "image" in entry and "build" not in entry}
    made = stand_ins.make(sorted(images | {*_bases(services)}))
    try:
        return next(_steps(dockgate, environment, stack, next(iter(services))), "")
    finally:
        dockgate("down", f"--env={environment}", "--volumes", "--yes")
        stand_ins.remove(made)


def _steps(dockgate: Run, environment: str, stack: str, service: str) -> Iterator[str]:
    """Yield what goes wrong, step by step."""
    flag = f"--env={environment}"
    for words in (("up", "--timeout=60"), ("status",), ("exec", f"--service={service}", "--", "sh", "-c", ":")):
        done = dockgate(words[0], flag, *words[1:])
        if done.returncode != 0:
            yield f"{words[0]} {done.returncode}: {_end(done)}"
    planned = json.loads(dockgate("plan", flag, "--json").stdout)
    if planned["steps"]:
        yield f"plan: {planned['steps']}"
    done = dockgate("down", flag, "--volumes", "--yes")
    if done.returncode != 0 or (left := _left(stack)):
        yield f"down {done.returncode}: {_end(done)} {left}"


def _bases(services: Mapping[str, Any]) -> Iterator[str]:
    """Yield the images on which those of the services are built; a frontend that is pulled becomes BuildKit's own."""
    for build in (entry["build"] for entry in services.values() if "build" in entry):
        file = Path(build["context"], build.get("dockerfile") or "Dockerfile")
        text = build.get("dockerfile_inline") or (file.read_text(encoding="utf-8") if file.is_file() else "")
        if file.is_file():
            file.write_text(FRONTEND.sub("", text), encoding="utf-8")
        bases = (each.base for each in dockerfile_stages.stages(text) if not each.parents)
        yield from (base for base in bases if base != "scratch" and "$" not in base)  # an argument: no image's name


def _left(stack: str) -> str:
    label = f"label=com.docker.compose.project={stack}"
    asked = (("ps", "--all"), ("volume", "ls"), ("network", "ls"))
    words = ([stand_ins.DOCKER, *each, "--quiet", "--filter", label] for each in asked)
    found = [subprocess.run(each, capture_output=True, text=True, check=True).stdout.strip() for each in words]
    return " ".join(filter(None, found))


def _end(done: subprocess.CompletedProcess[str]) -> str:
    return " ".join(done.stderr.strip().splitlines()[-4:])
