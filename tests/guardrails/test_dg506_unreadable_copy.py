from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from dockgate.guardrails.permissions import Closed
from dockgate.guardrails.rules import dg506_unreadable_copy as rule
from tests.guardrails.scenes import ROOT, catches, catches_not, context, file

if TYPE_CHECKING:
    from dockgate.guardrails.context import Context

FOLDER = f"{ROOT}/docker/api"


def seen(text: str) -> Context:
    closed = {
        path: Closed(f"{FOLDER}/app/main.py", stat.S_IFREG | 0o600, 0, 0)
        for path in (f"{FOLDER}/app", FOLDER, f"{FOLDER}/app/main.py")
    }
    return context("dev", files=(file("docker/api/Dockerfile", text),), closed=closed)


@pytest.mark.parametrize(
    "text",
    [
        "FROM x\nCOPY app /app\nUSER 10001\n",
        'FROM x\nCOPY ["app", "/app"]\nUSER node\n',
        "FROM x\nWORKDIR /app\nCOPY . .\nUSER 10001:10001\n",
        "FROM x AS one\nCOPY app /out/app\nFROM y\nCOPY --from=one /out /\nUSER 10001\n",
        "FROM x AS one\nCOPY --link app /app\nFROM one\nUSER 10001\n",
    ],
)
def test_catches_what_arrives_with_the_modes_of_the_context(text: str) -> None:
    """In the image itself, in one that it stands on, and in one that it copies from."""
    [hit] = catches(rule, seen(text))
    assert "cannot read docker/api/app/main.py, copied as it is: mode 0600, uid 0" in hit.message
    assert "chmod -R go+rX docker/api" in hit.fix


@pytest.mark.parametrize(
    "text",
    [
        "FROM x\nCOPY app /app\n",
        "FROM x\nCOPY app /app\nUSER root\n",
        "FROM x\nCOPY --chmod=a+rX app /app\nUSER 10001\n",
        "FROM x\nCOPY --chown=10001 app /app\nUSER 10001\n",
        "FROM x\nCOPY app /app\nRUN chmod -R go=rX /app\nUSER 10001\n",
        "FROM x AS one\nCOPY app /src\nRUN make\nFROM y\nCOPY --from=one /out /\nUSER 10001\n",
        "FROM x\nCOPY other /app\nUSER 10001\n",
        "FROM x\nADD https://example.com/app /app\nUSER 10001\n",
        "FROM x\nCOPY <<EOF /app\ntext\nEOF\nUSER 10001\n",
    ],
)
def test_catches_not_what_is_opened_or_does_not_arrive(text: str) -> None:
    """Root reads everything; flags and commands set modes; a builder's sources stay behind."""
    catches_not(rule, seen(text))
