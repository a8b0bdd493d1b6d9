"""Completion: the script in bash itself, the index that it reads, and what is missing from both."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from dockgate.env import schema
from dockgate.tasks import completion_index, completion_scripts
from dockgate.tasks.arguments import TaskSpec
from tests.unit.stack.startup.stacks import model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tasks.world import World

ASK = 'source "$1"; COMP_LINE="$2"; COMP_POINT=${#2}; _inv_complete; echo "${COMPREPLY[*]}"'
SPECS = {
    "up": TaskSpec(frozenset({"--env", "--instance", "--service"}), frozenset(), frozenset({"--json"})),
    "env.explain": TaskSpec(frozenset({"--env", "--name"}), frozenset(), frozenset(), ("--name",)),
    "secrets.set": TaskSpec(frozenset({"--env", "--name"}), frozenset(), frozenset(), ("--name",)),
    "promote": TaskSpec(frozenset({"--version", "--to"}), frozenset(), frozenset()),
    "rollback": TaskSpec(frozenset({"--env", "--to"}), frozenset(), frozenset()),
}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return worlds.make(tmp_path, model(service("db"), service("api")), monkeypatch)


def complete(folder: Path, line: str) -> list[str]:
    """Ask bash, in a folder, what the line may become."""
    script = folder / "script"
    script.write_text(completion_scripts.script("bash", "inv", SPECS), encoding="utf-8")
    words = ["bash", "--norc", "-c", ASK, "bash", str(script), line]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True, timeout=30)
    assert done.stderr == ""
    return done.stdout.split()


def test_tasks_flags_and_names_are_completed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `up` has seen, from a folder below the project too; bash is given what stands behind the `=`."""
    assert world.inv("up", "--env=dev", monkeypatch=monkeypatch) == 0
    completion_index.note(
        project.load(world.folder, {}), "dev", ("api", "db"), "two", schema.load(world.folder).variables
    )
    (world.folder / "releases/1.2.0").mkdir(parents=True)
    (world.folder / "below").mkdir()
    for folder in (world.folder, world.folder / "below"):
        assert complete(folder, "inv u") == ["up"]
        assert complete(folder, "inv up --") == ["--env=", "--instance=", "--json", "--service="]
        assert complete(folder, "inv up --env=") == ["dev", "prod", "staging"]
        assert complete(folder, "inv up --env=p") == ["prod"]
        assert complete(folder, "inv up --env=dev --service=") == ["api", "db"]
        assert complete(folder, "inv up --env=prod --service=") == []
        assert complete(folder, "inv up --env=dev --instance=t") == ["two"]
        assert complete(folder, "inv env.explain G") == ["GREETING"]
        assert complete(folder, "inv secrets.set --env=prod ") == ["TOKEN"]
        assert complete(folder, "inv promote --to=s") == ["staging"]
        assert complete(folder, "inv promote --version=") == ["1.2.0"]
        assert complete(folder, "inv rollback --to=") == ["1.2.0"]
        assert complete(folder, "inv up --profile=") == []


def test_without_an_index_the_tasks_are_completed_all_the_same(tmp_path: Path) -> None:
    """In a folder of no project."""
    assert complete(tmp_path, "inv up --env=") == []
    assert complete(tmp_path, "inv pro") == ["promote"]


def test_what_was_seen_of_one_environment_stays(world: World) -> None:
    """A service that is gone goes with the next look at its environment; a name that a shell would read is left out."""
    loaded = project.load(world.folder, {})
    path = world.folder / completion_index.PATH

    def seen() -> list[str]:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("env ")]

    completion_index.note(loaded, "dev", ("api",), "two", schema.load(world.folder).variables)
    assert path.read_text(encoding="utf-8").splitlines() == [
        "env - dev",
        "env - prod",
        "env - staging",
        "instance dev two",
        "secret - TOKEN",
        "service dev api",
        "variable - DOOR_PORT",
        "variable - GREETING",
        "variable - TOKEN",
    ]
    path.unlink()
    completion_index.note(loaded, "dev", ("api", "old", "$(touch x)"), "one", {})
    completion_index.note(loaded, "prod", ("api",), "", {})
    completion_index.note(loaded, "dev", ("api", "new"), "two", {})
    assert seen() == [
        "instance dev one",
        "instance dev two",
        "service dev api",
        "service dev new",
        "service prod api",
    ]
    path.write_text("service gone x\nbroken\nservice dev a b\n", encoding="utf-8")
    completion_index.note(loaded, "prod", (), "", {})
    assert seen() == []
    path.unlink()
    path.mkdir()
    completion_index.note(loaded, "prod", ("api",), "", {})


@pytest.mark.parametrize(("shell", "part"), [("zsh", "bashcompinit"), ("fish", "complete -c invoke -f -a")])
def test_other_shells_use_the_same_functions(shell: str, part: str) -> None:
    """Each in its own way."""
    text = completion_scripts.script(shell, "inv", SPECS)
    assert part in text
    assert "_inv_complete" in text
    assert "@" not in text.replace('"${COMPREPLY[@]}"', "")


def test_task_prints_the_script(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For the program that was called; its names are known at once."""
    assert world.inv("completion", "bash", monkeypatch=monkeypatch) == 0
    printed = capsys.readouterr()
    assert printed.out.endswith("complete -F _inv_complete inv invoke\n")
    assert "secret - TOKEN\n" in (world.folder / completion_index.PATH).read_text(encoding="utf-8")
    assert world.inv("completion", "tcsh", monkeypatch=monkeypatch) == 2
    assert "bash, zsh, fish" in capsys.readouterr().err
    assert "complete -F _dockgate_complete dockgate\n" in completion_scripts.script("bash", "dockgate", SPECS)


def test_the_script_has_each_task_with_its_flags_and_what_their_values_are() -> None:
    """A word that is given by its place has no flag; one of two programs names its functions."""
    text = completion_scripts.script("bash", "dockgate.pyz", SPECS)
    lines = text.splitlines()
    start = lines.index("_dockgate_flags() {")
    assert lines[start : start + 10] == [
        "_dockgate_flags() {",
        '    case "$1" in',
        "        up) echo '--env= --instance= --json --service=' ;;",
        "        env.explain) echo '--env=' ;;",
        "        secrets.set) echo '--env=' ;;",
        "        promote) echo '--to= --version=' ;;",
        "        rollback) echo '--env= --to=' ;;",
        "    esac",
        "}",
        "",
    ]
    assert "        --instance=*) kind='instance' ;;" in lines
    assert "                releases.verify) kind='version' ;;" in lines
    assert '        found="env.explain promote rollback secrets.set up"' in lines
    assert lines[-1] == "complete -F _dockgate_complete dockgate"
    zsh = completion_scripts.script("zsh", "inv", SPECS)
    assert zsh.startswith("autoload -U +X bashcompinit && bashcompinit\n_inv_names() {\n")
    assert zsh.endswith("complete -F _inv_complete inv invoke\n")


def test_fish_asks_bash(tmp_path: Path) -> None:
    """With every quote of the script in a form that fish gives on as it was."""
    text = completion_scripts.script("fish", "inv", SPECS)
    head, _, rest = text.partition("bash -c '")
    body, _, end = rest.rpartition("'\nend\n")
    assert head == "function __inv_complete\n    set -lx COMP_LINE (commandline -cp)\n    "
    assert end == "complete -c inv -f -a '(__inv_complete)'\ncomplete -c invoke -f -a '(__inv_complete)'\n"
    assert r"_inv_complete; printf \'%s\\n\' " in body
    asked = body.replace("\\'", "'").replace("\\\\", "\\")
    words = ["bash", "--norc", "-c", asked]
    environment = {"COMP_LINE": "inv up --j", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=30)
    assert (done.stdout, done.stderr) == ("--json\n", "")
