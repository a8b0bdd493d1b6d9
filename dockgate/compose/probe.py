"""Can a health check fail? What its shell command ends with decides; what is not understood can."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.compose import shell_words
from dockgate.compose.shell_words import SUBSTITUTED, innermost, pipelines

if TYPE_CHECKING:
    from collections.abc import Sequence

SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
# Programs that succeed whatever the service does.
CONTENT = frozenset(
    "true : echo printf sleep pwd hostname whoami date id uname env exit return set export unset".split()
)
CONNECTS = ("/dev/tcp/", "/dev/udp/")  # where a shell connects by writing to a file
# Programs that hand on what they are given: at the end of a pipeline they succeed whatever stands before them.
FILTERS = frozenset("cat head tail tee wc sort tr cut uniq nl rev".split())
EDITORS = frozenset({"sed", "awk", "gawk"})  # as these, unless their program ends by itself
NESTED = frozenset("if for while until case { } [[ function select".split())
ENDS = frozenset({"exit", "return"})
# Programs that run another, and end as it does.
WRAPPERS = frozenset("busybox toybox env command exec nohup timeout xargs".split())
CAN_FAIL = "(can fail)"  # stands for a group of commands
_COMPARISON = 3  # words: one, an operator, the other
DEEPEST = 4  # chosen: `sh -c` in `sh -c`, and what wraps them


def cannot_fail(test: Sequence[str] | str) -> bool:
    """Return whether a health check succeeds even where the service is broken (`true`, `exit 0`, `curl … || true`)."""
    if isinstance(test, str):
        return _script(test, 0)
    if not test:
        return False
    kind, *words = test
    if kind == "CMD-SHELL":
        return _script(" ".join(words), 0)
    return kind == "CMD" and bool(words) and _command(list(words), 0)


def _script(text: str, depth: int) -> bool:
    tokens = shell_words.tokens(text)
    return bool(tokens) and depth <= DEEPEST and _list(tokens, depth)


def _list(tokens: list[str], depth: int, *, settled: bool = True) -> bool:
    """Return whether a list of commands cannot fail; `settled`: what ran before it, which a bare `exit` ends with."""
    tokens = _without_ifs(_without_groups(tokens, depth), depth)
    if NESTED.intersection(tokens):
        return False
    stops = _sets(tokens, "-[a-z]*e[a-z]*|errexit")
    every = _sets(tokens, "pipefail")
    for operator, commands in pipelines(tokens):
        words = commands[-1]
        if operator == "||" and settled:
            continue
        ends = words[0] in ENDS
        if ends and len(words) == 1:
            sure = settled or operator == "&&"
        else:
            sure = all(_command(each, depth) for each in (commands if every else [words]))
        if ends and operator in ("&&", "||"):
            if not sure:
                return False
        elif ends:
            return sure and (settled or not stops)
        settled = _after(operator, settled, sure, stops=stops)
    return settled or tokens[-1] == "&"


def _after(operator: str, settled: bool, sure: bool, *, stops: bool) -> bool:  # noqa: FBT001 - of two commands in turn
    """Return whether a list succeeds for sure, after one more command."""
    if operator == "&&" or (operator == ";" and stops):
        return settled and sure
    return sure


def _without_groups(tokens: list[str], depth: int) -> list[str]:
    """Return the commands with one word for each group, `(…)` and `{ …; }`; an `exit` in braces is the script's own."""
    for opening, closing in (("(", ")"), ("{", "}")):
        while (found := innermost(tokens, opening, closing)) is not None:
            start, end = found
            inner = tokens[start + 1 : end]
            if closing == "}" and len(tokens) > end - start + 1 and ENDS.intersection(inner):
                return tokens
            word = "true" if inner and _list(inner, depth) else CAN_FAIL
            tokens = [*tokens[:start], word, *tokens[end + 1 :]]
    return tokens


def _without_ifs(tokens: list[str], depth: int) -> list[str]:
    """Return the commands with each `if … fi` as one that cannot fail, where no branch can; else as it is."""
    while (found := innermost(tokens, "if", "fi")) is not None:
        start, end = found
        branches = _branches(tokens[start:end])
        sure = [_list(part, depth) for part in branches["then"]]
        sure += [_list(part, depth, settled=False) for part in branches["else"]]
        if not sure or not all(sure) or any(map(ENDS.intersection, (*branches["if"], *branches["elif"]))):
            return tokens
        tokens = [*tokens[:start], "true", *tokens[end + 1 :]]
    return tokens


def _branches(tokens: Sequence[str]) -> dict[str, list[list[str]]]:
    """Return what stands behind each of the words of an `if`."""
    parts: dict[str, list[list[str]]] = {"if": [], "elif": [], "then": [], "else": []}
    last = list[str]()
    for token in tokens:
        if token in parts:
            parts[token].append(last := [])
        else:
            last.append(token)
    return parts


def _command(words: list[str], depth: int) -> bool:
    values = _assignments(words)
    if values == len(words):
        return not any(SUBSTITUTED in word for word in words)  # it ends as the command whose output it takes
    name, rest = words[values].rpartition("/")[2], words[values + 1 :]
    if name in WRAPPERS and (wrapped := _wrapped(rest)):
        return _command(wrapped, depth) and (name != "xargs" or wrapped[0] in CONTENT)
    if name == "!":
        return bool(rest) and rest[0].rpartition("/")[2] == "false"
    return _shell(rest, depth) if name in SHELLS else _program(name, rest)


def _wrapped(words: Sequence[str]) -> list[str]:
    """Return the command after the options and the seconds of what runs it."""
    start = next((at for at, word in enumerate(words) if not re.fullmatch(r"-.*|[0-9.]+[smh]?", word)), len(words))
    return list(words[start:])


def _program(name: str, rest: list[str]) -> bool:
    if name in ENDS:
        return rest[:1] in ([], ["0"])
    if name in ("test", "["):
        return _always([word for word in rest if word != "]"])
    if name.startswith(("python", "node", "ruby", "perl")):
        return rest[:1] in (["-c"], ["-e"]) and bool(
            re.fullmatch(r"(?:pass|exit\(0?\)|0|1|true)?;?", "".join(rest[1:]))
        )
    operands = [word for word in rest if not word.startswith("-")]
    if name in FILTERS or name == "ls":
        return not operands
    if name in EDITORS:
        return len(operands) == 1 and not re.search(r"exit|q", operands[0])
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
    at = next((at for at, word in enumerate(words) if re.fullmatch(r"-[a-z]*c", word)), len(words))
    options = " ".join(words[: at + 1])
    return any(_script(f"set {options}\n{script}", depth + 1) for script in words[at + 1 : at + 2] if script.strip())


def _assignments(words: Sequence[str]) -> int:
    return next((at for at, word in enumerate(words) if not re.match(r"[A-Za-z_]\w*=", word)), len(words))


def _sets(tokens: Sequence[str], option: str) -> bool:
    """Return whether a script sets an option of the shell: `option` matches its letter or its name."""
    commands = [words for _operator, parts in pipelines(tokens) for words in parts if words[:1] == ["set"]]
    return any(re.fullmatch(option, word) for words in commands for word in words)
