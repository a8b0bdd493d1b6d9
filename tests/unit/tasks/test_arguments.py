"""The command line is checked before anything runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invoke.parser import Parser
from invoke.program import Program

from dockgate.core.errors import ConfigError
from dockgate.tasks import arguments, build, specs
from dockgate.tasks.arguments import TaskSpec

SPECS = {
    "up": TaskSpec(
        frozenset({"--env", "--service", "--timeout"}),
        frozenset({"--service"}),
        frozenset({"--json", "--no-build"}),
        numbers=frozenset({"--timeout"}),
    ),
    "down": TaskSpec(frozenset({"--env", "--confirm"}), frozenset(), frozenset({"--volumes"})),
    "doctor": TaskSpec(frozenset(), frozenset(), frozenset({"--json"})),
    "env.explain": TaskSpec(frozenset({"--env", "--name"}), frozenset(), frozenset({"--json"}), ("--name",)),
}


MIXED = "one process works on one environment, but several are given: "
LIST, DRY = "inv --list shows the tasks", "use --dry-run, on the tasks that have it"
EACH = "run one command for each environment"
ONCE = "give it once: one process works on one environment"
TAKES = "it takes: --env --json --no-build --service --timeout"


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        ("", []),
        ("up --env=dev", [("up", {"--env": ["dev"]})]),
        ("up --env dev --no-build", [("up", {"--env": ["dev"], "--no-build": [""]})]),
        ("up --env=dev --service=api --service gateway", [("up", {"--env": ["dev"], "--service": ["api", "gateway"]})]),
        ("env.explain NAME --env=dev", [("env.explain", {"--name": ["NAME"], "--env": ["dev"]})]),
        ("env.explain --env=dev --name=NAME", [("env.explain", {"--env": ["dev"], "--name": ["NAME"]})]),
        ("up --env=dev down --env=dev", [("up", {"--env": ["dev"]}), ("down", {"--env": ["dev"]})]),
        ("doctor up --env=dev", [("doctor", {}), ("up", {"--env": ["dev"]})]),
        ("up --env=dev -- up --env=prod --bogus", [("up", {"--env": ["dev"]})]),
        ("-c other up --env=dev", [("up", {"--env": ["dev"]})]),
        ("--help up", []),
        ("--list", []),
        ("--list env", []),
        ("-D 1 --list", []),
        ("up --help", []),
        ("--version", []),
        ("-F json doctor", [("doctor", {})]),
        ("--complete -- inv up --bo", []),
        ("--collection=a=b up --env=dev", [("up", {"--env": ["dev"]})]),
        ("-d --no-dedupe up --env=dev", [("up", {"--env": ["dev"]})]),
        ("up --service=a=b --service=", [("up", {"--service": ["a=b", ""]})]),
        ("up --timeout 5", [("up", {"--timeout": ["5"]})]),
        ("--list -d", []),
        ("--help --list", []),
        ("up --list", []),
        ("-l env", []),
        ("up --env=dev --help down", []),
        ("--version=1 bogus", []),
        ("-T", []),
    ],
)
def test_accepts(line: str, calls: list[tuple[str, dict[str, list[str]]]]) -> None:
    """These run as they stand."""
    assert [(each.name, each.flags) for each in arguments.check(line.split(), SPECS)] == calls


@pytest.mark.parametrize(
    ("line", "what", "fix"),
    [
        ("--list= up", "unknown group of tasks 'up'.", "inv --list shows all tasks"),
        ("upp --env=dev", "unknown task 'upp'. Did you mean up?", LIST),
        ("up --env=dev --no-biuld", "up has no flag --no-biuld. Did you mean --no-build?", TAKES),
        ("up --env=dev --env=prod", "--env is given more than once to up", ONCE),
        ("up --env dev --env dev", "--env is given more than once to up", ONCE),
        ("up --env dev --env down", "--env is given more than once to up", ONCE),
        ("up down --env=prod", MIXED + "up without --env, down prod", EACH),
        ("up --env=dev down --env=prod", MIXED + "up dev, down prod", EACH),
        ("up --env=dev down", MIXED + "up dev, down without --env", EACH),
        ("up --env", "--env of up needs a value", "--env=VALUE"),
        ("up --env --no-build", "--env of up needs a value", "--env=VALUE"),
        ("up --env=dev --no-build=false", "--no-build takes no value", "give --no-build alone, or leave it out"),
        ("up --env=dev prod", "unknown task 'prod'.", LIST),
        ("up --env=dev --timeout=soon", "--timeout of up is 'soon', not a whole number", "for example --timeout=120"),
        ("up --env=dev --timeout=-1", "--timeout of up is '-1', not a whole number", "for example --timeout=120"),
        ("up -e dev", "up has no flag -e. Did you mean --env?", TAKES),
        ("--dry up --env=dev", "Invoke's --dry is not supported", DRY),
        ("--warn-only up --env=dev", "Invoke's --warn-only is not supported", DRY),
        ("--bogus up --env=dev", "unknown flag --bogus", "inv --help shows the options"),
        ("-D 2 up --env=dev down --env=prod", MIXED + "up dev, down prod", EACH),
        ("-F json up down --env=prod", MIXED + "up without --env, down prod", EACH),
        ("--list-depth=2 upp", "unknown task 'upp'. Did you mean up?", LIST),
        ("up --env=dev down --version", "down has no flag --version.", "it takes: --confirm --env --volumes"),
        ("up --env=dev --service -h down --env=prod", "--service of up needs a value", "--service=VALUE"),
        ("upp --help", "unknown task 'upp'. Did you mean up?", LIST),
        ("up --env=dev -h upp", "unknown task 'upp'. Did you mean up?", LIST),
        ("up --env=dev --help bogus", "unknown task 'bogus'.", LIST),
        ("--help upp", "unknown task 'upp'. Did you mean up?", LIST),
        ("--help=upp", "unknown task 'upp'. Did you mean up?", LIST),
        ("--list evn", "unknown group of tasks 'evn'. Did you mean env?", "inv --list shows all tasks"),
        ("pu --env=dev", "unknown task 'pu'. Did you mean up?", LIST),
        ("env.explain ONE TWO --env=dev", "unknown task 'TWO'.", LIST),
        (
            "env.explain --env=dev",
            "env.explain needs a NAME",
            "inv env.explain NAME …; inv --help env.explain shows its options",
        ),
        ("env.explain ONE --name=TWO --env=dev", "--name is given more than once to env.explain", ONCE),
        ("env.explain --name=ONE TWO --env=dev", "unknown task 'TWO'.", LIST),
        ("--list=evn", "unknown group of tasks 'evn'. Did you mean env?", "inv --list shows all tasks"),
        ("-l up", "unknown group of tasks 'up'.", "inv --list shows all tasks"),
        ("up --timeout=", "--timeout of up is '', not a whole number", "for example --timeout=120"),
        ("up --env dev --service", "--service of up needs a value", "--service=VALUE"),
        ("up --env=dev --list evn", "unknown group of tasks 'evn'. Did you mean env?", "inv --list shows all tasks"),
        ("up --json=1", "--json takes no value", "give --json alone, or leave it out"),
        ("--command-timeout 5 bogus", "unknown task 'bogus'.", LIST),
    ],
)
def test_refuses(line: str, what: str, fix: str) -> None:
    """These would run something else than what was meant."""
    with pytest.raises(ConfigError) as caught:
        arguments.check(line.split(), SPECS)
    assert (caught.value.what, caught.value.fix) == (what, fix)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("env.explain --help", ("env.explain",)),
        ("env.explain NAME --help", ()),
        ("up --help", ()),
        ("env.explain --env=dev up --help", ()),  # `up` is the word
        ("env.explain NAME", ()),
        ("env.explain", ()),
    ],
)
def test_a_task_whose_help_is_asked_for_may_lack_its_words(line: str, names: tuple[str, ...]) -> None:
    """Invoke would take `--help` for one of them."""
    assert arguments.lacking(line.split(), SPECS) == names


def test_names_the_environments() -> None:
    """Which environments a command line names, for the check that they exist."""
    calls = arguments.check(["up", "--env=dev", "doctor"], SPECS)
    assert arguments.environments(calls) == {"dev"}


TASKS = build()
REAL = specs(TASKS)
VALUES = st.sampled_from(["dev", "3", "a b", "x=y", ""])


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """Draw a command line of real tasks and flags, right or wrong."""
    words: list[str] = []
    for name in draw(st.lists(st.sampled_from(sorted(REAL)), min_size=1, max_size=2)):
        spec = REAL[name]
        words += [name, *draw(st.lists(VALUES.filter(bool), max_size=len(spec.words)))]
        for flag in draw(st.lists(st.sampled_from(sorted(spec.flags)), max_size=4)):
            joined = [flag] if flag in spec.switches else [f"{flag}={draw(VALUES)}"]
            words += draw(st.sampled_from([joined, [flag, draw(VALUES)]]))
    return words


@given(lines())
def test_what_is_accepted_invoke_accepts(words: list[str]) -> None:
    """With the same tasks: nothing is refused later, with exit code 1 and after a task has run."""
    try:
        calls = arguments.check(words, REAL)
    except ConfigError:
        return
    parsed = Parser(contexts=TASKS.to_contexts(), initial=Program(namespace=TASKS).initial_context).parse_argv(words)
    assert [TASKS[each.name] for each in parsed[1:]] == [TASKS[call.name] for call in calls]
