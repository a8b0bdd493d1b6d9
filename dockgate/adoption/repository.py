"""Looks at a repository that may be adopted, and writes its configuration: only files that are not there yet.

look(root) -> Adoption        what is there, and what follows from it
write(adoption) -> paths      the files that were made
"""

from __future__ import annotations

import os.path
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from dockgate.adoption import commands, discovery, draft, inference
from dockgate.adoption.discovery import OVERRIDE
from dockgate.adoption.draft import Habits
from dockgate.compose import includes, sources, variables
from dockgate.compose.active import EVERY
from dockgate.compose.sources import Role
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.project import OWN_FILE, configured
from dockgate.core.readable import readable
from dockgate.env import dialect, env_files
from dockgate.env.variable import PATH as SCHEMA
from dockgate.system import atomic_file, regular_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dockgate.adoption.discovery import Found
    from dockgate.adoption.draft import Draft, Plan

DEEPEST = 2  # folders below the root in which people keep Compose and env files
SKIPPED = frozenset({".git", "node_modules", "vendor", ".venv", "venv", ".tox", "__pycache__", ".dockgate"})
LARGEST = 500_000  # bytes of a file with commands; chosen: a README is shorter
TASKS = "tasks.py"
TASKS_TEXT = '''"""The tasks of this repository: Dockgate's (`inv --list` shows them), and your own below."""

from pathlib import Path

from dockgate.tasks import namespace

ns = namespace(Path(__file__).parent)
'''
READABLE = 0o644  # as git checks a file out


class Adoption(Struct, frozen=True):
    """A repository, the plan for it, and the files to be made: text by path."""

    root: Path
    plan: Plan
    files: Mapping[str, str]


def look(root: Path, decide: Callable[[Plan], Plan] | None = None, *, tasks: bool = False) -> Adoption:
    """Return what adopting a repository means; ConfigError where it has no Compose file.

    `decide` may correct the plan where names do not say enough; with `tasks`, a tasks.py for Invoke is made, too.
    """
    names = [*_names(root)]
    texts = tuple(_read(root / name) for name in names if commands.is_told(name) and _size(root / name) < LARGEST)
    found = discovery.find(names, commands.files(texts))
    habits = _habits(root, texts, found)
    dotenv = _dotenv(root, found, habits)
    if not found.compose and draft.CHOSEN_FILES not in dotenv:
        raise ConfigError(f"no Compose file in {root}", fix=_where(names))
    plan = draft.plan(found, dotenv, root.name, habits)
    plan = replace(plan, environments=tuple(_known(root, each) for each in plan.environments))
    files = {}
    if configured(root) is None:
        plan = decide(plan) if decide else plan
        files[OWN_FILE] = draft.configuration(plan)
    if SCHEMA not in names:
        read = {each.name: (*each.files, *_included(root, each)) for each in plan.environments}
        files[SCHEMA] = inference.schema(_uses(root, plan, read), read)
    if tasks and TASKS not in names:
        files[TASKS] = TASKS_TEXT
    return Adoption(root, plan, files)


def write(adoption: Adoption) -> tuple[str, ...]:
    """Write the files that are not there; what appeared in the meantime stays as it is."""
    made = [
        path
        for path, text in adoption.files.items()
        if atomic_file.create(adoption.root / path, text.encode(), READABLE)
    ]
    return tuple(made)


def _names(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        inside = Path(folder).relative_to(root)
        folders[:] = sorted(each for each in folders if each not in SKIPPED and len(inside.parts) < DEEPEST)
        # A link to a file that is made later (`.env -> app.conf`) is none yet.
        yield from ((inside / name).as_posix() for name in sorted(files) if (root / inside / name).exists())


def _where(names: Sequence[str]) -> str:
    """Return where Compose files are, or which sample is to become one, or what one is called."""
    own, aside = discovery.folders(names)
    sample = next(discovery.samples(names), None)
    if sample and not own:
        return "copy the sample, then run it again: cp {} {}".format(*sample)
    if elsewhere := own or aside:
        return f"run it in {', in '.join(elsewhere)}"
    return f"run it where one of these is: {', '.join(discovery.BASES)}"


def _dotenv(root: Path, found: Found, habits: Habits) -> dict[str, str]:
    """Return the values of the `.env` that Compose obeys: the project directory's, or one that chooses the files."""
    own = _values(root, draft.DOTENV)
    if not found.compose or draft.CHOSEN_FILES in own:
        return own
    folder = PurePosixPath(found.compose[0].path).parent
    values = _values(root, str(folder / draft.DOTENV))
    if draft.CHOSEN_FILES in values:
        separator = values.get(draft.SEPARATOR) or ":"
        chosen = (str(folder / each) for each in values[draft.CHOSEN_FILES].split(separator) if each)
        values[draft.CHOSEN_FILES] = separator.join(chosen)
    return own if draft.DOTENV in habits.env_files else values


def _values(root: Path, path: str) -> dict[str, str]:
    values = dict[str, str]()
    statements = env_files.read(root, path, path).assignments if (root / path).is_file() else ()
    for each in statements:
        meant = dialect.meaning(each, values)
        if each.value is not None and meant is not None:
            values[each.name] = meant
    return values


def _document(root: Path, path: str) -> dict[str, Any]:
    """Return a Compose file as it is written, empty where it cannot be parsed: Compose says why."""
    import yaml  # noqa: PLC0415 - only here

    try:
        document: Any = yaml.safe_load(_text(root, path))
    except yaml.YAMLError:
        return {}
    return document if isinstance(document, dict) else {}


def _known(root: Path, made: Draft) -> Draft:
    """Return an environment without the profiles of `.env` that no service is in: Compose starts nothing for them."""
    directory = (root / made.files[0]).parent
    read = sources.read([root / file for file in made.files], directory, {}).profiles if made.profiles else {}
    known = frozenset({EVERY}).union(*read.values())
    return replace(made, profiles=tuple(each for each in made.profiles if each in known))


def _habits(root: Path, texts: Sequence[str], found: Found) -> Habits:
    """Return what the Compose files say of themselves, and what commands that people wrote down show of their use."""
    documents = {each.path: _document(root, each.path) for each in found.compose}
    whole = frozenset(path for path, document in documents.items() if _is_whole(document))
    base = documents.get(found.base, {})
    apart = commands.alone(texts, found.base) if found.base else frozenset()
    with_base = commands.beside(texts, found.base)
    again = {path for path in whole - {found.base} if _repeats(documents[path], base)}
    names = {each.path: PurePosixPath(each.path).name for each in found.compose if each.name != OVERRIDE}
    alone = {path for path, name in names.items() if name in apart or (path in again and name not in with_base)}
    declared = base.get("name")
    return Habits(
        name=declared if isinstance(declared, str) and "$" not in declared else "",
        alone=whole.intersection(alone),
        whole=whole,
        env_files=commands.env_files(texts),
    )


def _repeats(document: Mapping[str, Any], base: Mapping[str, Any]) -> bool:
    """Return whether a file of several services runs what the base runs: it is another stack, not a change of one."""
    ours, theirs = (_images(each) for each in (document, base))
    return len(document.get("services") or ()) > 1 and bool(ours.items() & theirs.items())


def _images(document: Mapping[str, Any]) -> dict[str, str]:
    services = document.get("services")
    each = services.items() if isinstance(services, dict) else ()
    return {name: str(one["image"]) for name, one in each if isinstance(one, dict) and "image" in one}


def _is_whole(document: Mapping[str, Any]) -> bool:
    """Return whether each service of a file says what it runs."""
    services = document.get("services")
    each = services.values() if isinstance(services, dict) else ()
    return bool(each) and all(isinstance(one, dict) and {"image", "build", "extends"} & one.keys() for one in each)


def _size(path: Path) -> int:
    return path.stat().st_size


def _read(path: Path) -> str:
    try:
        return readable(regular_file.read(path))
    except OSError:
        return ""


def _uses(root: Path, plan: Plan, read: Mapping[str, Iterable[str]]) -> dict[str, inference.Use]:
    """Return the use of each variable; what only an included project uses, and sets in its own env file, is its own."""
    own = {path: _text(root, path) for each in plan.environments for path in each.files}
    texts = own | {path: _read(root / path) for paths in read.values() for path in paths if path not in own}
    paths = dict.fromkeys(path for each in plan.environments for path in each.layers)
    found = inference.infer(texts, {path: env_files.read(root, path, path).assignments for path in paths})
    theirs = frozenset(
        name
        for each in plan.environments
        for name in includes.names([root / file for file in each.files], (root / each.files[0]).parent, {})
    )
    kept = variables.in_texts(own)
    return {name: use for name, use in found.items() if use.set_in or name in kept or name not in theirs}


def _included(root: Path, made: Draft) -> tuple[str, ...]:
    """Return the Compose files that those of an environment bring along."""
    files = [root / file for file in made.files]
    read = sources.read(files, files[0].parent, {}).of(Role.COMPOSE)
    return tuple(os.path.relpath(path, root) for path in read if path not in files)


def _text(root: Path, path: str) -> str:
    try:
        return regular_file.read(root / path).decode()
    except FileNotFoundError as error:
        raise ConfigError("does not exist", where=Location(path), fix="correct COMPOSE_FILE in .env") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", where=Location(path), fix="write it as UTF-8 text") from error
