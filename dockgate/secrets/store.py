"""The encrypted store of an environment, `env/<env>.secrets.age`: a dotenv whose values are literal, `$` included."""

from __future__ import annotations

import re
import secrets
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.secrets import age_file, blocks, conflicts, identities, metadata, recipients

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dockgate.core.project import Environment, Project
    from dockgate.env.env_files import Layer
    from dockgate.secrets.blocks import Block
    from dockgate.secrets.conflicts import Conflict
    from dockgate.secrets.metadata import SecretMetadata

LAYER = "secrets"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
KEY = re.compile(r"# dockgate-key: ([0-9a-f]{64})")
RECIPIENTS = re.compile(r"# dockgate-recipients: (.*)")


class Entry(Struct, frozen=True):
    """One secret: its value, the line of its name, and how it came about, where that is recorded."""

    name: str
    value: Secret
    line: int
    metadata: SecretMetadata | None


class Store(Struct, frozen=True, dict=True):
    """A store in the clear, in memory; `shown` is its name in errors."""

    text: Secret = field(default_factory=lambda: Secret(""))
    shown: str = LAYER

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """Return the secrets by name; ConfigError for a line that is none, a bad name, or two values of one."""
        self.settled("…")
        found: dict[str, Entry] = {}
        for block in self._blocks:
            if problem := blocks.problem(block, NAME, found):
                raise ConfigError(problem, where=Location(self.shown, block.line), fix="write each as NAME='value'")
            if block.name:
                value = Secret(block.value or "")
                found[block.name] = Entry(block.name, value, block.line, self._recorded(block.name, value))
        return found

    @cached_property
    def conflicts(self) -> Mapping[str, Conflict]:
        """Return the secrets of which a merge kept two values."""
        found = (conflicts.parse(block.text) for block in self._blocks)
        return {each.name: each for each in found if each}

    def settled(self, environment: str) -> None:
        """Refuse a store in which a merge left two values of a secret; ConfigError names the command that chooses."""
        if names := tuple(self.conflicts):
            what = f"a merge is not finished: two values of {', '.join(names)}"
            raise ConfigError(what, where=Location(self.shown), fix=conflicts.choices(names, environment))

    @cached_property
    def key(self) -> bytes:
        """Return the random key of this store, for digests that leave it; empty before `keyed`."""
        return bytes.fromhex(self._noted(KEY))

    @property
    def recipients(self) -> frozenset[str]:
        """Return the public keys that this store was encrypted to; none where it does not say."""
        return frozenset(self._noted(RECIPIENTS).split())

    def addressed(self, keys: Iterable[str]) -> Store:
        """Return the store with a note of the public keys that it is for, and with a key of its own."""
        note = f"# dockgate-recipients: {' '.join(sorted(keys))}\n"
        kept = "".join(block.text for block in self._blocks if not RECIPIENTS.fullmatch(block.text.strip()))
        return self._with(note + kept).keyed()

    def keyed(self) -> Store:
        """Return the store with a key."""
        return self if self.key else self._with(f"# dockgate-key: {secrets.token_hex(32)}\n{self.text.reveal()}")

    def with_value(self, name: str, value: Secret, made: SecretMetadata) -> Store:
        """Return the store with this value, in the place of an older one; the rest stays as it is written."""
        if not NAME.fullmatch(name):
            raise ConfigError(f"{name!r} is not the name of a variable", fix="letters, digits and _, no digit first")
        if "\0" in value.reveal():
            raise ConfigError(f"the value of {name} contains a NUL byte, which a variable cannot contain")
        return self.placed(name, f"{made.line(name, value)}\n{name}={_quoted(value.reveal())}\n")

    def recorded(self, name: str, made: SecretMetadata) -> Store:
        """Return the store with this metadata of a value that is there, which stays as it is written."""
        block = next(block for block in self._blocks if block.name == name)
        return self.placed(name, f"{made.line(name, self.entries[name].value)}\n{block.text.lstrip()}")

    def without(self, name: str) -> Store:
        """Return the store without this name and what is recorded about it."""
        return self._with("".join(block.text for block in self._others(name)))

    def written(self, name: str) -> str:
        """Return a secret as it is written, with what is recorded about it; empty where there is none."""
        texts = (block.text.strip("\r\n") for block in self._blocks if name in {block.name, _subject(block)})
        return "".join(f"{text}\n" for text in texts)

    def placed(self, name: str, written: str) -> Store:
        """Return the store with a text in the place of a secret, or at the end; the rest stays as it is written."""
        texts: list[str] = []
        place = None
        for block in self._blocks:
            if place is None and name in {block.name, _kept(block)}:
                place = len(texts)
                texts.append(block.text[: len(block.text) - len(block.text.lstrip())] + written)
            elif name not in {block.name, _subject(block)}:
                texts.append(block.text)
        text = "".join(texts)
        if place is None:
            gap = "" if not text or text.endswith("\n") else "\n"
            text = f"{text}{gap}{written}"
        return self._with(text)

    def _others(self, name: str) -> Iterator[Block]:
        return (block for block in self._blocks if name not in {block.name, _subject(block), _kept(block)})

    @cached_property
    def _blocks(self) -> tuple[Block, ...]:
        return blocks.parse(self.text.reveal())

    def _noted(self, pattern: re.Pattern[str]) -> str:
        matches = [pattern.fullmatch(block.text.strip()) for block in self._blocks]
        return next((match[1] for match in matches if match), "")

    def _recorded(self, name: str, value: Secret) -> SecretMetadata | None:
        records = (metadata.parse(block.text, value) for block in self._blocks if _subject(block) == name)
        return next((record for record in records if record), None)

    def _with(self, text: str) -> Store:
        return Store(Secret(text), self.shown)


def load(project: Project, environment: Environment) -> Store | None:
    """Return the store of an environment, decrypted in memory; None where it has no file."""
    path = project.root / environment.secrets
    if not environment.secrets or not path.exists():
        return None
    store = opened(project, environment, age_file.content(path, environment.secrets))
    store.settled(environment.name)
    return store


def opened(project: Project, environment: Environment, data: bytes) -> Store:
    """Return a version of an environment's store, decrypted; what a merge left in it is not looked at."""
    name, shown = environment.name, environment.secrets
    text = age_file.decrypt(data, shown, identities.load(project.process), f"inv secrets.init --env={name}", name)
    return read(text, shown)


def read(text: bytes, shown: str) -> Store:
    """Return the store that a decrypted text is."""
    try:
        return Store(Secret(text.decode()), shown)
    except UnicodeDecodeError as error:
        raise ConfigError("is not UTF-8 after decryption", where=Location(shown)) from error


def save(
    project: Project, environment: Environment, store: Store, keys: Mapping[str, str] | None = None, *, admit: str = ""
) -> None:
    """Encrypt a store to the recipients of its environment, or to `keys`; one that cannot be read is not written.

    ConfigError where the recipients have a key that the store was not for, and that is not `admit`: it may have
    been slipped into the file.
    """
    _ = store.entries
    keys = recipients.load(project.root).get(environment.name, {}) if keys is None else keys
    if not keys:
        fix = f"inv secrets.init --env={environment.name} makes you the first one"
        raise ConfigError(f"{environment.name} has no recipients", where=Location(recipients.FILE), fix=fix)
    strangers = [name for name, key in keys.items() if store.recipients and key not in {*store.recipients, admit}]
    if strangers:
        raise ConfigError(
            f"{environment.name} lists recipients not added by secrets.recipients-add: {', '.join(strangers)}",
            where=Location(recipients.FILE),
            fix="inv secrets.recipients-add with the same name and key adds them; recipients-remove removes them",
        )
    text = store.addressed(keys.values()).text.reveal()
    age_file.write(project.root / environment.secrets, text.encode(), keys.values())


def layer(project: Project, environment: Environment, *, sealed: bool = False) -> Layer | None:
    """Return the secrets as the layer above the environment's files; None where the environment has no store.

    With `sealed`, a store that this user cannot open is a layer marked so, for checks that need no secret.
    """
    try:
        return stated(environment, load(project, environment))
    except age_file.SealedError:
        if not sealed:
            raise
        return closed(environment)


def closed(environment: Environment) -> Layer:
    """Return the layer of a store that this user cannot open."""
    from dockgate.env.env_files import Layer  # noqa: PLC0415 - only with a store

    return Layer(name=LAYER, path=environment.secrets, sealed=True)


def stated(environment: Environment, store: Store | None) -> Layer | None:
    """Return what a store sets as a layer, None without a store: its secrets, and the names of roles beside them."""
    from dockgate.env.env_files import Assignment, Layer  # noqa: PLC0415 - only with a store

    if store is None:
        return None
    made = [(entry.metadata, entry.line) for entry in store.entries.values() if entry.metadata]
    said: tuple[tuple[str, str | Secret, int], ...] = (
        *((entry.name, entry.value, entry.line) for entry in store.entries.values()),
        *((one.variable, one.role, line) for one, line in made if one.variable),
    )
    assignments = tuple(
        Assignment(name, value, Location(environment.secrets, line), LAYER, raw="", interpolate=False)
        for name, value, line in said
    )
    return Layer(name=LAYER, path=environment.secrets, assignments=assignments)


def _subject(block: Block) -> str | None:
    return metadata.subject(block.text)


def _kept(block: Block) -> str | None:
    found = conflicts.parse(block.text)
    return found.name if found else None


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
