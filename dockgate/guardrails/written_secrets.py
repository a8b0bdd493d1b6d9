"""Secrets that env files state, compared in memory: of every environment, declared or not, without a fingerprint."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct

from dockgate.core import stages
from dockgate.core.location import Location, line_at
from dockgate.core.redacted import Redacted
from dockgate.detection import assignments, credential, strength, text_lines
from dockgate.env import dialect, provider_references

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dockgate.env.env_files import Assignment, Layer
    from dockgate.guardrails.context import Context

SHORTEST = 8  # characters; shorter values are equal by chance


class Stated(Redacted, frozen=True):
    """A secret as an env file of an environment states it."""

    unshown = frozenset({"value"})

    environment: str
    name: str
    value: str
    origin: Location


class Found(Struct, frozen=True):
    """A stated secret in a text, and the line (from 1) that it stands in."""

    line: int
    secret: Stated


def may_be_copied(declared: Collection[str], each: Assignment, value: str) -> bool:
    """Return whether a statement of an env file is a secret, declared or not; no placeholder, setting or reference."""
    if len(value) < SHORTEST or not each.origin.path or credential.is_placeholder(value):
        return False
    if provider_references.is_local(value) or (each.interpolate and "$" in value):
        return False
    named = each.name in declared or credential.names_a_secret(each.name)
    return (named and not credential.is_ordinary(value)) or credential.classify(each.name, value) is not None


def of(context: Context, environment: str) -> Iterator[Stated]:
    """Yield the secrets that the env files of an environment state, its layers and those of its services."""
    own = environment == context.environment.name
    env = context.resolved if own else context.neighbours.get(environment)
    yield from _in(context, environment, (*(env.layers if env else ()), *context.served.get(environment, ())))


def beside(context: Context) -> Iterator[Stated]:
    """Yield the secrets of env files that are production's by their names, and that no environment reads."""
    yield from _in(context, stages.PROD, context.beside)


def _in(context: Context, environment: str, layers: Iterable[Layer]) -> Iterator[Stated]:
    declared = context.secret_names()
    for layer in layers:
        for each in layer.assignments:
            value = dialect.text(each)
            if may_be_copied(declared, each, value):
                yield Stated(environment, each.name, value, each.origin)


def unwanted(context: Context) -> tuple[Stated, ...]:
    """Return the secrets that no image of this environment may hold.

    Those of protected environments, its own too: an image outlives them. Those of any other one but development; what
    its own env files state as well is not another's.
    """
    here = context.environment
    own = {each.path for each in (*context.resolved.layers, *context.served.get(here.name, ()))}
    found: dict[str, Stated] = {}
    for name, each in sorted(context.project.environments.items()):
        if not each.protected and (each.is_development or name == here.name):
            continue
        for stated in of(context, name):
            if here.protected or stated.origin.path not in own:
                found.setdefault(stated.value, stated)
    return tuple(found.values())


class Finder:
    """Looks for stated secrets in texts: as they stand, and as URLs, JSON and base64 write them."""

    def __init__(self, secrets: Collection[Stated]) -> None:
        """Take the secrets; weak ones count only where a line assigns them."""
        self._by_form: dict[str, Stated] = {}
        self._weak: dict[str, Stated] = {}
        for each in secrets:
            if strength.is_demo(each.value):
                self._weak[each.value] = each
            else:
                self._by_form |= dict.fromkeys(_forms(each.value), each)
        every = sorted((*self._by_form, *self._weak), reverse=True)  # the longer of two that begin alike comes first
        self._pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, every))})(?![A-Za-z0-9])")
        self._any = bool(every)

    def find(self, text: str, path: str) -> Iterator[Found]:
        """Yield what stands in a text, each secret once."""
        seen = set[str]()
        for match in self._pattern.finditer(text) if self._any else ():
            stated = self._by_form.get(match[0]) or self._assigned(text, match, path)
            if stated and stated.value not in seen:
                seen.add(stated.value)
                yield Found(line_at(text, match.start()), stated)

    def _assigned(self, text: str, match: re.Match[str], path: str) -> Stated | None:
        before, behind = text[: match.start()].rpartition("\n")[2], text[match.end() :].partition("\n")[0]
        line = f"{before}{match[0]}{behind}"
        return self._weak[match[0]] if match[0] in text_lines.values(line, assignments.form(path)) else None


def _forms(value: str) -> frozenset[str]:
    data = value.encode()
    packed = (base64.b64encode(text).decode().rstrip("=") for text in (data, data + b"\n"))
    return frozenset((value, quote(value, safe=""), json.dumps(value)[1:-1], data.hex(), *packed))
