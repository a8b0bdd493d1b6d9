from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from dockgate.guardrails.crossing import NoFingerprints
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rules import dg203_secret_in_file as rule
from dockgate.secrets.fingerprints.digests import DigestKind
from tests.guardrails.scenes import PROD_PASSWORD, catches, catches_not, context, file, fingerprinted, matcher

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.guardrails.crossing import Match


@pytest.mark.parametrize("kind", [Kind.DOCKERFILE, Kind.COMMITTED, Kind.COPIED])
def test_catches_a_secret_in_a_file(kind: Kind) -> None:
    """With the line that it stands in."""
    text = f"FROM debian\nRUN login --password {PROD_PASSWORD}\n"
    [hit] = catches(rule, context("prod", files=(file("Dockerfile", text, kind),)))
    assert (hit.location.path, hit.location.line) == ("Dockerfile", 2)


def test_catches_a_value_over_several_lines() -> None:
    """Base64 of several lines is one value."""
    wrapped = base64.encodebytes(f"{'padding ' * 12}{PROD_PASSWORD}".encode()).decode()
    catches(rule, context(files=(file("notes", f"data:\n{wrapped}", Kind.COMMITTED),)))


def test_catches_not_ordinary_files() -> None:
    """Names of secrets are no secrets."""
    catches_not(rule, context(files=(file("Dockerfile", "FROM debian\nENV PW_FILE=/run/secrets/POSTGRES_PASSWORD\n"),)))


def test_everything_slow_is_compared_at_once() -> None:
    """On every processor, that is: one by one, a repository's Dockerfiles took seconds the first time."""
    primed = list[set[str]]()

    class Watched(NoFingerprints):
        slow = True

        def prime(self, texts: Iterable[str]) -> None:
            primed.append(set(texts))

        def matches(self, text: str, *, slow: bool = True) -> tuple[Match, ...]:
            assert not slow or text in primed[0], text
            return ()

    texts = (
        "FROM x\nENV A=walrus-Orbit7-copper\nRUN login 'meadow-Lake7-copper'\n",
        "FROM y\nARG B=walrus-Orbit8-iron\n",
    )
    files = (
        *(file(f"{number}/Dockerfile", text) for number, text in enumerate(texts)),
        file("n", "PASSWORD=Kf93!mmQp", Kind.COMMITTED),
    )
    catches_not(rule, context(files=files, matcher=Watched()))
    assert primed == [{"walrus-Orbit7-copper", "meadow-Lake7-copper", "walrus-Orbit8-iron", "PASSWORD=Kf93!mmQp"}]


@pytest.mark.parametrize(
    "line",
    [
        "RUN login 'walrus-Orbit7-copperMeadow'",
        "RUN psql --password walrus-Orbit7-copperMeadow",
        'RUN curl -u "admin:walrus-Orbit7-copperMeadow" h',
        'LABEL note="walrus-Orbit7-copperMeadow"',
        "ARG X=walrus-Orbit7-copperMeadow",
        "RUN --mount=type=cache,target=/c export T='walrus-Orbit7-copperMeadow'",
    ],
)
def test_catches_a_chosen_secret_wherever_a_dockerfile_states_it(line: str) -> None:
    """Under any name, as an argument or as an option: the image's history would keep it."""
    known = fingerprinted(("prod", "PASSPHRASE", "walrus-Orbit7-copperMeadow"), kind=DigestKind.SLOW)
    catches(rule, context(files=(file("Dockerfile", f"FROM x\n{line}\n"),), matcher=matcher(known)))


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("notes.md", "# Logins\n\n| user | password |\n|---|---|\n| admin | {} |\n", 5),
        ("run.sh", "cat > /run/pw <<EOF\n{}\nEOF\n", 2),
        ("app.py", "# until May it was {}\n", 1),
        ("values.yaml", "uplink: |\n  {}\n", 2),
    ],
)
def test_catches_a_chosen_secret_wherever_a_person_wrote_it(path: str, text: str, line: int) -> None:
    """Under no name at all: the hint in the file of fingerprints excludes the other strings."""
    known = fingerprinted(("prod", "PASSPHRASE", "walrus-Orbit7-copperMeadow"), kind=DigestKind.SLOW)
    files = (file(path, text.format("walrus-Orbit7-copperMeadow"), Kind.COMMITTED),)
    [hit] = catches(rule, context(files=files, matcher=matcher(known)))
    assert hit.location.line == line
