"""References in a text, in the dialects of templates: what stands in their place is not in the text; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Bounded, because one that nothing closes would be looked for from each beginning to the end of the line.
_FAR = 400


def _nested(opening: str, closing: str, depth: int = 4) -> str:
    """Return what stands between two brackets, with pairs of the same in it."""
    other = f"[^{opening}{closing}]"
    inner = f"{other}*+"
    for _ in range(depth):
        inner = rf"(?:{other}++|{opening}{inner}{closing})*+"
    return f"{opening}{inner}{closing}"


_BRACES, _PARENTHESES = _nested(r"\{", r"\}"), _nested(r"\(", r"\)")
# A variable is called by words, in capitals or small letters: `$K9vqTm2` is none.
_VARIABLE = r"(?:[A-Z_][A-Z0-9_]*|[a-z_][a-z0-9_]*|[A-Za-z]+)(?![A-Za-z0-9_])"
REFERENCE = "|".join((
    rf"\$?\{{\{{.{{0,{_FAR}}}?\}}\}}",  # GitHub, GitLab, Jinja, Helm, CircleCI
    rf"\{{%.{{0,{_FAR}}}?%\}}",
    rf"<%.{{0,{_FAR}}}?%>",
    rf"\$?\$(?:{_BRACES}|{_PARENTHESES})",  # Compose, shells, make
    r"\$?\$(?:\{|\().*",  # which goes on in the next line, or has quotes in it
    rf"\$\$?{_VARIABLE}",
    r"%\(\w+\)s",
    r"%[A-Z][A-Z0-9_]+%",
    r"%[a-z_]\w*(?:\.\w+)+%|%env\([^%]*\)%",  # Symfony
    r"#\{[^{}]*\}",
    r"@@?[A-Z][A-Z0-9_]+@@?",
    r"__[A-Z][A-Z0-9_]*__",
    r"\[\[[^\[\]]*\]\]",
    r"\[(?:parameters|variables|list\w*|reference|concat|format|if|field|resourceId)\(.*\]",  # Azure
    r"\$\[\[?[^\[\]]*\]?\]",
    r"!(?:vault|env|Ref|Sub|GetAtt|secret|reference)\b.*",
))  # fmt: skip
_REFERENCE = re.compile(REFERENCE, re.DOTALL)
# Of Compose and shells, and of Spring, where the name may have dots: `${db.password:value}`.
# What stands behind the name of a kind of variables (`${input:password}` of an editor, `${env:X}`) is a name.
_DEFAULT = re.compile(
    r"\$?\$\{(?!(?:input|env|config|command|sys|self|opt|ssm|cf|param|file|workspaceFolder):(?!-))"
    r"(?P<name>[A-Za-z_]\w*(?:\.[\w.-]*+)?|\d)(?::?[-=]|:(?![?+]))(?P<text>.*)\}",
    re.DOTALL,
)
_MOST = 8  # defaults in each other; chosen: people write one in another


def pieces(text: str) -> tuple[str, ...]:
    """Return what a text says itself, between its references; the text as a whole where it has none."""
    return tuple(filter(None, _REFERENCE.split(text)))


def refers(text: str) -> bool:
    """Return whether there is a reference in a text."""
    return bool(_REFERENCE.search(text))


def defaults(text: str, depth: int = _MOST) -> Iterator[tuple[str, str]]:
    """Yield names and values that count where a variable is not set: `${NAME:-value}`, in each other too."""
    for each in _REFERENCE.finditer(text):
        match = _DEFAULT.fullmatch(each[0])
        if match and depth:
            yield match["name"], match["text"]
            yield from defaults(match["text"], depth - 1)


def filled(text: str, depth: int = _MOST) -> str:
    """Return a text as it is where no variable is set: the default of each reference that has one in its place."""

    def default(reference: re.Match[str]) -> str:
        match = _DEFAULT.fullmatch(reference[0])
        return filled(match["text"], depth - 1) if match and depth else reference[0]

    return _REFERENCE.sub(default, text)
