"""Compose: its argument lists, and the model that it resolved, read back and compared with what we gave it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence  # noqa: TC003 - the cache reads the types of fields
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from dockgate.compose import active, apart, cli, contents, handed, includes, overlay, readers, sources, variables
from dockgate.compose.handed import Handed
from dockgate.compose.model import Model
from dockgate.compose.source_map import SourceMap
from dockgate.compose.volume_strings import explaining
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.plan import Command
from dockgate.system import cache, docker_cli, regular_file, state_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.core.secret import Secret
    from dockgate.core.target import Target

FORMAT = 9  # of the cached documents; one more makes every older one stale


class Profiles(Struct, frozen=True):
    """Profiles beside the environment's own: those `asked` for, and the `standing` ones, of which containers exist."""

    asked: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return all of them."""
        return tuple(dict.fromkeys((*self.asked, *self.standing)))


class Inputs(Struct, frozen=True):
    """What Compose is given: non-secret values, one keyed version a secret, profiles; `ephemeral` frees ports.

    `learners` are the services that take a new value of a secret while they run, by the secret's name. Of the
    `secrets`, Compose is given those that a file refers to by name. Without `strict`, a variable that nothing sets is
    empty, as in Compose itself. `key` is for digests of what may be a secret.
    """

    env: Mapping[str, str]
    versions: Mapping[str, str]
    profiles: Profiles = field(default_factory=Profiles)
    ephemeral: bool = False
    learners: Mapping[str, str] = field(default_factory=dict)
    secrets: Handed = field(default_factory=Handed)
    strict: bool = True
    key: bytes = b""


class ComposeOutput(Struct, frozen=True):
    """What Compose said about one stack, as it is kept: document, hashes, all services, who uses what, blank names.

    `files` has the digests of what configs are made of: they are not among the files that the key is made of. `handed`
    are the names of the secrets that Compose was given.
    """

    document: Mapping[str, Any]
    hashes: Mapping[str, str]
    services: tuple[str, ...]
    uses: Mapping[str, Sequence[str]]
    blank: tuple[str, ...]
    files: Mapping[str, str]
    warnings: Sequence[str]
    handed: tuple[str, ...] = ()

    def model(self) -> Model:
        """Return the model that this is."""
        return Model.parse(self.document, self.hashes, self.services, self.uses)


class Composition(Struct, frozen=True):
    """Compose on one target with given inputs; `arguments` belong before every Compose command.

    `blank` are the variables that nothing sets, and that Compose takes for empty; `warnings` are its own.
    """

    arguments: tuple[str, ...]
    env: Mapping[str, str]
    root: Path
    model: Model
    secrets: tuple[Secret, ...] = ()
    blank: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def command(self, *words: str, timeout: float = 300.0) -> Command:
        """Return the Compose command `words` on this stack."""
        return Command((*self.arguments, *words), self.env, self.root, timeout, self.secrets)


class Reading(Struct, frozen=True):
    """Compose's documents of an environment's files, with values and as written; `folder` stands for the secrets'."""

    document: dict[str, Any]
    written: Mapping[str, Any]
    folder: str

    @property
    def model(self) -> Model:
        """Return the document as a model; no service has a hash."""
        return Model.parse(self.document, uses=readers.used(self.document, self.written, self.folder))


def by_name(project: Project, target: Target, *words: str, timeout: float = 120.0) -> Command:
    """Return a Compose command that knows the stack by its labels alone: no file, no value is needed."""
    start = (*docker_cli.compose(project.process), "-p", target.project, "--env-file", "/dev/null")
    return Command((*start, *words), project.child_env(), project.root, timeout)


def read(project: Project, target: Target, inputs: Inputs) -> Reading:
    """Let Compose read the target's files, once with `inputs` and once as they are written; cached by all that goes in.

    ConfigError where Compose does not see a value as it was given.
    """
    start = _arguments(project, target, inputs)
    kept, key = project.state / "stacks" / target.project / "model.json", _key(project, target, inputs, start)
    if stored := cache.read(kept, key, Reading):
        return stored
    texts, blank = _declared(project, target, inputs)
    with explaining(project.root, target.environment, inputs.env):
        given_env = _env(project, target, inputs)
        document, written, given = apart.documents(project, target, given_env, inputs.secrets, start, texts)
    _hold(project, target, inputs, (document, written), given=given, blank=blank)
    found = Reading(document, written, inputs.env.get(readers.FOLDER, ""))
    if inputs.strict and includes.may_be_kept(texts, inputs.secrets.secrets, document, written):
        cache.write(kept, key, found)
    return found


def resolve(project: Project, target: Target, inputs: Inputs, reading: Callable[[], Reading]) -> Composition:
    """Let Compose resolve the target's files and our overlay with `inputs`; cached by all that goes in.

    `reading` is asked where the cache does not answer: with all profiles, it says what the overlay has to label.
    """
    folder = project.state / "stacks" / target.project
    env = _env(project, target, inputs)
    overlay_file, kept = folder / "overlay.yaml", folder / "model.json"
    arguments = (*_arguments(project, target, inputs), "-f", str(overlay_file))
    key = _key(project, target, inputs, arguments)
    stored = cache.read(kept, key, ComposeOutput) if overlay_file.is_file() else None
    if stored and contents.digests(stored.files, inputs.key) == stored.files:
        env |= inputs.secrets.chosen(stored.handed)
        known, said = inputs.secrets.secrets, tuple(stored.warnings)
        return Composition(arguments, env, project.root, stored.model(), known, stored.blank, said)
    texts, blank = _declared(project, target, inputs)
    seen = reading()
    asked = (*target.environment.profiles, *inputs.profiles.asked)
    place = SourceMap(project.root, target.environment.files)
    active.check(seen.document, asked, inputs.profiles.standing, place, seen.written)
    kept.unlink(missing_ok=True)  # killed from here on, no run takes this overlay for the one that was kept
    read_too = contents.digests(contents.files(seen.document, seen.folder), inputs.key)
    own = contents.of_services(seen.document, read_too, inputs.key)
    versions = overlay.Versions(
        inputs.versions, own, seen.folder, inputs.learners, contents.definitions(seen.document, inputs.key)
    )
    text = overlay.text(seen.document, target, versions, ephemeral=inputs.ephemeral)
    state_folder.save(overlay_file, text.encode())
    given = inputs.secrets.chosen(variables.in_document(seen.written))
    env |= given
    warnings: list[str] = []
    ask = partial(cli.config, project, env, secrets=inputs.secrets.secrets, arguments=arguments, warn=warnings.append)
    document, hashes = cli.hashed(project, env, ask, arguments, seen.written)
    _hold(project, target, inputs, (document, seen.written), given=given, blank=blank)
    uses = readers.used(document, seen.written, inputs.env.get(readers.FOLDER, ""))
    names = tuple(sorted(seen.written.get("services", {})))
    found = ComposeOutput(document, hashes, names, uses, blank, read_too, warnings, tuple(given))
    if inputs.strict and includes.may_be_kept(texts, inputs.secrets.secrets, document):
        cache.write(kept, key, found)
    return Composition(arguments, env, project.root, found.model(), inputs.secrets.secrets, blank, tuple(warnings))


def _env(project: Project, target: Target, inputs: Inputs) -> dict[str, str]:
    return project.child_env(**inputs.env, **variables.profiles(target), **cli.OFFLINE)


def _declared(project: Project, target: Target, inputs: Inputs) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return the files' texts, and what nothing sets; ConfigError where a file needs that, or is not here."""
    texts = {file: _read(project.root / file, file).decode(errors="replace") for file in target.environment.files}
    files, on = [project.root / file for file in texts], {*target.environment.profiles, *inputs.profiles.asked}
    sources.refuse(project.root, files, project.root / target.environment.directory, inputs.env, on)
    known = {
        *variables.composes(target),
        *inputs.env,
        *(name for name, value in inputs.secrets.values.items() if value),
    }
    return texts, variables.check(texts, known, strict=inputs.strict, handed=inputs.secrets)


def _hold(
    project: Project,
    target: Target,
    inputs: Inputs,
    documents: tuple[Mapping[str, Any], Mapping[str, Any]],
    *,
    given: Mapping[str, str],
    blank: Collection[str],
) -> None:
    """Raise ConfigError where Compose resolved something else than it was given, or an empty secret."""
    document, written = documents
    values = {**variables.composes(target), **inputs.env, **given}
    variables.compare(document, written, values, _elsewhere(project, target, blank, values))
    handed.refuse_empty(document, inputs.secrets, SourceMap(project.root, target.environment.files))


def _elsewhere(project: Project, target: Target, blank: Collection[str], values: Mapping[str, str]) -> frozenset[str]:
    """Return the names that need not be given: those that are blank, and those of included projects."""
    chosen = target.environment
    files = [project.root / file for file in chosen.files]
    return frozenset(blank) | includes.names(files, project.root / chosen.directory, values)


def _arguments(project: Project, target: Target, inputs: Inputs) -> tuple[str, ...]:
    files = [word for file in target.environment.files for word in ("-f", str(project.root / file))]
    profiles = [word for name in (*target.environment.profiles, *inputs.profiles.names) for word in ("--profile", name)]
    folder = project.root / target.environment.directory
    head = (*docker_cli.compose(project.process), "-p", target.project, "--project-directory", str(folder))
    return (*head, "--env-file", "/dev/null", *files, *profiles)


def _key(project: Project, target: Target, inputs: Inputs, arguments: Sequence[str]) -> str:
    digest = hashlib.blake2b(digest_size=20)
    for file in target.environment.files:
        digest.update(hashlib.blake2b(_read(project.root / file, file)).digest())
    secrets = [sorted(inputs.versions.items()), sorted(inputs.learners.items())]
    have = sorted(name for name, value in inputs.secrets.values.items() if value)
    lack = [sorted(inputs.secrets.lacking), sorted(inputs.secrets.declared)]
    parts = [FORMAT, have, lack, sorted(inputs.env.items()), secrets, inputs.ephemeral, list(arguments), inputs.strict]
    digest.update(json.dumps([*parts, cli.stamp(arguments[0]), target.root]).encode())
    return digest.hexdigest()


def _read(path: Path, shown: str) -> bytes:
    try:
        return regular_file.read(path)
    except OSError as error:
        fix = "list the environment's Compose files in [tool.dockgate.environments]"
        raise ConfigError(f"cannot be read: {error.strerror}", where=Location(shown), fix=fix) from error
