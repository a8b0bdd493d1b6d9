"""Which migrations a release has: files in SQL, of Django or of Alembic, or what a command lists as JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.location import Location
from dockgate.core.plan import Command
from dockgate.release.artifact.manifest import Migration
from dockgate.release.promotion import alembic_migrations, django_migrations, sql_migrations
from dockgate.system import process, regular_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.release.settings import ReleaseSettings

SHAPE = '[{"name": "0001_first", "destructive": false}, …]'
FORMATS = "SQL files, Django's or Alembic's migrations; other formats: migrations-command lists them as JSON"
BACK = re.compile(r"\.(?:down|undo)\.sql$|^U\d")  # golang-migrate and others; Flyway
NUMBER = re.compile(r"(\d+)")


def read(project: Project, settings: ReleaseSettings) -> tuple[Migration, ...]:
    """Return the migrations in the order in which they apply; none where nothing is configured.

    ConfigError for a folder in which there is none: an empty list would let every rollback pass.
    """
    if settings.migrations_command:
        return _listed(project, settings.migrations_command)
    if not settings.migrations:
        return ()
    folder = project.root / settings.migrations
    found = _sql(folder) or _django(folder) or _alembic(folder)
    if not found:
        what = "has no migrations that are understood" if folder.is_dir() else "does not exist"
        raise ConfigError(
            f"[tool.dockgate.release] migrations: {what}", where=Location(settings.migrations), fix=FORMATS
        )
    return found


def _sql(folder: Path) -> tuple[Migration, ...]:
    """Return `*.sql`, also one folder deeper (Prisma); what only goes back (`x.down.sql`, `U1__x.sql`) is none."""
    files = [file for file in folder.rglob("*.sql") if not BACK.search(file.name)]
    names = {file: _sql_name(folder, file) for file in files}
    texts = {names[file]: regular_file.text(file) for file in files}
    return tuple(Migration(name, sql_migrations.destructive(texts[name])) for name in sorted(texts, key=_natural))


def _sql_name(folder: Path, file: Path) -> str:
    place = file.relative_to(folder)
    if file.name == "migration.sql" and len(place.parts) > 1:
        return "/".join(place.parts[:-1])
    return str(place.with_suffix("")).removesuffix(".up")


def _natural(name: str) -> tuple[int | str, ...]:
    """Order numbers by their value: V2 before V10. Texts and numbers alternate."""
    return tuple(int(part) if part.isdecimal() else part for part in NUMBER.split(name))


def _django(folder: Path) -> tuple[Migration, ...]:
    texts = _python(folder)
    by_app: dict[str, dict[str, str]] = {}
    for name in sorted(texts, key=_natural):
        by_app.setdefault(name.rpartition("/")[0], {})[name] = texts[name]
    looked = [django_migrations.read(each) or {} for each in by_app.values()]
    return tuple(Migration(name, destructive) for each in looked for name, destructive in each.items())


def _alembic(folder: Path) -> tuple[Migration, ...]:
    """Return the revisions, each after the one before it."""
    found = {name: alembic_migrations.read(text) for name, text in _python(folder).items()}
    known = {each[0]: each for each in found.values() if each}
    ordered: dict[str, bool] = {}

    def visit(revision: str) -> None:
        if revision in known and revision not in ordered:
            visit(known[revision][1])
            ordered[revision] = known[revision][2]

    for revision in sorted(known):
        visit(revision)
    return tuple(Migration(name, destructive) for name, destructive in ordered.items())


def _python(folder: Path) -> Mapping[str, str]:
    files: Iterable[Path] = folder.rglob("*.py")
    wanted = (file for file in files if file.name != "__init__.py")
    return {str(file.relative_to(folder).with_suffix("")): regular_file.text(file) for file in wanted}


def _listed(project: Project, words: tuple[str, ...]) -> tuple[Migration, ...]:
    command = Command(words, project.child_env(), project.root)
    output = process.run(command).stdout
    try:
        return msgspec.json.decode(output, type=tuple[Migration, ...])
    except msgspec.DecodeError as error:
        raise ToolFailedError(
            f"[tool.dockgate.release] migrations-command printed no list of migrations: {error}",
            fix=f"it has to print {SHAPE}",
        ) from error
