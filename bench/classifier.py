"""Credential or placeholder: ours beside gitleaks and detect-secrets, on the same lines (`python -m bench.classifier`).

gitleaks (Debian) and detect-secrets (the package index) are found on PATH, or where GITLEAKS and DETECT_SECRETS say;
one that is missing is left out of the table, and the figures say so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.corpus import Line, held_out, lines, programs
from dockgate.detection import assignments, text_lines

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = (7, 8, 9)


def figures(corpus: list[Line] | None = None) -> dict[str, Any]:
    """Return for each tool: credentials found, placeholders and ordinary values flagged, per family too."""
    corpus = corpus or [line for seed in SEEDS for line in lines(seed)]
    result: dict[str, Any] = {
        "lines": len(corpus),
        "credentials": sum(line.credential for line in corpus),
        "tools": {},
    }
    with tempfile.TemporaryDirectory(prefix="dockgate-classifier-") as folder:
        for number, line in enumerate(corpus):
            # A file of its own, so that no tool joins it with its neighbours.
            (Path(folder) / f"{number:05d}{line.suffix}").write_text(line.text + "\n", encoding="utf-8")
        for name, tool in TOOLS.items():
            flagged = tool(Path(folder), corpus)
            if flagged is not None:
                result["tools"][name] = _score(corpus, flagged)
    return result


def _score(corpus: list[Line], flagged: set[int]) -> dict[str, Any]:
    families = Counter(line.family for line in corpus)
    hits = Counter(corpus[number].family for number in flagged)
    return {
        "found": sum(corpus[number].credential for number in flagged),
        "false": sum(not corpus[number].credential for number in flagged),
        "families": {family: [hits[family], total] for family, total in families.items()},
    }


def _ours(_folder: Path, corpus: list[Line]) -> set[int]:
    found = (any(text_lines.in_line(line.text, assignments.form(f"line{line.suffix}"))) for line in corpus)
    return {number for number, any_found in enumerate(found) if any_found}


def _gitleaks(folder: Path, _corpus: list[Line]) -> set[int] | None:
    program = os.environ.get("GITLEAKS") or shutil.which("gitleaks")
    if not program:
        return None
    report = folder.parent / f"{folder.name}.gitleaks.json"
    command = [program, "dir", str(folder), "--report-format", "json", "--report-path", str(report), "--exit-code", "0"]
    subprocess.run([*command, "--no-banner"], check=True, capture_output=True, timeout=300)
    try:
        return {int(Path(each["File"]).stem) for each in json.loads(report.read_text())}
    finally:
        report.unlink()


def _detect_secrets(folder: Path, _corpus: list[Line]) -> set[int] | None:
    program = os.environ.get("DETECT_SECRETS") or shutil.which("detect-secrets")
    if not program:
        return None
    command = [program, "-C", str(folder), "scan", "--all-files", "--no-verify", "."]
    done = subprocess.run(command, check=True, capture_output=True, timeout=600, cwd=folder)
    return {int(Path(name).stem) for name in json.loads(done.stdout)["results"]}


TOOLS: dict[str, Callable[[Path, list[Line]], set[int] | None]] = {
    "dockgate": _ours,
    "gitleaks": _gitleaks,
    "detect-secrets": _detect_secrets,
}


def table(result: dict[str, Any]) -> str:
    """Return the figures as a Markdown table."""
    tools = result["tools"]
    rows = [f"| | {' | '.join(tools)} |", "|---|" + "---:|" * len(tools)]
    rows.append(
        f"| credentials found, of {result['credentials']} | {' | '.join(str(t['found']) for t in tools.values())} |"
    )
    wrong = result["lines"] - result["credentials"]
    flagged = " | ".join(str(each["false"]) for each in tools.values())
    rows.append(f"| placeholders and ordinary values flagged, of {wrong} | {flagged} |")
    for family in next(iter(tools.values()))["families"]:
        cells = " | ".join(f"{each['families'][family][0]}/{each['families'][family][1]}" for each in tools.values())
        rows.append(f"| {family} | {cells} |")
    return "\n".join(rows)


if __name__ == "__main__":
    of_programs = [line for seed in SEEDS for line in programs(seed)]
    for measured in (figures(), figures(list(held_out())), figures(of_programs)):
        print(json.dumps(measured) if "--json" in sys.argv else table(measured))
