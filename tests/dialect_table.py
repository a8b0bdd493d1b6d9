"""Statements, and what Docker Compose 2.40.3 makes of each, with `CONTEXT` in its environment (None: it refuses).

The integration test holds this table to the real program, unit tests hold the model to this table.
"""

from __future__ import annotations

import json
from pathlib import Path

CONTEXT = {"SET": "v", "EMPTY": ""}
LINES = Path(__file__).with_name("dialect.jsonl").read_text(encoding="utf-8").splitlines()
TABLE: tuple[tuple[str, dict[str, str] | None], ...] = tuple(
    tuple(json.loads(line)) for line in LINES if not line.startswith("#")
)
