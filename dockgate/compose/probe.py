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
ENDS = frozenset({"exit", "return"})
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
    if not tokens or depth > DEEPEST or any("(" in each for each in tokens):
        return False
    return _list(tokens, depth)


def _list(tokens: list[str], depth: int) -> bool:
    """Return whether a list of commands cannot fail."""
    tokens = _without_ifs(tokens, depth)
    if NESTED.intersection(tokens):
        return False
    stops = _sets_e(tokens)
    settled = True  # an empty list succeeds
    for operator, words in _commands(tokens):
        sure = settled if words[0] in ENDS and len(words) == 1 else _command(words, depth)
        if operator == "||":
            settled = settled or sure
        elif operator == "&&" or (operator == ";" and stops):
            settled = settled and sure
        else:
            settled = sure
        if words[0] in ENDS and operator in ("", ";", "&"):
            return settled
    return settled or tokens[-1] == "&"


def _without_ifs(tokens: list[str], depth: int) -> list[str]:
    """Return the commands with each `if … fi` as one that cannot fail, where no branch can; else as it is."""
    while "fi" in tokens:
        end = tokens.index("fi")
        start = max((at for at in range(end) if tokens[at] == "if"), default=end)
        parts, conditions = _branches(tokens[start:end])
        if not parts or not all(_list(part, depth) for part in parts) or any(map(ENDS.intersection, conditions)):
            return tokens
        tokens = [*tokens[:start], "true", *tokens[end + 1 :]]
    return tokens


def _branches(tokens: Sequence[str]) -> tuple[list[list[str]], list[list[str]]]:
    """Return what runs in each branch of an `if`, and what its conditions are."""
    parts: dict[str, list[list[str]]] = {"if": [], "elif": [], "then": [], "else": []}
    last = list[str]()
    for token in tokens:
        if token in parts:
            parts[token].append(last := [])
        else:
            last.append(token)
    return [*parts["then"], *parts["else"]], [*parts["if"], *parts["elif"]]


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
    if name in ENDS:
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
