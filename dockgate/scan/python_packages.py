"""What is known of the Python packages in an image; a package without an answer is unknown, never clean."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dockgate.scan.inventory import PythonPackage


class Status(StrEnum):
    """What is known of one package, worst first."""

    VULNERABLE = "vulnerable"
    UNKNOWN = "unknown"
    CLEAN = "clean"


class Answer(Struct, frozen=True):
    """What one source said of one package: advisory ids, or why it says nothing (`unknown`)."""

    source: str
    ids: tuple[str, ...] = ()
    unknown: str = ""
    advisories: bool = False


class Judgement(Struct, frozen=True):
    """One package with its status, and what to read about it."""

    package: PythonPackage
    status: Status
    ids: tuple[str, ...]
    reason: str
    sources: tuple[str, ...]


def judge(packages: Iterable[PythonPackage], answers: Sequence[Mapping[tuple[str, str], Answer]]) -> list[Judgement]:
    """Judge every package by all sources together; only an advisory source can call it clean."""
    return [_one(package, [each[key] for each in answers if (key := _key(package)) in each]) for package in packages]


def _key(package: PythonPackage) -> tuple[str, str]:
    return package.name, package.version


def _one(package: PythonPackage, answers: Sequence[Answer]) -> Judgement:
    ids = tuple(sorted({each for answer in answers for each in answer.ids}))
    sources = tuple(answer.source for answer in answers if not answer.unknown)
    if ids:
        return Judgement(package, Status.VULNERABLE, ids, "", sources)
    if any(answer.advisories and not answer.unknown for answer in answers):
        return Judgement(package, Status.CLEAN, (), "", sources)
    reasons = "; ".join(f"{answer.source}: {answer.unknown}" for answer in answers if answer.unknown)
    return Judgement(package, Status.UNKNOWN, (), reasons or "no advisory source answered", sources)
