"""Processes: argument lists, own groups, timeouts, and only the environment given."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import MagicMock, call

import pytest

from dockgate.core.errors import ConfigError, MissingToolError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.core.secret import Secret
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Callable

GRANDCHILD = "sleep 60 & echo $! > $0; wait"
# It ends us as soon as it runs: a fixed time would be too long here and too short on a busy machine.
ENDS_US = "import os, signal, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(0.1)"
ENDS_US += "; os.kill(os.getppid(), signal.SIGALRM); time.sleep(60)"


def python(code: str, *arguments: str, timeout: float = 60.0, **env: str) -> Command:
    return Command((sys.executable, "-I", "-c", code, *arguments), env, timeout=timeout)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_child_sees_only_the_given_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in our own environment does not leak into a child."""
    monkeypatch.setenv("LEAK", "1")
    result = process.run(python("import os; print(sorted(os.environ))", GIVEN="1"))
    assert b"GIVEN" in result.stdout
    assert b"LEAK" not in result.stdout


def test_input_and_output_are_bytes() -> None:
    """What goes in comes out, byte for byte."""
    data = bytes(range(256))
    result = process.run(python("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"), stdin=data)
    assert (result.code, result.stdout) == (0, data)


def test_failure_says_what_the_program_said() -> None:
    """The error has the exit code and the end of stderr."""
    lines = "print('said'); import sys; sys.exit('\\n'.join(['first', *map(str, range(19)), 'it broke']))"
    command = python(lines)
    with pytest.raises(ToolFailedError) as caught:
        process.run(command)
    shown = "".join(f"\n  | {line}" for line in (*range(19), "it broke"))
    assert str(caught.value) == f"{sys.executable} exited 1{shown}\n  → the command was: {command}"
    with pytest.raises(ToolFailedError) as caught:
        process.run(python("print('only this'); raise SystemExit(2)"))
    assert caught.value.what == f"{sys.executable} exited 2\n  | only this"


def test_a_failure_repeats_no_secret_of_the_command() -> None:
    """It may have read it in a file."""
    command = Command(("a",), secrets=(Secret("gaiquoh8eiwee"),))
    error = process.failed(command, process.Result(1, b"", b"no: gaiquoh8eiwee\n", 0.1))
    assert "gaiquoh" not in str(error)
    assert error.what.startswith("a exited 1\n  | no: ")


def test_lines_are_handed_over_as_they_come() -> None:
    """Of stderr alone; no exit code is an error, and the time is that of the whole run."""
    lines, timers = list[bytes](), list[bool]()
    code = "import sys, time; print('out' * 99_999); print('one', file=sys.stderr); time.sleep(0.05); sys.exit('two')"

    def line(each: bytes) -> None:
        lines.append(each)
        timers.extend(one.daemon for one in threading.enumerate() if isinstance(one, threading.Timer))

    result = process.follow(python(code), line)
    assert (lines, {*timers}) == ([b"one\n", b"two\n"], {True})  # what is late keeps no interpreter from its end
    assert (result.code, result.stdout, result.stderr) == (1, b"", b"")
    assert 0.05 <= result.seconds < 100


def test_a_process_has_no_input_unless_it_is_given_some(capfd: pytest.CaptureFixture[str]) -> None:
    """It runs in its folder and in a session of its own; its output goes through where it is not captured."""
    ask = "import os, sys; print(repr(sys.stdin.read()), os.getcwd(), os.getsid(0) == os.getpid())"
    command = Command((sys.executable, "-c", ask), cwd=Path("/"))
    assert process.run(command).text == "'' / True\n"
    assert process.run(command, stdin=b"").text == "'' / True\n"
    result = process.run(command, capture=False)
    assert (result.code, result.stdout, result.stderr) == (0, b"", b"")
    assert 0 < result.seconds < 100
    assert capfd.readouterr().out == "'' / True\n"


def test_unchecked_failure_is_a_result() -> None:
    """Who asks for the code gets it."""
    assert process.run(python("raise SystemExit(7)"), check=False).code == 7


def test_missing_program_is_a_missing_tool() -> None:
    """Exit 4, not a traceback."""
    for start in (process.run, process.attach):
        with pytest.raises(MissingToolError) as caught:
            start(Command(("/no/such/program",)))
        assert str(caught.value) == (
            "/no/such/program is not installed\n  → inv doctor shows what is missing and how to install it"
        )


@pytest.mark.parametrize("start", [process.run, process.attach])
def test_what_is_no_program_is_a_missing_tool(tmp_path: Path, start: Callable[[Command], object]) -> None:
    """A folder, a file that may not be run, one that is no program."""
    (tmp_path / "text").write_text("words")
    (tmp_path / "data").write_bytes(b"\x7f\0")
    (tmp_path / "data").chmod(0o700)
    for path in (tmp_path, tmp_path / "text", tmp_path / "data"):
        with pytest.raises(MissingToolError) as caught:
            start(Command((str(path),)))
        why = "Exec format error" if path.name == "data" else "Permission denied"
        assert str(caught.value) == f"{path} cannot be run: {why}\n  → it must be an executable file"


def test_an_environment_that_no_program_can_be_given_names_the_largest_value() -> None:
    """Linux takes 128 KiB a value; which it is, is told, and the value is not."""
    with pytest.raises(ConfigError) as caught:
        process.run(python("", CATALOGUE="x" * 200_000, OTHER="x" * 2_000))
    assert str(caught.value) == (
        f"{sys.executable} cannot be given 2 variables with 202,014 characters; the largest is CATALOGUE with 200,009\n"
        "  → pass large values to containers as files (`configs:`), and remove unused variables"
    )
    with pytest.raises(ConfigError, match=r"0 variables with 0 characters; the largest is none with 0\n"):
        process.run(Command((sys.executable, "x" * 200_000)))


def test_timeout_ends_grandchildren_too(tmp_path: Path) -> None:
    """A timeout leaves nothing behind."""
    file = tmp_path / "pid"
    file.touch()
    for timeout in (0.5, 5.0, 50.0):  # the longer ones where a loaded machine has not started it by then
        command = Command(("sh", "-c", GRANDCHILD, str(file)), {"PATH": os.environ["PATH"]}, timeout=timeout)
        with pytest.raises(ToolFailedError) as caught:
            process.run(command)
        assert str(caught.value) == f"sh timed out after {timeout:g} s\n  → {command}"
        if file.read_text():
            break
    deadline = time.monotonic() + 60
    while not gone(int(file.read_text())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert gone(int(file.read_text()))


def test_program_that_closes_its_output_and_goes_on_is_ended() -> None:
    """Its last line is not its end, and a limit that was passed is no success."""
    command = Command(("sh", "-c", "exec 2>&-; sleep 60"), {"PATH": os.environ["PATH"]}, timeout=0.2)
    for start in (process.run, lambda each: process.follow(each, lambda _line: None)):
        with pytest.raises(ToolFailedError, match="timed out after"):
            start(command)


def test_interrupt_ends_the_child(tmp_path: Path) -> None:
    """Ctrl-C while a child runs ends it as well."""
    file = tmp_path / "pid"

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            process.run(python(ENDS_US, str(file)))
    finally:
        signal.signal(signal.SIGALRM, previous)
    assert gone(int(file.read_text()))


def test_what_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """After five seconds; all of it may have ended just now."""
    child, groups = MagicMock(pid=7), MagicMock(side_effect=ProcessLookupError)
    child.wait.side_effect = [subprocess.TimeoutExpired("x", 5.0), 0, subprocess.TimeoutExpired("x", 5.0)]
    monkeypatch.setattr(os, "killpg", groups)
    process.stop(child)
    assert groups.mock_calls == [call(7, signal.SIGTERM), call(7, signal.SIGKILL)]
    assert child.mock_calls == [call.wait(5.0), call.wait()]
    process._end(child)
    assert child.mock_calls[2:] == [call.terminate(), call.wait(5.0), call.kill()]


def test_attached_program_gives_its_exit_code() -> None:
    """`exec` passes the code through."""
    assert process.attach(Command((sys.executable, "-c", ""), dict(os.environ))) == 0
    assert process.attach(Command((sys.executable, "-c", "raise SystemExit(9)"), dict(os.environ))) == 9
    where = "import os; raise SystemExit(3 if os.getcwd() == '/' and 'A' in os.environ else 4)"
    assert process.attach(Command((sys.executable, "-c", where), {"A": "b"}, Path("/"))) == 3


def test_attached_program_that_a_signal_ended_is_told_as_a_shell_does() -> None:
    """128 and the signal's number."""
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert process.attach(Command((sys.executable, "-c", code), dict(os.environ))) == 128 + signal.SIGKILL


def test_attached_program_ends_with_us(tmp_path: Path) -> None:
    """Told to end while it runs, we neither wait for it nor leave it behind."""
    file = tmp_path / "pid"

    def terminate(_number: int, _frame: object) -> None:
        raise SystemExit(143)

    previous = signal.signal(signal.SIGALRM, terminate)
    began = time.monotonic()
    try:
        with pytest.raises(SystemExit):
            process.attach(Command((sys.executable, "-c", ENDS_US, str(file)), dict(os.environ)))
    finally:
        signal.signal(signal.SIGALRM, previous)
    assert time.monotonic() - began < 30
    assert gone(int(file.read_text()))
