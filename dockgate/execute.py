"""The one place that starts processes: argument lists, own process group, timeouts, nothing of our environment."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockgate.errors import MissingToolError, ToolFailedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockgate.plan import Command

GRACE = 5.0
STDERR_LINES = 20


@dataclass(frozen=True, slots=True)
class Result:
    """How a process ended: exit code (negative: signal), its output as bytes, and seconds."""

    code: int
    stdout: bytes
    stderr: bytes
    seconds: float


def run(command: Command, *, stdin: bytes | None = None, check: bool = True, capture: bool = True) -> Result:
    """Run to the end; `capture=False` lets output through.

    With `check`, a non-zero exit is a ToolFailedError with the end of its stderr.
    """
    started = time.monotonic()
    pipe = subprocess.PIPE if capture else None
    with _start(command, subprocess.PIPE if stdin is not None else subprocess.DEVNULL, pipe) as process:
        try:
            stdout, stderr = process.communicate(stdin, timeout=command.timeout)
        except subprocess.TimeoutExpired:
            stop(process)
            raise ToolFailedError(
                f"{command.argv[0]} did not end within {command.timeout:g} s", fix=str(command)
            ) from None
        except BaseException:
            stop(process)
            raise
    result = Result(process.returncode, stdout or b"", stderr or b"", time.monotonic() - started)
    if check and result.code != 0:
        raise failed(command, result)
    return result


def follow(command: Command, line: Callable[[bytes], None]) -> Result:
    """Run to the end and hand over each line of its stderr as it comes; stdout is dropped, no exit code is an error."""
    started = time.monotonic()
    with _start(command, subprocess.DEVNULL, subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        timer = threading.Timer(command.timeout, stop, (process,))
        timer.start()
        try:
            for each in process.stderr or ():
                line(each)
        except BaseException:
            stop(process)
            raise
        finally:
            timer.cancel()
    return Result(process.returncode, b"", b"", time.monotonic() - started)


def failed(command: Command, result: Result) -> ToolFailedError:
    """Return the error for a process that failed, with the last lines that it said."""
    said = (result.stderr or result.stdout).decode(errors="replace").strip().splitlines()[-STDERR_LINES:]
    detail = "".join(f"\n  | {line}" for line in said)
    return ToolFailedError(f"{command.argv[0]} exited {result.code}{detail}", fix=f"the command was: {command}")


def attach(command: Command) -> int:
    """Run in the foreground on our own terminal, stdin, stdout and stderr; return its exit code. For exec and shell."""
    try:
        with subprocess.Popen(command.argv, env=dict(command.env), cwd=command.cwd) as process:
            previous = signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C belongs to the program in the foreground
            try:
                return process.wait()
            finally:
                signal.signal(signal.SIGINT, previous)
    except FileNotFoundError as error:
        raise _missing(command) from error


def _start(command: Command, stdin: int, pipe: int | None, *, stdout: int | None = None) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command.argv,
            env=dict(command.env),
            cwd=command.cwd,
            stdin=stdin,
            stdout=pipe if stdout is None else stdout,
            stderr=pipe,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise _missing(command) from error
    except OSError as error:  # no permission, not a program, out of memory or of processes
        said = f"{command.argv[0]} cannot be started: {error.strerror}"
        raise MissingToolError(said, fix="inv doctor says what is missing and how to get it") from error


def _missing(command: Command) -> MissingToolError:
    return MissingToolError(
        f"{command.argv[0]} is not installed", fix="inv doctor says what is missing and how to get it"
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything that it started: terminate the group, then kill it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
