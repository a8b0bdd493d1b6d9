"""Known secrets in the texts that several rules look at: whose they are, and where in a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dockgate.core.location import Location
from dockgate.detection import assignments, stretches, text_lines
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit
from dockgate.system import workers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockgate.guardrails.context import Context
    from dockgate.guardrails.crossing import Match, Matcher
    from dockgate.guardrails.evidence import TextFile

WORDS = 6  # of a file of one line that holds one value, as files of secrets do
# What an instruction states: quoted, behind an option, or assigned; not what a `--mount` consists of.
_MOUNT = re.compile(r"--mount=\S+")
_STATED = re.compile(
    r"""'([^']{12,200})'|"([^"]{12,200})"|(?:^|\s)-{1,2}[A-Za-z][\w-]*[= ]([^\s'"]{12,200})|\w=([^\s'"]{12,200})"""
)
_WRAPPED = re.compile(r"-----BEGIN |(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}+\s*\n\s*[A-Za-z0-9+/=]")


class Find(Protocol):
    """What looks for secrets in a text, as `Matcher.matches` does."""

    def __call__(self, text: str, *, slow: bool) -> Iterable[Match]:
        """Return the secrets in it."""


class Line(NamedTuple):
    """A line of a file, and the parts that may be a secret that a person chose."""

    number: int
    text: str
    values: tuple[str, ...]


def fix(match: Match) -> str:
    """Return how to repair a place that holds a secret of another environment."""
    return f"remove it here, and rotate it there: inv secrets.rotate {match.name} --env={match.environment}"


def foreign(context: Context, text: str, *, slow: bool = True) -> Iterator[Match]:
    """Yield the protected secrets in `text` that belong to an environment other than this one."""
    environments = context.project.environments
    for match in context.matcher.matches(text, slow=slow):
        owner = environments.get(match.environment)
        if match.environment != context.environment.name and (owner is None or owner.protected):
            yield match


def hits(files: Iterable[TextFile], find: Find, matcher: Matcher) -> Iterator[Hit]:
    """Yield the secrets that `find` sees in files: in their lines, else in values that take several lines.

    What needs slow comparisons is primed at once, which does them on every processor. Of a file in which nothing is
    found as a whole, the lines are not looked at one by one.
    """
    every = list(files)
    looked = zip(every, _quickly(every, find) if matcher.quick else [False] * len(every), strict=True)
    read = [(file, quick, list(_paragraphs(file, matcher))) for file, quick in looked if quick or matcher.slow]
    matcher.prime(value for _, _, parts in read for lines in parts for line in lines for value in line.values)
    for file, quick, parts in read:
        found = dict.fromkeys(each for lines in parts for each in _in_lines(lines, find, quick=quick))
        lines = {number for number, _ in found}
        wide = (each for each in _chosen(file, find, matcher) if each[0] not in lines)
        yield from (_hit(file, number, match) for number, match in (*found, *dict.fromkeys(wide)))


def _quickly(files: list[TextFile], find: Find) -> list[bool]:
    """Return for each file whether a secret is in it, as quick fingerprints know them."""
    sizes = [len(file.text) for file in files]
    return workers.spread(lambda file: any(find(file.text, slow=False)), files, sizes, bool)


def _in_lines(lines: list[Line], find: Find, *, quick: bool) -> Iterator[tuple[int, Match]]:
    found = [(line.number, match) for line in lines for match in _in_line(line, find, quick=quick)]
    whole = "\n".join(line.text for line in lines) if quick and not found else ""
    if _WRAPPED.search(whole):
        found = [(lines[0].number, match) for match in find(whole, slow=False)]
    yield from found


def _chosen(file: TextFile, find: Find, matcher: Matcher) -> Iterator[tuple[int, Match]]:
    """Yield what a person chose and wrote anywhere: possible where fingerprints exclude nearly every string."""
    if not matcher.hinted or file.binary:
        return
    places: dict[str, int] = {}
    for number, text in stretches.of_file(file.text, assignments.form(file.path)):
        places.setdefault(text, number)
    for text in matcher.chosen(places):
        yield from ((places[text] or 1, match) for match in find(text, slow=True))


def _values(file: TextFile, written: assignments.Form, line: str) -> Iterator[str]:
    """Yield what of a line may be a secret that a person chose: what it assigns as a credential.

    In a Dockerfile whatever it states, too, under any name or none: the image would keep it.
    """
    yield from text_lines.values(line, written)
    if file.kind is Kind.DOCKERFILE:
        for match in _STATED.finditer(_MOUNT.sub("", line)):
            text = next(filter(None, match.groups()))
            if not text.startswith("$"):
                yield text


def _in_line(line: Line, find: Find, *, quick: bool) -> Iterable[Match]:
    """Compare a whole line quickly, and its values slowly."""
    drawn = find(line.text, slow=False) if quick else ()
    return dict.fromkeys((*drawn, *(match for each in line.values for match in find(each, slow=True))))


def _hit(file: TextFile, number: int, match: Match) -> Hit:
    return Hit(
        f"this {file.kind} holds {match.name} of {match.environment}",
        fix(match),
        Location(file.path, number),
        service=file.service,
        name=match.name,
    )


def _paragraphs(file: TextFile, matcher: Matcher) -> Iterator[list[Line]]:
    """Yield the stretches of lines without an empty one, with what a person may have chosen where that matters."""
    written = assignments.form(file.path)
    short = "\n" not in file.text.strip() and len(file.text.split()) <= WORDS
    lines: list[Line] = []
    for number, text in enumerate([*file.text.splitlines(), ""], 1):
        if text.strip():
            chosen = (
                (text,) if short else tuple(_values(file, written, text)) if matcher.slow and not file.binary else ()
            )
            lines.append(Line(number, text, chosen))
        elif lines:
            yield lines
            lines = []
