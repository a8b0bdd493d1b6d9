"""The words and operators of a shell script, with what stands in brackets of its own put aside."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OPERATORS = frozenset({"&&", "||", ";", "&", "|", "|&"})
PIPES = ("|", "|&")
SUBSTITUTED = "$SUBSTITUTED"  # stands for `$(…)`: a value that only the running script knows
_ARITHMETIC, _COMMAND = re.compile(r"\$\(\([^()]*\)\)"), re.compile(r"\$\([^()]*\)|`[^`]*`")
_PUNCTUATION = re.compile(r"[();<>|&]+")
_OPERATOR = re.compile(r"[<>]&|&[<>]|[<>]+|&&|\|\||\|&|;;|[();|&]")


def tokens(script: str) -> list[str]:
    """Return the words and operators of a script, none where its quotes do not close."""
    flat = script.replace("\\\n", " ").replace("\n", " ; ")
    lexer = shlex.shlex(_without_substitutions(flat), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return [part for token in lexer for part in _parts(token)]
    except ValueError:
        return []


def _without_substitutions(script: str) -> str:
    """Return the script with a variable for each command whose output it uses, the innermost first."""
    before = ""
    while before != script:
        before = script
        script = _COMMAND.sub(SUBSTITUTED, _ARITHMETIC.sub(SUBSTITUTED, script))
    return script


def _parts(token: str) -> list[str]:
    """Return the operators of `)||`, which shlex reads as one."""
    return _OPERATOR.findall(token) if _PUNCTUATION.fullmatch(token) else [token]


def pipelines(words: Sequence[str]) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the commands of each pipeline, with the operator before it."""
    operator, parts = "", [list[str]()]
    for word in (*words, ";"):
        if word not in OPERATORS:
            parts[-1].append(word)
        elif word in PIPES:
            parts.append([])
        else:
            if parts[-1]:
                yield operator, parts
            operator, parts = word, [[]]


def innermost(words: Sequence[str], opening: str, closing: str) -> tuple[int, int] | None:
    """Return where the first pair of these words begins and ends that has no other in it."""
    end = next((at for at, word in enumerate(words) if word == closing), None)
    start = max((at for at, word in enumerate(words[:end]) if word == opening), default=None)
    return None if end is None or start is None else (start, end)
