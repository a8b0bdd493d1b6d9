"""What every task has: long flags only, a first line that says the target, JSON, and the one error boundary."""

from __future__ import annotations

import functools
import inspect
import os
import signal
import stat
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from invoke.tasks import Task

from dockgate.core import terminal
from dockgate.core.errors import DockgateError
from dockgate.tasks import continuation, failures, screen, spoken
from dockgate.tasks.arguments import TaskSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.env.release_pointer import Pointer
    from dockgate.situation import Situation

JSON_HELP = "print one JSON document on stdout"
BY_SIGNAL = 128  # what a shell adds to the number of the signal
INTERRUPTED = BY_SIGNAL + signal.SIGINT
TERMINATED = BY_SIGNAL + signal.SIGTERM


class Session:
    """One running task: where it works, and how it speaks (data on stdout, talk on stderr)."""

    def __init__(self, *, json: bool, root: Path | None = None) -> None:
        """Start in `root`, or in the current folder."""
        self.json = json
        self.root = root
        self.shown = False

    @functools.cached_property
    def project(self) -> Project:
        """Return the project around the folder we are in."""
        from dockgate.core import project

        return project.load(self.root or Path.cwd())

    @functools.cached_property
    def situation(self) -> Situation:
        """Return the situation of this task, read once."""
        from dockgate.situation import Situation

        return Situation(self.project)

    def look_again(self, pointers: Mapping[str, Pointer] = MappingProxyType({})) -> None:
        """Forget what was read: the task has changed it, or is going to point environments at other releases."""
        from dockgate.situation import Situation

        vars(self)["situation"] = Situation(self.project, pointers)

    def target(
        self, env: str, instance: str = "", note: Callable[[Target], str] | None = None, option: str = "--env"
    ) -> Target:
        """Return the target of this task, and print it as the first line, with what `note` has to say of it.

        `option` is the one that `env` was given by.
        """
        from dockgate.core import endpoint, target

        self.project.environment(env, option)
        chosen = target.target(self.project, env, instance, endpoint.find(self.project.process))
        more = note(chosen) if note else ""
        self.say(f"{chosen} · {more}" if more else str(chosen))
        return chosen

    def everywhere(self, files: str, endpoint: Endpoint | None = None) -> None:
        """Print the first line of a task that works on no single environment; without an endpoint it asks no engine."""
        names = " ".join(self.project.environments)
        self.say(f"environment {names} · project {self.project.name} · endpoint {endpoint or 'none'} · files {files}")

    def say(self, text: str) -> None:
        """Print a message on stderr."""
        print(screen.text(spoken.text(text), sys.stderr), file=sys.stderr, flush=True)

    def show(self, document: Mapping[str, Any], text: str | Callable[[], str], *, raw: bool = False) -> None:
        """Print `document` as JSON with `--json`, else `text`, which a terminal gets wrapped unless it is `raw`."""
        self.shown = True
        if self.json:
            import json

            print(terminal.safe(json.dumps(spoken.fixes(document), indent=2, ensure_ascii=False)), flush=True)
            return
        lines = text if isinstance(text, str) else text()
        if lines:
            print(screen.text(spoken.text(lines), sys.stdout, wrap=not raw), flush=True)


def command(
    *,
    name: str | None = None,
    positional: tuple[str, ...] = (),
    iterable: tuple[str, ...] = (),
    default: bool = False,
    json: bool = True,
    extras: tuple[str, ...] = (),
    help: Mapping[str, str],  # noqa: A002 - Invoke's own word
) -> Callable[[Callable[..., None]], Task[Any]]:
    """Make a task of a function `(session, *, flags…)`, where every flag has a default and a help text.

    `positional` flags are given without their name, `iterable` ones (default None) may repeat, `json` adds `--json`
    (`session.json`), `default` makes it the default task of its collection, `extras` are the parts of the installation
    that it needs.
    """

    def decorate(body: Callable[..., None]) -> Task[Any]:
        @functools.wraps(body)
        def run(_context: object, /, **flags: Any) -> None:
            with_boundary(body, flags, extras)

        # Task reads the signature by itself and wants the context first, which is where the session stands.
        signature = _signature(body, json=json)
        vars(run)["__signature__"] = signature
        vars(run)["spec"] = _spec(signature, positional, iterable)
        texts = {**help, **({"json": JSON_HELP} if json else {})}
        vars(run)["texts"] = texts
        return Task(
            run,
            name=name,
            positional=positional,
            iterable=iterable,
            default=default,
            auto_shortflags=False,
            help=dict(texts),
        )

    return decorate


def with_boundary(body: Callable[..., None], flags: Mapping[str, Any], extras: Iterable[str] = ()) -> None:
    """Run a task's body; whatever happens becomes an exit code of DESIGN and a message, never a traceback."""
    arguments = dict(flags)
    json = bool(arguments.pop("json", False))
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `inv up &` comes with it ignored
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # nohup wants it ignored
        signal.signal(signal.SIGHUP, _terminate)
    _close_umask()
    session = Session(json=json)
    try:
        _installed(extras)
        body(session, **arguments)
    except DockgateError as error:
        fail(error, json=json and not session.shown)
    except KeyboardInterrupt:
        left = continuation.own(session.project) if "project" in vars(session) else ()
        session.say("\n".join(["interrupted", *left]))
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        unread()
        raise SystemExit(0) from None
    except OSError as error:
        fail(failures.of_machine(error) or failures.bug(error), json=json and not session.shown)
    except Exception as error:  # noqa: BLE001 - the one boundary: a traceback must not reach a user
        fail(failures.bug(error), json=json and not session.shown)


def _close_umask() -> None:
    """Let nothing that a task makes be writable by every user, whatever the umask; a group's is its own business."""
    before = os.umask(0o077)
    os.umask(before if before & stat.S_IWOTH else before | 0o022)


def _installed(extras: Iterable[str]) -> None:
    if extras:
        from dockgate.system import extras as parts

        parts.need(extras)


def unread() -> None:
    """Send the rest of stdout nowhere: its reader has gone, and Python would complain once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def last() -> None:
    """Flush what Invoke printed, while a closed pipe can still end quietly."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        unread()


def outside(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Take the place of `sys.excepthook`: Invoke's own lists and help end quietly, too, when the reader is gone."""
    if not isinstance(error, BrokenPipeError):
        sys.__excepthook__(kind, error, trace)
        return
    unread()
    os._exit(0)  # nothing else can give this end another exit code


def fail(error: DockgateError, *, json: bool) -> NoReturn:
    """Print an error on stderr, as JSON on stdout with `--json` too, and exit with its code."""
    if json:
        import json as encoder

        print(terminal.safe(encoder.dumps(spoken.fixes(error.as_json()), indent=2, ensure_ascii=False)), flush=True)
    print(screen.text(spoken.text(f"error: {error}"), sys.stderr), file=sys.stderr, flush=True)
    raise SystemExit(error.code)


def _terminate(number: int, _frame: object) -> NoReturn:
    raise SystemExit(BY_SIGNAL + number)


def _signature(body: Callable[..., None], *, json: bool) -> inspect.Signature:
    signature = inspect.signature(body)
    if not json:
        return signature
    flag = inspect.Parameter("json", inspect.Parameter.KEYWORD_ONLY, default=False)
    return signature.replace(parameters=[*signature.parameters.values(), flag])


def _flag(name: str) -> str:
    bare = name.strip("_").replace("_", "-")
    return f"-{bare}" if len(bare) == 1 else f"--{bare}"


def _spec(signature: inspect.Signature, positional: Iterable[str], iterable: Iterable[str]) -> TaskSpec:
    """Read what a task takes off its defaults; Task.get_arguments would use its help texts up."""
    defaults = {name: entry.default for name, entry in list(signature.parameters.items())[1:]}
    flags = {name: _flag(name) for name in defaults}
    return TaskSpec(
        values=frozenset(flags[name] for name, value in defaults.items() if not isinstance(value, bool)),
        repeatable=frozenset(flags[name] for name in iterable),
        switches=frozenset(flags[name] for name, value in defaults.items() if isinstance(value, bool)),
        numbers=frozenset(flags[name] for name, value in defaults.items() if type(value) is int),
        words=tuple(flags[name] for name in positional),
    )
