"""DG109: what it catches, and what it does not."""

from __future__ import annotations

import pytest

from dockgate.env import env_files
from dockgate.guardrails.rules import dg109_reference
from tests.guardrails.environments import found_by, resolved
from tests.guardrails.scenes import catches, context


def test_catches_each_kind_and_not_defaults() -> None:
    """Undefined, required, malformed, circular; each at its line."""
    base = "A=${NOPE}\nB=${NOPE:?x}\nC=${\nD=${D}\nE=${A2:-x}\n"
    found = list(found_by(dg109_reference, resolved("", base)))
    assert [each.location.line for each in found] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("BB=${NOPE}\n", "BB refers to NOPE, which nothing sets"),
        ("BB=${\n", "BB has a reference that is malformed"),
        ("AA=x\nBB=${AA}${SESSION_KEY}\n", ""),
        ("BB='${NOPE}'\n", ""),
    ],
)
def test_follows_the_references_of_services_env_files(text: str, what: str) -> None:
    """To layers, secrets and lines above, as Compose does."""
    served = {"dev": (env_files.parse(text, ".envs/x", ".envs/x"),)}
    hits = catches(dg109_reference, context(served=served), int(bool(what)))
    assert [(hit.message, hit.name, hit.location.path) for hit in hits] == [(what, "BB", ".envs/x")] * bool(what)
