"""The journal of a release: which steps are done and what they gave, so that a killed release goes on where it was."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, field

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.system import regular_file, state_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    Outputs = Mapping[str, Mapping[str, Any]]


class ReleaseStep(Struct, frozen=True):
    """One step of a release: `run` gets the outputs of the steps before and returns its own, as JSON."""

    name: str
    what: str
    run: Callable[[Outputs], Mapping[str, Any]]


class Done(Struct, frozen=True):
    """How a step went in this run: `done`, `resumed` (done by an earlier one) or `failed`."""

    name: str
    outcome: str
    seconds: float

    def as_json(self) -> Mapping[str, Any]:
        """Return the step as `--json` prints it."""
        return {"name": self.name, "seconds": round(self.seconds, 3), "outcome": self.outcome}


class JournalFile(Struct, frozen=True):
    """What the file holds."""

    inputs: dict[str, Any]
    outputs: dict[str, dict[str, Any]]


class Journal(Struct):
    """One release in progress; `inputs` are what it was begun with, and must stay."""

    path: Path
    inputs: Mapping[str, Any]
    outputs: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def save(self) -> None:
        """Write the journal whole, or not at all."""
        text = msgspec.json.encode({"inputs": self.inputs, "outputs": self.outputs})
        state_folder.save(self.path, msgspec.json.format(text, indent=1))

    def unfinished(self) -> tuple[str, ...]:
        """Return a line on what an interrupted release has done; none where it has finished no step."""
        done = ", ".join(self.outputs)
        what = f"the release of {self.inputs['version']}, begun {self.inputs['started']}, was not finished"
        return (f"{what}; done: {done}; inv release goes on with it",) if done else ()

    def end(self) -> None:
        """Forget a finished release: its manifest says all."""
        self.path.unlink(missing_ok=True)


def load(path: Path) -> Journal | None:
    """Return the journal of an interrupted release, None where there is none."""
    try:
        read = msgspec.json.decode(regular_file.read(path), type=JournalFile)
        return Journal(path, read.inputs, dict(read.outputs))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, msgspec.MsgspecError, RecursionError) as error:
        fix = "remove it: the release then begins again"
        raise ConfigError(f"is not a journal: {error}", where=Location(str(path)), fix=fix) from error


def run(
    journal: Journal, stages: Sequence[ReleaseStep], tell: Callable[[ReleaseStep, Done | None], None]
) -> tuple[Done, ...]:
    """Run what is not done yet, in order; each output is on disk before the next step begins.

    `tell` hears of a step as it begins (with None) and as it ends.
    """
    journal.save()
    ended: list[Done] = []
    for stage in stages:
        if stage.name in journal.outputs:
            ended.append(Done(stage.name, "resumed", 0.0))
        else:
            tell(stage, None)
            started = time.monotonic()
            try:
                output = stage.run(dict(journal.outputs))
            except BaseException:
                tell(stage, Done(stage.name, "failed", time.monotonic() - started))
                raise
            journal.outputs[stage.name] = output
            journal.save()
            ended.append(Done(stage.name, "done", time.monotonic() - started))
        tell(stage, ended[-1])
    return tuple(ended)
