"""What import-linter's contracts in pyproject.toml cannot say: one reader of the environment, a core that is pure."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Decisions are made here: no process, no engine, no file of its own accord.
PURE = (
    "compose.lifecycle core.compose_escape core.labels "
    "core.columns compose.variables core.errors core.findings detection.masking compose.model core.location "
    "compose.overlay core.plan env.provider_references env.quoting compose.readers env.references "
    "env.resolver core.secret core.suggest stack.startup.outcome stack.startup.pending stack.startup.scheduler "
    "stack.startup.track release.version scan.verdict"
).split()
WORLD = {
    "dockgate.system.process",
    "dockgate.engine.sdk_client",
    "dockgate.engine.socket_client",
    "dockgate.core.project",
    "dockgate.secrets.store",
}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in (ROOT / "dockgate").rglob("*.py")}


@cache
def parsed(name: str) -> ast.Module:
    """Return a module's tree; each test looks at all of them."""
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


@cache
def imports(name: str) -> set[str]:
    """Return what a module imports as it is imported itself: not in its functions, not for types alone."""
    found: set[str] = set()
    todo: list[ast.AST] = [parsed(name)]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        todo += ast.iter_child_nodes(node)
    return found


def ours(name: str) -> set[str]:
    return {each for each in imports(name) if each in MODULES and each != name}


def test_only_project_reads_the_process_environment() -> None:
    """Everything else is given it."""
    for name, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        assert name == "dockgate.core.project" or "os.environ" not in text.replace("`os.environ`", ""), name


def test_what_processes_say_is_shown_masked() -> None:
    """A program may repeat a secret of some file: its stderr is taken through `process.said` alone."""
    for name in set(MODULES) - {"dockgate.system.process"}:
        nodes = list(ast.walk(parsed(name)))
        masked = {
            inner
            for node in nodes
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"process.said", "processes.said"}
            for inner in ast.walk(node)
        }
        read = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr == "stderr"]
        assert {ast.unparse(node) for node in read if node not in masked} <= {"sys.stderr"}, name


@pytest.mark.parametrize("module", PURE)
def test_the_core_is_pure(module: str) -> None:
    """Not even through what it imports."""
    seen: set[str] = set()
    todo = [f"dockgate.{module}"]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += ours(name)
    assert not seen & WORLD


# These are about that file itself: where a project is configured, and where its version stands.
OF_PYPROJECT = {"dockgate.core.project", "dockgate.release.settings"}


def test_messages_name_the_file_that_the_project_has() -> None:
    """A foreign repository's configuration is dockgate.toml."""
    named = {
        name
        for name in MODULES
        if any(isinstance(node, ast.Constant) and node.value == "pyproject.toml" for node in ast.walk(parsed(name)))
    }
    assert named == OF_PYPROJECT


# What every `up` loads, with nothing to change as well.
UP = "tasks.stack tasks.setup tasks.preflight tasks.unfinished tasks.rotation release.promotion.recovery stack.hooks"
UP += " stack.up stack.addresses stack.runtimes.compose.runtime"


def test_up_with_nothing_to_change_compiles_no_key_formats() -> None:
    """Their expressions take a third of the whole command: they are loaded where a value is judged."""
    seen: set[str] = set()
    todo = [f"dockgate.{module}" for module in UP.split()]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += ours(name)
    assert not {name for name in seen if name.startswith("dockgate.detection.")}
