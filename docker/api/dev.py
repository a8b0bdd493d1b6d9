#!/usr/bin/python3
"""Entry point of the `dev` image: restarts API and worker when their source is saved; DEBUG_PORT opens a debugger.

A command that fails before the first save ends the container with its exit code, so that a broken start is not hidden.
"""

import os
import signal
import subprocess
import sys
from types import FrameType

SOURCE = "/app"


def command(arguments: list[str]) -> list[str]:
    """Return the application's command line, under the debugger where a port is given."""
    port = os.environ.get("DEBUG_PORT")
    debugger = ["-Xfrozen_modules=off", "-m", "debugpy", "--listen", f"0.0.0.0:{port}"] if port else []
    return [sys.executable, *debugger, "-m", "dockyard", *arguments]


def stop(process: subprocess.Popen[bytes]) -> int:
    """End the application and return its exit code."""
    process.terminate()
    try:
        return process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def end(_: int, __: FrameType | None) -> None:
    """Turn the container's stop signal into an orderly end."""
    raise KeyboardInterrupt


def supervise(argv: list[str]) -> int:
    """Run the application until it fails at once or the container is stopped."""
    process, saved = subprocess.Popen(argv), False
    from watchfiles import PythonFilter, watch  # noqa: PLC0415 - the application starts while this loads

    try:
        for changes in watch(SOURCE, watch_filter=PythonFilter(), rust_timeout=500, yield_on_timeout=True):
            if changes:
                print(f"dev: {', '.join(sorted(path for _, path in changes))} saved, restarting", flush=True)
                stop(process)
                process, saved = subprocess.Popen(argv), True
            elif not saved and process.poll() is not None:
                return process.returncode
    finally:
        stop(process)
    return 128 + signal.SIGTERM


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    full = command(sys.argv[1:])
    if sys.argv[1:2] not in (["api"], ["worker"]):
        os.execv(full[0], full)
    try:
        sys.exit(supervise(full))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGTERM)
