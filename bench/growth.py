"""A text four times as long takes about four times the processor time, whatever it repeats."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.figures import Figure
from dockgate.detection import candidates, key_formats, likely_lines, lookalikes, masking, stretches
from dockgate.detection.assignments import Form, form
from dockgate.detection.text_lines import in_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

DRAWN = "Zq3xW9vK" + "t5Lm8RbN" + "2yHs7Jd4"
KEYS = ("eyJ-", "MT.", "|", "sk-", "0123456789012345|", "-us1", "a.atlasv1.", "pat.", "x")
LINES = ("key ", f"{DRAWN} ", "x", "key\n", f"{DRAWN}\n")
# Each begins a search again and again, and never ends it.
STATED = (
    '"value":1,"default":"x",', '{"name":"a","value":', "<a name='b'>", "--token,", "user a on >", "password {",
    "auth(", "identified by '", "echo a|", "openssl -k ", "htpasswd -b -c ", "rabbitmqctl a ", "password:{",
    "'login','", "${a:", 'variable "token" {', "login x -p", "<key>token</key>", "curl -u 'a", "zip -P",
    "aB3d", "secret is ", "PDO('a','b',", "redis-cli ", "passwd ",
)  # fmt: skip
# Of what is printed: another program says it, or it is a value of a Compose file.
SAID = (
    "postgres://u:", "a:b@", "'", '"', '"a":', "'a' ", "${${${", "${a:-", "aB3dK9", "=", "a=", "a=b ", "\\", '\\"', "{",
    "http a ", "mysql ", "docker a ", "password: ", "0123456789", "key_", "ab-",
)  # fmt: skip
VALUES = ("a@", "a=", "{", "'", '"', "a:", " ", "a ", "ab-", "1.0 ", "[a-a", "A a ", "0123456789")
FACTOR = 4
TIMES = 8.0  # in the middle between 4, of what is linear, and 16, of what is quadratic
ROUNDS = 3


def measure() -> Iterator[Figure]:
    """Measure the searches that every line of a repository goes through, and every line that is printed."""
    yield _worst("formats of keys", KEYS, 40_000, lambda text: [*key_formats.find(text)])
    yield _worst("which lines are looked at", LINES, 400_000, likely_lines.numbers)
    yield _worst("what a line of YAML states", STATED, 30_000, lambda text: [*in_line(text, form("a.yaml"))])
    yield _worst("what a line of a program states", STATED, 30_000, lambda text: [*in_line(text, form("a.js"))])
    yield _worst("what is masked of a line", SAID, 100_000, masking.said)
    yield _worst("what is masked of a value", SAID, 100_000, lambda text: masking.document({"command": text}, ()))
    yield _worst("what a value may hold", VALUES, 40_000, lambda text: candidates.candidates(f"x://{text}"))
    yield _worst(
        "what a person wrote down", VALUES, 40_000, lambda text: [*stretches.of_file(f'"{text}', Form.SETTINGS)]
    )
    yield _worst("what names something", VALUES, 40_000, lambda text: lookalikes.names_something("key", f"A{text}\t!"))


def _worst(name: str, pieces: Sequence[str], size: int, search: Callable[[str], object]) -> Figure:
    ratios = {piece: _seconds(piece, size, search) / _seconds(piece, size // FACTOR, search) for piece in pieces}
    worst = max(ratios, key=lambda piece: ratios[piece])
    return Figure(
        f"{name}: {FACTOR} times the text takes", ratios[worst], "times", TIMES, detail=f"at worst, of {worst!r}"
    )


def _seconds(piece: str, size: int, search: Callable[[str], object]) -> float:
    text = piece * (size // len(piece))
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        search(text)
        taken.append(time.process_time() - started)
    return min(taken)
