"""What goes wrong while a stack comes up: each case by its environment, the service that it befalls, and the fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ENVIRONMENTS = ("dev", "staging", "prod")
READY = "/dev/shm/ready"  # noqa: S108 - in a container
SERVES = f"sleep 0.2; touch {READY}; sleep 600"
Change = dict[str, Any]


def probe(test: str, **more: Any) -> Change:
    """Return a health check that runs a script."""
    times = {"interval": "1s", "timeout": "10s", "retries": 1, "start_period": "10s", "start_interval": "250ms"}
    return {"test": ["CMD", "/bin/sh", "-c", test], **times, **more}


def runs(script: str, **more: Any) -> Change:
    """Return what changes of a service that runs another script."""
    return {"command": ["/bin/sh", "-c", script.replace("$", "$$")], **more}


FILLED = "while echo 0123456789012345678901234567890123456789; do :; done > /small/file; exit 28"
GROWN = "x=0123456789012345; while :; do x=$x$x; done"
# What a service does instead of serving; each is red whatever else happens.
FAULTS: dict[str, Change] = {
    "exits at once": runs("exit 1"),
    "exits at once without an error": runs("exit 0"),
    "exits before it is ready": runs("sleep 2; exit 3"),
    "exits after 20 s": runs("sleep 20; exit 3", healthcheck=probe("[ -f /dev/shm/ready ]", start_period="30s")),
    "never healthy": runs("sleep 600"),
    "a probe that hangs": runs(SERVES, healthcheck=probe("sleep 600", timeout="1s")),
    "a probe without a program": runs(SERVES, healthcheck=probe("true") | {"test": ["CMD", "/bin/nothing"]}),
    "out of memory": runs(GROWN),
    "a full disk": runs(FILLED),
    "ends by a signal": runs("kill -SEGV $$; sleep 600"),
    "a program that does not exist": {"command": ["/bin/nothing"]},
    "an image that does not exist": {"image": "injected:nowhere", "pull_policy": "never"},
}
# Healthy at first: found where `up` still has something to do for the service.
LATER: dict[str, Change] = {
    "healthy, then unhealthy": runs(f"touch {READY}; sleep 0.7; rm {READY}; sleep 600"),
    "healthy, then exits": runs(f"touch {READY}; sleep 0.7; exit 1"),
}
JOB_FAULTS: dict[str, Change] = {
    "a migration that fails": runs("exit 1"),
    "a migration that fails late": runs("sleep 2; exit 2"),
    "a migration that never ends": runs("sleep 600"),
    "a migration out of memory": runs(GROWN),
    "a migration on a full disk": runs(FILLED),
    "a migration without its program": {"command": ["/bin/nothing"]},
}
# What others do to a container the moment it starts.
PORT, GONE = "a port that is taken", "the engine goes away"
OUTSIDE = ("kill", "rm --force", "pause")
LATE = runs(f"sleep 5; {SERVES}", healthcheck=probe(f"[ -f {READY} ]", start_period="30s"))  # it is not ready by then


@dataclass(frozen=True)
class Case:
    """One thing that goes wrong in one service, while the stack is created or while it is changed."""

    environment: str
    target: str
    fault: str
    fresh: bool = False

    def __str__(self) -> str:
        """Return a name for reports."""
        return f"{self.environment}: {self.target}, {self.fault}, {'first start' if self.fresh else 'change'}"


def cases(environment: str) -> list[Case]:
    """Return every case of an environment: those of a first start come last, since they take the stack away."""
    services = ("store", "app", "edge")
    found = [Case(environment, target, fault) for fault in FAULTS for target in services]
    found += [Case(environment, "app", fault) for fault in LATER]
    found += [Case(environment, "job", fault) for fault in JOB_FAULTS]
    found += [Case(environment, target, fault) for fault in OUTSIDE for target in services]
    found += [Case(environment, target, GONE) for target in ("app", "edge", "job")]
    found.append(Case(environment, "edge", PORT))
    short = ("exits at once", "never healthy", "a probe that hangs", "out of memory", "an image that does not exist")
    found += [Case(environment, target, fault, fresh=True) for fault in short for target in ("store", "app", "edge")]
    found += [Case(environment, "app", fault, fresh=True) for fault in LATER]
    found += [Case(environment, "job", fault, fresh=True) for fault in ("a migration that fails",)]
    found.append(Case(environment, "edge", PORT, fresh=True))
    return found
