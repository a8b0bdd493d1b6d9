"""Measures everything that has a gate, prints it, and writes bench.json; exit 1 when a gate does not hold.

nox -s bench                all of it
nox -s bench -- stack       one part
nox -s bench -- rolling     requests that fail while a stack is changed: minutes, so that it is no part of all
nox -s bench -- newcomer    from a machine without an engine to a healthy stack: needs root, no part of all
nox -s bench -- faults      crashes, kills and a full disk under load: minutes, needs root, no part of all
nox -s bench -- swarm       a release on three engines beside `docker stack deploy`: needs root, no part of all
nox -s bench -- injections  what goes wrong while a stack comes up: an hour
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

PARTS = ("stack", "images", "release", "guardrails", "peers", "growth", "fleet")
RESULT = Path("bench.json")


def main(parts: tuple[str, ...]) -> int:
    """Measure the parts, in order."""
    figures = []
    for part in parts:
        for figure in import_module(f"bench.{part}").measure():
            print(figure, flush=True)
            figures.append(figure)
    known = {figure.name: {**asdict(figure), "good": figure.good} for figure in figures}
    RESULT.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    return 0 if all(figure.good for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:]) or PARTS))
