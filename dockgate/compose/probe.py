"""Can a health check fail? What its shell command ends with decides; what is not understood can."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
# Programs that succeed whatever the service does.
CONTENT = frozenset("true : echo printf sleep pwd hostname whoami date id uname env exit return".split())
CONNECTS = ("/dev/tcp/", "/dev/udp/")  # where a shell connects by writing to a file
# Programs that hand on what they are given: at the end of a pipeline they succeed whatever stands before them.
FILTERS = frozenset("cat head tail tee wc sort tr cut uniq nl rev".split())
NESTED = frozenset("if for while until case { } [[ function select".split())
_OPERATORS = frozenset({"&&", "||", ";", "&", "|", "|&"})
_COMPARISON = 3  # words: one, an operator, the other
DEEPEST = 4  # chosen: `sh -c` in `sh -c`, and what wraps them


def cannot_fail(test: Sequence[str] | str) -> bool:
    """Return whether a health check succeeds even where the service is broken (`true`, `exit 0`, `curl … || true`)."""
    if isinstance(test, str):
        return _script(test, 0)
    kind, *words = test or ("NONE",)
    if kind == "CMD-SHELL":
        return _script(" ".join(words), 0)
    return kind == "CMD" and bool(words) and _command(list(words), 0)


def _script(text: str, depth: int) -> bool:
    tokens = _tokens(_bare(text))
    if not tokens or depth > DEEPEST or NESTED.intersection(tokens) or any("(" in each for each in tokens):
        return False
    stops = _sets_e(tokens)
    settled = True  # an empty list succeeds
    for operator, words in _commands(tokens):
        sure = _command(words, depth)
        if operator == "||":
            settled = settled or sure
        elif operator == "&&" or (operator == ";" and stops):
            settled = settled and sure
        else:
            settled = sure
        if words[0] in ("exit", "return") and operator in ("", ";", "&"):
            return settled
    return settled or tokens[-1] == "&"


def _bare(text: str) -> str:
    """Return a script without the brackets around the whole of it: `(…)` and `{ …; }`."""
    whole = re.fullmatch(r"\s*(?:\(([^()]*)\)|\{\s([^{}]*);?\s*\})\s*", text, re.DOTALL)
    return whole[1] or whole[2] or "" if whole else text


def _tokens(text: str) -> list[str]:
    """Return the words and operators of a script, none where its quotes do not close."""
    lexer = shlex.shlex(text.replace("\\\n", " ").replace("\n", " ; "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:
        return []


def _commands(tokens: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands, each with the operator before it; of a pipeline, the last one decides."""
    operator, words = "", list[str]()
    for token in (*tokens, ";"):
        if token not in _OPERATORS:
            words.append(token)
        elif token in ("|", "|&"):
            words = []
        else:
            if words:
                yield operator, words
            operator, words = token, []


def _command(words: list[str], depth: int) -> bool:
    words = words[_assignments(words) :]
    if not words:
        return True
    name, rest = words[0].rpartition("/")[2], words[1:]
    if name in ("busybox", "toybox") and rest:
        return _command(rest, depth)
    if name == "!":
        return bool(rest) and rest[0].rpartition("/")[2] == "false"
    if name == "env" and rest:
        return _command(rest, depth)
    return _shell(rest, depth) if name in SHELLS else _program(name, rest)


def _program(name: str, rest: list[str]) -> bool:
    if name in ("exit", "return"):
        return rest[:1] in ([], ["0"])
    if name in ("test", "["):
        return _always([word for word in rest if word != "]"])
    if name.startswith(("python", "node", "ruby", "perl")):
        return rest[:1] in (["-c"], ["-e"]) and bool(
            re.fullmatch(r"(?:pass|exit\(0?\)|0|1|true)?;?", "".join(rest[1:]))
        )
    if name in FILTERS or name == "ls":
        return not any(word for word in rest if not word.startswith("-"))
    return name in CONTENT and not any(word.startswith(CONNECTS) for word in rest)


def _always(words: list[str]) -> bool:
    """Return whether `test` compares two texts that are the same, or asks whether a text is empty."""
    if any("$" in word or "`" in word for word in words):
        return False
    if len(words) == 1:
        return True
    return len(words) == _COMPARISON and words[1] in ("=", "==", "-eq", "-ge", "-le") and words[0] == words[2]


def _shell(words: Sequence[str], depth: int) -> bool:
    """Judge `sh -c SCRIPT`; a script in a file is not read."""
    scripts = (script for flag, script in pairwise(words) if re.fullmatch(r"-[a-z]*c", flag))
    return any(_script(script, depth + 1) for script in scripts)


def _assignments(words: Sequence[str]) -> int:
    return next((at for at, word in enumerate(words) if not re.match(r"[A-Za-z_]\w*=", word)), len(words))


def _sets_e(tokens: Sequence[str]) -> bool:
    return any(name == "set" and re.fullmatch(r"-[a-z]*e[a-z]*", flag) for name, flag in pairwise(tokens))
