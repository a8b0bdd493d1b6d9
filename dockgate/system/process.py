"""The one place that starts processes: argument lists, own process group, timeouts, nothing of our environment."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError, MissingToolError, ToolFailedError
from dockgate.core.readable import readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dockgate.core.errors import DockgateError
    from dockgate.core.plan import Command
    from dockgate.core.secret import Secret

GRACE = 5.0  # seconds between SIGTERM and SIGKILL
STDERR_LINES = 20  # chosen: one screen with the message above it
BY_SIGNAL = 128  # a shell adds the signal's number


class Result(Struct, frozen=True):
    """How a process ended: exit code (negative: signal), its output as bytes, and seconds."""

    code: int
    stdout: bytes
    stderr: bytes
    seconds: float

    @property
    def text(self) -> str:
        """Return its stdout; bytes that are no UTF-8 are replaced, since nothing obliges a program to write it."""
        return readable(self.stdout)


def run(command: Command, *, stdin: bytes | None = None, check: bool = True, capture: bool = True) -> Result:
    """Run to the end; `capture=False` lets output through.

    With `check`, a non-zero exit is a ToolFailedError with the end of its stderr.
    """
    started = time.monotonic()
    pipe = subprocess.PIPE if capture else None
    with (
        _start(command, subprocess.PIPE if stdin is not None else subprocess.DEVNULL, pipe) as process,
        _limited(command, process),
    ):
        stdout, stderr = process.communicate(stdin)
    result = Result(process.returncode, stdout or b"", stderr or b"", time.monotonic() - started)
    if check and result.code != 0:
        raise failed(command, result)
    return result


def follow(command: Command, line: Callable[[bytes], None]) -> Result:
    """Run to the end and hand over each line of its stderr as it comes; stdout is dropped, no exit code is an error."""
    started = time.monotonic()
    with (
        _start(command, subprocess.DEVNULL, subprocess.PIPE, stdout=subprocess.DEVNULL) as process,
        _limited(command, process),
    ):
        for each in process.stderr or ():
            line(each)
        process.wait()
    return Result(process.returncode, b"", b"", time.monotonic() - started)


@contextmanager
def _limited(command: Command, process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the process where it takes longer than it may, which is a ToolFailedError, or where anything else goes wrong.

    With a timer: `communicate(timeout=…)` waits for the output, and then looks for the end a millisecond later.
    """
    late = threading.Event()

    def end() -> None:
        late.set()
        stop(process)

    timer = threading.Timer(command.timeout, end)
    timer.daemon = True
    try:
        timer.start()
        yield
    except BaseException:
        stop(process)
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise ToolFailedError(f"{command.argv[0]} timed out after {command.timeout:g} s", fix=str(command))


def said(output: bytes, secrets: Iterable[Secret] = ()) -> str:
    """Return the output of a process, masked and escaped; the only way to print another program's output."""
    from dockgate.detection import masking  # noqa: PLC0415 - only where something failed

    return masking.said(readable(output).strip(), secrets)


def failed(command: Command, result: Result) -> ToolFailedError:
    """Return the error for a process that failed, with the last lines that it said."""
    lines = said(result.stderr or result.stdout, command.secrets).splitlines()[-STDERR_LINES:]
    detail = "".join(f"\n  | {line}" for line in lines)
    return ToolFailedError(f"{command.argv[0]} exited {result.code}{detail}", fix=f"the command was: {command}")


def attach(command: Command) -> int:
    """Run in the foreground on our own terminal and streams; return its exit code as a shell does."""
    try:
        with subprocess.Popen(command.argv, env=dict(command.env), cwd=command.cwd) as process:
            previous = signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C belongs to the program in the foreground
            try:
                code = process.wait()
            except BaseException:  # told to end ourselves: it is not left behind
                _end(process)
                raise
            finally:
                signal.signal(signal.SIGINT, previous)
            return code if code >= 0 else BY_SIGNAL - code
    except OSError as error:
        raise _unstarted(command, error) from error


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()


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
    except OSError as error:
        raise _unstarted(command, error) from error


def _unstarted(command: Command, error: OSError) -> DockgateError:
    if isinstance(error, FileNotFoundError):
        fix = "inv doctor shows what is missing and how to install it"
        return MissingToolError(f"{command.argv[0]} is not installed", fix=fix)
    if error.errno == errno.E2BIG:
        return _too_much(command)
    return MissingToolError(f"{command.argv[0]} cannot be run: {error.strerror}", fix="it must be an executable file")


def _too_much(command: Command) -> ConfigError:
    sizes = {name: len(name) + len(value) for name, value in command.env.items()}
    largest = max(sizes, key=lambda name: sizes[name], default="none")
    return ConfigError(
        f"{command.argv[0]} cannot be given {len(sizes):,} variables with {sum(sizes.values()):,} characters; "
        f"the largest is {largest} with {sizes.get(largest, 0):,}",
        fix="pass large values to containers as files (`configs:`), and remove unused variables",
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
