"""The guardrails: time of `inv guard`, many variables, recall and false alarms of crossing, the classifier's table."""

from __future__ import annotations

import base64
import itertools
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench import classifier
from bench.encodings import ENCODINGS, SYMBOLS, setting, unrelated
from bench.figures import Figure
from dockgate.detection import decodings
from dockgate.env import dialect, env_files
from dockgate.guardrails import Scope, runner
from dockgate.guardrails.crossing import Match
from dockgate.guardrails.evidence import Kind as FileKind
from dockgate.guardrails.matcher import FingerprintMatcher
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.digests import Cost, DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import Fingerprint, Fingerprints, Sheet
from dockgate.secrets.fingerprints.innocent_cache import InnocentCache
from tests.guardrails import scenes
from tests.integration import checkout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.evidence import TextFile
    from tests.integration.checkout import Checkout

SALT = b"b" * 32
CHEAP = Cost(2, 1, 1)
SECRETS = 500
UNRELATED = 10_000
SLOW_CANDIDATES = 40
VARIABLES = 10_000
ROUNDS = 5
WORDS = (
    "amber birch cedar delta ember fjord grove haven islet jetty kelp lagoon marsh north ocean pier quay reef".split()
)
PIECES = ("${A:-", "${", "${A:-{", "${A:-}", "\\$", "${A:-x}}")
FILE_PIECES = ("a", "M", "a-", "a=", "9f2c4e", "%41", "Zq3xW9vKt5Lm8RbN", '{"a":', "x://a:", "a.b=c;", "eyJabcdefghijk")
MARKERS = {
    "hosts": ["db.shop.example.net", "*.prod.shop.internal"],
    "databases": ["shop_production"],
    "aws-accounts": ["581039954779"],
    "url-patterns": [r"^https://api\.shop\."],
}


def measure() -> Iterator[Figure]:
    """Measure all of it; the table of the classifier goes to docs/guardrails.md by hand."""
    yield from _guard()
    yield from _variables()
    yield from _lines()
    yield from _files()
    yield from _crossing()
    yield from _classifier()


def _guard() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        copy = checkout.make(Path(folder))
        _inv_guard(copy)
        yield Figure("inv guard, three environments, warm", min(_inv_guard(copy) for _ in range(5)), "s", 1.0)
        _add_slow(copy)
        yield Figure(f"inv guard, cold, {SLOW_CANDIDATES} scrypt candidates", _inv_guard(copy), "s", 3.0)


def _inv_guard(copy: Checkout) -> float:
    started = time.perf_counter()
    argv = (str(Path(sys.executable).with_name("inv")), "guard")
    done = subprocess.run(argv, env=dict(copy.env), cwd=copy.root, capture_output=True, check=False)
    if done.returncode not in (0, 3):
        raise RuntimeError(done.stderr.decode()[-2000:])
    return time.perf_counter() - started


def _add_slow(copy: Checkout) -> None:
    """Give production a slow fingerprint, and development values that each could be it; forget what was seen."""
    chance = _chance()
    tag = digests.slow("nothing of this is anywhere else", SALT, Cost())
    prints = (Fingerprint("prod", "PASSPHRASE", DigestKind.SLOW, tag),)
    known = fingerprint_match.load(copy.root)
    rest = tuple(sheet for sheet in known.sheets if sheet.environment != "prod")
    fingerprint_match.save(copy.root, Fingerprints((*rest, Sheet("prod", SALT, Cost(), prints))))
    values = ["-".join(chance.sample(WORDS, 4)) for _ in range(SLOW_CANDIDATES)]
    lines = "".join(f"SLOW_{number}={value}\n" for number, value in enumerate(values))
    with (copy.root / "env" / "dev.env").open("a") as file:
        file.write(lines)
    with (copy.root / "env" / "schema.toml").open("a") as file:
        file.write("".join(f"[SLOW_{number}]\n" for number in range(SLOW_CANDIDATES)))


def _variables() -> Iterator[Figure]:
    chance = _chance()
    pairs = [(_check(VARIABLES // 2, chance), _check(VARIABLES, chance)) for _ in range(ROUNDS)]
    half, whole = map(statistics.median, zip(*pairs, strict=True))
    yield Figure(f"{VARIABLES:,} variables, markers, quick fingerprints", whole, "s", 2.0)
    yield Figure("twice the variables take", whole / half, "times", 2.6)


def _lines() -> Iterator[Figure]:
    """Read statements of thousands of references, in each other or in a row, closed or not, and twice as long."""
    worst = 0.0
    for piece, quote, closing in itertools.product(PIECES, ("", '"'), ("", "}")):
        half, whole = (_verdict(f"A={quote}{piece * size}{closing * size}{quote}\n") for size in (2_000, 4_000))
        worst = max(worst, whole / half)
    yield Figure("a statement twice as long takes, at worst", worst, "times", 3.0)


def _files() -> Iterator[Figure]:
    """Read files of one line, as bundles and blobs are, and of one twice as long."""
    known = Fingerprints(
        (Sheet("prod", SALT, CHEAP, (Fingerprint("prod", "A", DigestKind.FAST, digests.fast("x", SALT)),)),)
    )
    worst = 0.0
    for piece, name in itertools.product(FILE_PIECES, ("x.json", "x.js", "x.md")):
        texts = (piece * (size // len(piece)) for size in (100_000, 200_000))
        half, whole = (_looked_at(scenes.file(name, text, FileKind.COMMITTED), known) for text in texts)
        worst = max(worst, whole / half)
    yield Figure("a line of a file twice as long takes, at worst", worst, "times", 3.0)


def _looked_at(file: TextFile, known: Fingerprints) -> float:
    taken = []
    for _ in range(3):
        matcher = FingerprintMatcher(known, None, InnocentCache(SALT))
        decodings.texts.cache_clear()
        started = time.process_time()
        runner.run(scenes.context("dev", files=(file,), matcher=matcher), {Scope.FILES})
        taken.append(time.process_time() - started)
    return min(taken)


def _verdict(text: str) -> float:
    layer = env_files.parse(text, "x.env", "x")
    statement = (*layer.assignments, *layer.unparsed)[0]
    taken = []
    for _ in range(3):
        started = time.process_time()
        dialect.compare(statement, {})
        taken.append(time.process_time() - started)
    return min(taken)


def _check(count: int, chance: random.Random) -> float:
    text = "".join(f"V{number}='{setting(chance, number)}'\n" for number in range(count))
    declared = scenes.SCHEMA + "".join(f"[V{number}]\n" for number in range(count))
    started = time.perf_counter()
    env = scenes.resolved("dev", text, declared=declared)
    settings = {"environments": {"prod": {"markers": MARKERS}}}
    runner.run(scenes.context("dev", resolved=env, project=scenes.project(settings)), {Scope.SCHEMA, Scope.ENV})
    return time.perf_counter() - started


def _crossing() -> Iterator[Figure]:
    chance = _chance()
    made = ["".join(chance.choices(SYMBOLS, k=chance.randint(24, 48))) for _ in range(SECRETS)]
    prints = tuple(
        Fingerprint("prod", f"S{n}", DigestKind.FAST, digests.fast(each, SALT)) for n, each in enumerate(made)
    )
    known = Fingerprints((Sheet("prod", SALT, Cost(), prints),))
    matcher = FingerprintMatcher(known, None, InnocentCache(SALT))
    hits = {name: sum(bool(matcher.matches(form(each))) for each in made) for name, form in ENCODINGS.items()}
    worst = min(hits, key=lambda name: hits[name])
    recall = sum(hits.values()) / (SECRETS * len(ENCODINGS))
    detail = f"{len(ENCODINGS)} × {SECRETS}; worst: {worst}, {hits[worst]}"
    yield Figure("crossing recall, generated, symbols", recall, "", 0.99, least=True, detail=detail)
    yield _chosen(chance)
    alarms = sum(bool(matcher.matches(unrelated(chance))) for _ in range(UNRELATED))
    yield Figure(f"false alarms on {UNRELATED:,} values", alarms, "", 0.0)


def _chosen(chance: random.Random) -> Figure:
    """Look for chosen secrets as the guardrails do; scrypt is made cheap, which changes its time and no answer."""
    forms = {name: form for name, form in ENCODINGS.items() if name != "prefix"}
    made = [_given(chance) if number % 4 == 0 else _phrase(chance) for number in range(SECRETS)]
    prints = tuple(
        Fingerprint("prod", f"S{n}", DigestKind.SLOW, digests.slow(each, SALT, CHEAP)) for n, each in enumerate(made)
    )
    matcher = FingerprintMatcher(Fingerprints((Sheet("prod", SALT, CHEAP, prints),)), None, InnocentCache(SALT))
    matcher.prime(form(each) for each in made for form in forms.values())
    hits = {
        name: sum(Match("prod", f"S{n}") in matcher.matches(form(each)) for n, each in enumerate(made))
        for name, form in forms.items()
    }
    worst, found = min(hits, key=lambda name: hits[name]), sum(hits.values())
    detail = f"{len(forms)} × {SECRETS}, whole or as a token; worst: {worst}, {hits[worst]}"
    return Figure("crossing recall, chosen", found / (SECRETS * len(forms)), "", 0.95, least=True, detail=detail)


def _phrase(chance: random.Random) -> str:
    words = [word.title() if chance.random() < 0.5 else word for word in chance.sample(WORDS, 4)]
    return chance.choice(" -_.&!").join(words) + chance.choice(("", "!", "?7", "#2026", "@home"))


def _given(chance: random.Random) -> str:
    """Draw a key as other services hand them out, some of which look like a path or an address."""
    key = base64.b64encode(chance.randbytes(30)).decode()
    return chance.choice((key, f"/{key[1:]}", f"https://hooks.chat.internal/services/{chance.randbytes(16).hex()}"))


def _classifier() -> Iterator[Figure]:
    result = classifier.figures()
    ours = result["tools"]["dockgate"]
    others = {name: each for name, each in result["tools"].items() if name != "dockgate"}
    for name, other in others.items():
        yield Figure(f"credentials found, to {name}'s", ours["found"] / other["found"], "times", 1.0, least=True)
        yield Figure(f"placeholders flagged, to {name}'s", ours["false"] / max(other["false"], 1), "times", 0.999)
    total = result["credentials"]
    yield Figure(
        "credentials found", ours["found"] / total, "", detail=f"of {total}; beside {', '.join(others) or 'no peer'}"
    )


def _chance() -> random.Random:
    return random.Random(20260601)


if __name__ == "__main__":
    for figure in measure():
        print(figure, flush=True)
