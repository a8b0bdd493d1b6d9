"""What BuildKit says while it builds (`--progress=rawjson`): seconds for each target, and why one failed."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from typing import Any

from dockgate.core.readable import readable

TARGET = re.compile(r"\[(\S+?)(?: [^]]*)?\] ?(.*)", re.DOTALL)
EXPORTED = "exporting to image"
FRACTION = re.compile(r"(\.\d{1,6})\d*Z$")
LOG_LINES = 20  # chosen: what fits a screen under the message


class Progress:
    """Takes BuildKit's status lines in, one at a time."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.steps: dict[str, dict[str, Any]] = {}
        self.logs: dict[str, bytes] = {}
        self.other: list[str] = []

    def feed(self, line: bytes) -> str:
        """Take a line; return the target that it completes, mostly none."""
        try:
            status = json.loads(line)
        except ValueError:
            self.other.append(readable(line).rstrip())
            return ""
        for log in status.get("logs") or ():
            self.logs[log["vertex"]] = self.logs.get(log["vertex"], b"") + base64.b64decode(log.get("data") or "")
        done = ""
        for step in status.get("vertexes") or ():
            known = self.steps.setdefault(step["digest"], {})
            exported = EXPORTED in step["name"] and step.get("completed") and not step.get("error")
            if exported and not known.get("completed"):
                done = _target(step["name"])[0]
            known.update(step)
        return done

    def seconds(self, target: str) -> float:
        """Return how long a target took, from its first step to its last; steps that targets share count for one.

        A cached step does not count: BuildKit says the times of the build that it was made in.
        """
        steps = [step for step in self.steps.values() if _target(step["name"])[0] == target and not step.get("cached")]
        begun = [_time(step["started"]) for step in steps if step.get("started")]
        ended = [_time(step["completed"]) for step in steps if step.get("completed")]
        return max(0.0, (max(ended) - min(begun)).total_seconds()) if begun and ended else 0.0

    def failure(self) -> str:
        """Return which step failed, why, and the last lines that it said."""
        for digest, step in self.steps.items():
            error = step.get("error")
            if error and not error.endswith(("context canceled", "CANCELED")):
                target, name = _target(step["name"])
                said = readable(self.logs.get(digest, b"")).splitlines()[-LOG_LINES:]
                return "\n  | ".join([f"{target or 'build'}: {name or step['name']}: {error}", *said])
        return "\n  | ".join(["buildx bake failed", *self.other[-LOG_LINES:]])


def _target(name: str) -> tuple[str, str]:
    match = TARGET.match(name)
    return (match[1], match[2]) if match else ("", name)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(FRACTION.sub(r"\1+00:00", text))
