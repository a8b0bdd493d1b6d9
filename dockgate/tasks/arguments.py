"""Checks a command line before anything runs: Invoke alone exits 1 on a typo and binds `--env` to one task only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.suggest import near

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Invoke's own flags: those that take a value, those that show something of a task or group, and of Invoke itself.
CORE_VALUES = frozenset(
    "-T --command-timeout -c --collection -f --config -r --search-root -D --list-depth -F --list-format".split()
)
CORE_HELP, CORE_LIST = frozenset({"-h", "--help"}), frozenset({"-l", "--list"})
CORE_SHOW = frozenset({"-V", "--version", "--complete", "--print-completion-script"})
CORE_HARMLESS = frozenset({"-d", "--debug", "--write-pyc", "--no-dedupe"})
CORE_MEANINGLESS = frozenset(
    {"-R", "--dry", "-w", "--warn-only", "-e", "--echo", "--hide", "-p", "--pty", "--prompt-for-sudo-password"}
)


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """What a task takes: flags with a value (some repeat, some are whole numbers), switches, positional words.

    `words` are the flags that may be given as positional words instead, in order; the task needs them all.
    """

    values: frozenset[str]
    repeatable: frozenset[str]
    switches: frozenset[str]
    words: tuple[str, ...] = ()
    numbers: frozenset[str] = frozenset()

    @property
    def flags(self) -> frozenset[str]:
        """Return every flag of the task."""
        return self.values | self.switches


@dataclass(slots=True)
class Call:
    """One task on the command line with the flags that it was given."""

    name: str
    spec: TaskSpec
    flags: dict[str, list[str]] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """Return the flags of the positional words that were not given, in order."""
        return [flag for flag in self.spec.words if flag not in self.flags]


def check(argv: Sequence[str], specs: Mapping[str, TaskSpec]) -> tuple[Call, ...]:
    """Return the calls on the command line, none where it only shows something.

    ConfigError for what is unknown, repeated or mixed.
    """
    calls, shown = _read(argv, specs)
    if shown:
        return ()
    for call in calls:
        _complete(call)
    _one_environment(calls)
    return tuple(calls)


def lacking(argv: Sequence[str], specs: Mapping[str, TaskSpec]) -> tuple[str, ...]:
    """Return the tasks whose help is asked for before their words are given: Invoke would take `--help` for one."""
    calls, shown = _read(argv, specs)
    return tuple(call.name for call in calls if shown and call.missing)


def _read(argv: Sequence[str], specs: Mapping[str, TaskSpec]) -> tuple[list[Call], bool]:
    """Return the calls on the command line, and whether it only shows something."""
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    first = _without_core(words)
    calls: list[Call] = []
    if first and first[0].startswith("-"):
        _shown(first, specs)
        return calls, True
    rest = iter(first)
    for word in rest:
        if word.startswith("-"):
            if word in CORE_HELP | CORE_LIST:
                _shown((word, *rest), specs)
                return calls, True
            _flag(word, rest, calls)
        elif calls and calls[-1].missing:
            calls[-1].flags[calls[-1].missing[0]] = [word]
        elif word in specs:
            calls.append(Call(word, specs[word]))
        else:
            raise _no_task(word, specs)
    return calls, False


def environments(calls: Iterable[Call]) -> frozenset[str]:
    """Return the environments that these calls name."""
    return frozenset(value for call in calls for value in call.flags.get("--env", ()))


def _without_core(words: Sequence[str]) -> list[str]:
    """Drop the flags that Invoke reads before the first task, up to one that only shows something."""
    rest = list(words)
    while rest and rest[0].startswith("-"):
        name = rest[0].partition("=")[0]
        if name in CORE_HELP | CORE_LIST | CORE_SHOW:
            return rest
        if name in CORE_MEANINGLESS:
            raise ConfigError(f"Invoke's {name} is not supported", fix="use --dry-run, on the tasks that have it")
        if name not in CORE_VALUES | CORE_HARMLESS:
            raise ConfigError(f"unknown flag {name}", fix="inv --help shows the options")
        takes_next = name in CORE_VALUES and "=" not in rest[0]
        rest = rest[2:] if takes_next else rest[1:]
    return rest


def _shown(words: Sequence[str], specs: Mapping[str, TaskSpec]) -> None:
    """Check that the task or group to be shown is one: Invoke would exit 1."""
    name, _, value = words[0].partition("=")
    of = value or next(iter(words[1:]), "")
    if of.startswith("-") or not of:
        return
    if name in CORE_HELP and of not in specs:
        raise _no_task(of, specs)
    groups = {each.rpartition(".")[0] for each in specs}
    if name in CORE_LIST and of not in groups:
        raise ConfigError(f"unknown group of tasks {of!r}." + near(of, groups), fix="inv --list shows all tasks")


def _no_task(word: str, specs: Mapping[str, TaskSpec]) -> ConfigError:
    return ConfigError(f"unknown task {word!r}." + near(word, specs), fix="inv --list shows the tasks")


def _flag(word: str, rest: Iterable[str], calls: Sequence[Call]) -> None:
    call = calls[-1]
    name, equals, value = word.partition("=")
    if name not in call.spec.flags:
        known = " ".join(sorted(call.spec.flags))
        raise ConfigError(f"{call.name} has no flag {name}." + near(name, call.spec.flags), fix=f"it takes: {known}")
    if name in call.spec.switches:
        if equals:
            raise ConfigError(f"{name} takes no value", fix=f"give {name} alone, or leave it out")
        value = ""
    elif not equals:
        value = next(iter(rest), "-")
        if value.startswith("-"):
            raise ConfigError(f"{name} of {call.name} needs a value", fix=f"{name}=VALUE")
    if name in call.spec.numbers and not value.isdecimal():
        raise ConfigError(f"{name} of {call.name} is {value!r}, not a whole number", fix=f"for example {name}=120")
    given = call.flags.setdefault(name, [])
    if given and name not in call.spec.repeatable:
        raise ConfigError(
            f"{name} is given more than once to {call.name}", fix="give it once: one process works on one environment"
        )
    given.append(value)


def _complete(call: Call) -> None:
    """Check that a task has its positional words: Invoke would exit 1."""
    if call.missing:
        word = call.missing[0].removeprefix("--").upper()
        raise ConfigError(
            f"{call.name} needs a {word}", fix=f"inv {call.name} {word} …; inv --help {call.name} shows its options"
        )


def _one_environment(calls: Sequence[Call]) -> None:
    """Check that all tasks of one process name the same environment, or that none names one."""
    choosing = [call for call in calls if "--env" in call.spec.values]
    named = environments(choosing)
    without = [call.name for call in choosing if not call.flags.get("--env")]
    if len(named) > 1 or (named and without):
        mixed = ", ".join(f"{call.name} {call.flags.get('--env', ['without --env'])[0]}" for call in choosing)
        raise ConfigError(
            f"one process works on one environment, but several are given: {mixed}",
            fix="run one command for each environment",
        )
