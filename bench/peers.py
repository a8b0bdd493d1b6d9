"""`guard --all-files` on a repository of 2,000 files, beside gitleaks and betterleaks where they are installed.

Ordinary files are the standard library's, bundles are made of them: a line of 90 KB each. The literal vectors of the
peers' rules are looked at where GITLEAKS_SOURCE and BETTERLEAKS_SOURCE name a checkout of theirs.
"""

from __future__ import annotations

import os
import random
import re
import resource
import shutil
import statistics
import string
import subprocess
import sys
import sysconfig
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

from bench.figures import Figure
from dockgate.detection import text_lines
from dockgate.guardrails import Scope, runner
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.matcher import FingerprintMatcher
from dockgate.guardrails.rules import dg114_tracked_secret_file
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints.digests import Cost, DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import Fingerprint, Fingerprints, Sheet
from dockgate.secrets.fingerprints.innocent_cache import InnocentCache
from dockgate.system.git import GitFiles
from tests.guardrails import scenes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PEERS = ("gitleaks", "betterleaks")
FILES, BUNDLES, BUNDLE = 2_000, 10, 90_000
ROUNDS = 3
TREE = Path(__file__).parents[1]
MEGABYTE = 1_000_000
SALT = b"p" * 32
CHEAP = Cost(2, 1, 1)
CHOSEN = "nothing of this is anywhere"
SETTINGS = '[environments.dev]\nfiles = ["compose.yaml"]\n'
GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@localhost")


def measure() -> Iterator[Figure]:
    """Measure time, growth, false alarms, slow comparisons, and recall on the peers' own vectors."""
    with tempfile.TemporaryDirectory(prefix="dockgate-peers-") as folder:
        root = Path(folder)
        _repository(root)
        yield from _time(root)
    yield from _long_lines()
    yield _alarms()
    yield _compared()
    yield from _vectors()


def _sources() -> list[Path]:
    library = Path(sysconfig.get_path("stdlib"))
    found = (path for path in sorted(library.rglob("*.py")) if "site-packages" not in path.parts)
    return [path for path in found if path.stat().st_size < BUNDLE and "lib2to3" not in path.parts]


def _repository(root: Path) -> None:
    sources = _sources()
    for number in range(FILES - BUNDLES - 2):
        place = root / f"part{number // len(sources)}" / f"{number:04d}.py"
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(sources[number % len(sources)], place)
    text = re.sub(r"\s+", " ", "".join(path.read_text("utf-8", "replace") for path in sources[:200]))
    for number in range(BUNDLES):
        (root / f"{number}.min.js").write_text(text[number * BUNDLE : (number + 1) * BUNDLE])
    (root / "dockgate.toml").write_text(SETTINGS)
    (root / "compose.yaml").write_text("services: {}\n")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "x")):
        subprocess.run((*GIT, *words), cwd=root, check=True, capture_output=True)


def _time(root: Path) -> Iterator[Figure]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    ours = _seconds((sys.executable, "-m", "dockgate", "guard", "--all-files"), root)
    processor = (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before) / ROUNDS
    yield Figure(
        f"guard --all-files, {FILES:,} files, {BUNDLES} bundles", ours, "s", 3.0, detail=f"{processor:.1f} s of CPU"
    )
    for peer in PEERS:
        if program := shutil.which(peer):
            taken = _seconds((program, "dir", ".", "--no-banner", "--exit-code", "0"), root)
            yield Figure(f"the same, {peer}", taken, "s")


def _seconds(argv: tuple[str, ...], root: Path) -> float:
    taken = []
    known = {**os.environ, "PYTHONPATH": str(TREE), "PYTHONPYCACHEPREFIX": str(root / ".git" / "pycache")}
    known.pop("PYTHONDONTWRITEBYTECODE", None)  # a second of compiling, which happens once
    for _ in range(ROUNDS):
        started = time.perf_counter()
        done = subprocess.run(argv, cwd=root, env=known, capture_output=True, check=False)
        taken.append(time.perf_counter() - started)
        if done.returncode not in (0, 3):
            raise RuntimeError(done.stderr.decode()[-2000:])
    return statistics.median(taken)


def _long_lines() -> Iterator[Figure]:
    """Read files of one line up to 20 MB: code, JSON with tokens, base64."""
    chance = random.Random(20260601)
    token = "".join(chance.choices(string.hexdigits, k=32))
    code = re.sub(r"\s+", " ", "".join(path.read_text("utf-8", "replace") for path in _sources()[:40]))
    blob = "".join(chance.choices(string.ascii_letters + string.digits + "+/", k=100_000))
    entry = f'{{"id": 7, "name": "a", "token": "{token}", "url": "https://h.internal/a/b"}},'
    for name, piece in (("x.js", code), ("x.json", entry), ("x.txt", blob)):
        texts = [(piece * (size * MEGABYTE // len(piece) + 1))[: size * MEGABYTE] for size in (5, 10, 20)]
        taken = [_of_file(name, text) for text in texts]
        worst = max(longer / shorter for shorter, longer in pairwise(taken))
        yield Figure(f"a line twice as long takes ({name})", worst, "times", 2.6, detail=f"20 MB: {taken[-1]:.1f} s")


def _of_file(name: str, text: str) -> float:
    known = _known(DigestKind.FAST, digests.fast(CHOSEN, SALT))
    matcher = FingerprintMatcher(known, None, InnocentCache(SALT))
    context = scenes.context("dev", files=(scenes.file(name, text, Kind.COMMITTED),), matcher=matcher)
    started = time.process_time()
    runner.run(context, {Scope.FILES})
    return time.process_time() - started


def _known(kind: DigestKind, tag: str, hint: str = "") -> Fingerprints:
    return Fingerprints((Sheet("prod", SALT, CHEAP, (Fingerprint("prod", "A", kind, tag, hint=hint),)),))


def _alarms() -> Figure:
    """Count what is reported of sources that were not written for this: none of it is a credential."""
    sources = [path for path in _sources() if "test" not in path.parts]
    found = sum(1 for path in sources for _ in text_lines.credentials(path.read_text("utf-8", "replace"), path.name))
    return Figure(
        "findings in 300 files of the standard library",
        found * 300 / len(sources),
        "",
        1.0,
        detail=f"{found} in {len(sources)}",
    )


def _compared() -> Figure:
    """Count the slow comparisons in 500 files, where one secret was chosen by a person."""
    known = _known(DigestKind.SLOW, digests.slow(CHOSEN, SALT, CHEAP), digests.hint(CHOSEN, SALT))
    files = tuple(scenes.file(p.name, p.read_text("utf-8", "replace"), Kind.COMMITTED) for p in _sources()[:500])
    counted, slow = [0], digests.slow

    def count(text: str, salt: bytes, cost: Cost) -> str:
        counted[0] += 1
        return slow(text, salt, cost)

    with mock.patch.object(digests, "slow", count):
        matcher = FingerprintMatcher(known, None, InnocentCache(SALT))
        runner.run(scenes.context("dev", files=files, matcher=matcher), {Scope.FILES})
    return Figure("slow comparisons in 500 files", counted[0], "", 300.0)


def _vectors() -> Iterator[Figure]:
    """Look for the vectors of a peer's rules, where a variable (GITLEAKS_SOURCE) names a checkout of it."""
    every: list[bool] = []
    for peer in PEERS:
        source = os.environ.get(f"{peer.upper()}_SOURCE", "")
        vectors = [*_literals(Path(source))] if source else []
        found = [(_is_found(each), each.reported) for each in vectors]
        if found:
            name, own = f"recall on {peer}'s own vectors", [one for one, reported in found if reported]
            yield _recall(name, [one for one, _ in found], 0.85)
            yield _recall(f"{name}, those that it reports itself", own, None)
            every += [one for one, _ in found]
    if every:
        yield _recall("recall on all of these vectors", every, 0.85)


def _is_found(vector: Vector) -> bool:
    """Return whether the guard reports a vector: what is in the file, or a file of that name (DG114)."""
    if any(text_lines.credentials(vector.text, vector.path)):
        return True
    tracked = scenes.context("dev", git=GitFiles(frozenset({vector.path})))
    return any(dg114_tracked_secret_file.check(tracked))


def _recall(name: str, found: Sequence[bool], gate: float | None) -> Figure:
    detail = f"{sum(found)} of {len(found)}"
    return Figure(name, sum(found) / max(len(found), 1), "", gate, least=True, detail=detail)


_LITERAL = re.compile(r'`(?P<raw>[^`]*)`|"(?P<text>(?:[^"\\]|\\.)*)"|//[^\n]*|(?P<open>[({])|(?P<close>[)}])')
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Vector(NamedTuple):
    """A vector that stands as one literal, its file, and whether the peer reports what its rule finds."""

    text: str
    path: str
    reported: bool


def _literals(source: Path) -> Iterator[Vector]:
    """Yield the vectors; the keys of a map are the files, and of a rule of files all that there is."""
    for path in sorted((source / "cmd/generate/config/rules").glob("*.go")):
        text = path.read_text()
        for match in re.finditer(r"\btps\s*:?=\s*(?:\[\]string|map\[string\]string)\s*(?=\{)", text):
            rule = text[text.rfind("RuleID:", 0, match.start()) : match.start()]
            reported = not re.search(r"SkipReport:\s*true", rule)
            yield from (Vector(*each, reported) for each in _of_list(text, match.end()))


def _of_list(text: str, place: int) -> Iterator[tuple[str, str]]:
    depth, name = 0, "x.txt"
    for match in _LITERAL.finditer(text, place):
        depth += bool(match["open"]) - bool(match["close"])
        if depth == 0:
            return
        literal = match["text"] if match["raw"] is None else match["raw"]
        if depth > 1 or literal is None:
            continue
        following = text[match.end() :].lstrip()[:1]
        if following == ":":
            name = literal
        elif following != "+" and not text[: match.start()].rstrip().endswith("+"):
            yield match["raw"] or re.sub(r"\\(.)", lambda each: _ESCAPES.get(each[1], each[1]), literal), name


if __name__ == "__main__":
    for figure in measure():
        print(figure, flush=True)
