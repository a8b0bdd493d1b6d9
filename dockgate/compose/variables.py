"""Variables in Compose files: each is set, and Compose resolved each to the value that it was given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.compose import yaml_nodes
from dockgate.core import reserved
from dockgate.core.compose_escape import unescape
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.reserved import is_reserved
from dockgate.core.suggest import near

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import yaml

    from dockgate.compose.handed import Handed
    from dockgate.core.target import Target

WHOLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::?\?[^}]*)?\}")
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NOTHING = "tag:yaml.org,2002:null"
ANY = re.compile(r"(?<!\$)(?:\$\$)*\$\{?(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<operator>:?[-+?])?")


# Where Compose keeps a text as it is written. Elsewhere it writes its own spelling of the same meaning: an absolute
# path for `./data`, bytes for `512m`, `1m30s` for `90s` (compose-go, `types` and `paths`).
VERBATIM = frozenset(
    "annotations args command container_name content domainname entrypoint environment hostname image labels "
    "user working_dir".split()
)
HAS_A_DEFAULT = ("-", ":-", "+", ":+")
FIX = "set it in an env layer, or allow it to be empty with ${%s:-}; image variables come from [tool.dockgate.images]"
FOREIGN_FIX = "add this environment to its `environments` in the schema, or take it out of the files of this one"
BARE_FIX = "declare it in the schema, or write NAME: value"
# The keys below which a name without a value stands for the variable of that name.
PASSING = ("environment", "args")
COMPOSES = frozenset({"COMPOSE_PROJECT_NAME", "COMPOSE_PROFILES"})  # what an environment itself says


class Use(Struct, frozen=True):
    """One reference to a variable: its operator, and what stands behind that; `bare`: a name without `${…}`."""

    name: str
    place: Location
    operator: str = ""
    rest: str = ""
    bare: bool = False

    @property
    def may_be_empty(self) -> bool:
        """Return whether a secret without a value would arrive as an empty text, with nothing to say so."""
        return self.operator not in {"+", ":+"} and not (self.operator in {"-", ":-"} and self.rest)


def profiles(target: Target) -> dict[str, str]:
    """Return the profiles as `.env` would give them to Compose, which `--profile` says as well: files may use them."""
    return {"COMPOSE_PROFILES": said} if (said := ",".join(target.environment.profiles)) else {}


def composes(target: Target) -> dict[str, str]:
    """Return Compose's own variables that files may use; the project's name is what it sets itself, from `-p`."""
    return {"COMPOSE_PROJECT_NAME": target.project, **profiles(target)}


def check(
    texts: Mapping[str, str], known: Collection[str], *, strict: bool = True, handed: Handed | None = None
) -> tuple[str, ...]:
    """Raise ConfigError where a file uses a variable that is not known, and says nothing to use instead.

    A secret that has no value is one always: it would arrive empty. Unless `strict`, other variables only where the
    file itself asks for a value (`${NAME:?}`); the names of the rest are returned: Compose takes them for empty, as it
    takes its own ones (`${COMPOSE_PROFILES}`), which no schema can declare.
    """
    lacking = handed.lacking if handed else {}
    found: dict[str, Use] = {}
    empty: list[str] = []
    for use in (each for file, text in texts.items() for each in uses(file, text) if each.name not in known):
        if use.name in lacking:
            found.update({use.name: found.get(use.name, use)} if use.may_be_empty else {})
        elif use.operator in HAS_A_DEFAULT or (use.bare and not _missed(use, handed, strict=strict)):
            continue
        elif use.operator or (strict and (use.bare or use.name not in reserved.NAMES)):
            found.setdefault(use.name, use)
        else:
            empty.append(use.name)
    if found:
        raise _problem(tuple(found.values()), known, handed)
    return tuple(dict.fromkeys(empty))


def _missed(use: Use, handed: Handed | None, *, strict: bool) -> bool:
    """Return whether a bare name means nothing: Compose leaves it out of the container, which is right if declared.

    One of Docker's own cannot be declared.
    """
    dockers = is_reserved(use.name) and use.name not in COMPOSES
    return strict and handed is not None and use.name not in handed.declared and not dockers


def _problem(found: Sequence[Use], known: Collection[str], handed: Handed | None) -> ConfigError:
    first, *others = found
    if handed and first.name in handed.lacking:
        what = f"the secret {first.name} has no value, and would arrive empty."
        fix = handed.lacking[first.name]
    else:
        said = first.rest if first.operator else ""
        quoted = f'; the file says "{said}"' if said else ""
        what = f"{first.name} is not set{quoted}.{near(first.name, known)}"
        fix = BARE_FIX if first.bare else FIX % first.name
        fix = FOREIGN_FIX if handed and first.name in handed.foreign else fix
    more = f" The same holds for {', '.join(f'{each.name} ({each.place})' for each in others)}." if others else ""
    return ConfigError(what + more, where=first.place, fix=fix)


def uses(file: str, text: str) -> Iterator[Use]:
    """Yield the references of a Compose file; one that is no YAML has none: Compose says what is wrong with it."""
    try:
        trees = yaml_nodes.documents(text)
    except ValueError:
        return
    for node in (each for tree in trees for each in _scalars(tree, set())):
        for match in ANY.finditer(node.value):
            rest = node.value[match.end() :].partition("}")[0]
            yield Use(match["name"], _place(file, node), match["operator"] or "", rest)
    for node in (each for tree in trees for each in _passed(tree, set())):
        if PLAIN.fullmatch(node.value):
            yield Use(node.value, _place(file, node), bare=True)


def _place(file: str, node: yaml.ScalarNode) -> Location:
    return Location(file, node.start_mark.line + 1, node.start_mark.column + 1)


def _passed(node: yaml.Node, seen: set[int]) -> Iterator[yaml.ScalarNode]:
    """Yield the names without a value below `environment:` and `args:`, and through `environment: NAME`."""
    import yaml  # noqa: PLC0415 - only where Compose is asked anew

    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    for each in node.value:
        if isinstance(each, tuple) and each[0].value in PASSING:
            yield from _bare(each[1])
        yield from _passed(each[1] if isinstance(each, tuple) else each, seen)


def _bare(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    import yaml  # noqa: PLC0415 - as above

    if isinstance(node, yaml.ScalarNode):
        yield node  # `secrets: x: {environment: NAME}`
    elif isinstance(node, yaml.SequenceNode):
        yield from (each for each in node.value if isinstance(each, yaml.ScalarNode))
    else:
        yield from (key for key, value in node.value if value.tag == NOTHING)


def in_texts(texts: Mapping[str, str]) -> frozenset[str]:
    """Return the names that Compose files refer to."""
    return frozenset(use.name for file, text in texts.items() for use in uses(file, text))


def in_document(written: Mapping[str, Any]) -> frozenset[str]:
    """Return the names that Compose's document without interpolation refers to, whichever file it is from."""
    found = {match["name"] for _, value in leaves(written) for match in ANY.finditer(value)}
    for kind in ("secrets", "configs"):
        found |= {str(each["environment"]) for each in (written.get(kind) or {}).values() if "environment" in each}
    for entry in (written.get("services") or {}).values():
        found |= {*bare(entry.get("environment")), *bare((entry.get("build") or {}).get("args"))}
    return frozenset(found)


def bare(node: object) -> Iterator[str]:
    """Yield the names of an `environment:` or `args:` that stand without a value."""
    if isinstance(node, dict):
        yield from (str(name) for name, value in node.items() if value is None)
    elif isinstance(node, list):
        yield from (str(each) for each in node if "=" not in str(each))


def _scalars(node: yaml.Node, seen: set[int]) -> Iterator[yaml.ScalarNode]:
    """Yield the values; what an alias repeats stands where its anchor is."""
    import yaml  # noqa: PLC0415 - as above

    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield node
        return
    for each in node.value:
        yield from _scalars(each[1] if isinstance(each, tuple) else each, seen)


def compare(
    resolved: Mapping[str, Any], written: Mapping[str, Any], env: Mapping[str, str], elsewhere: Collection[str] = ()
) -> None:
    """Raise ConfigError where a value is not what the environment says, or where a variable is not set.

    `resolved` and `written` are Compose's documents with and without interpolation; `elsewhere` has the names that may
    be set by something else than `env`, or by nothing.
    """
    problems = sorted({*_unset(written, {*env, *elsewhere}), *_different(resolved, written, env)})
    if problems:
        raise ConfigError("Compose resolved other values than Dockgate: " + "; ".join(problems))


def _unset(written: Mapping[str, Any], known: Collection[str]) -> Iterator[str]:
    for path, value in leaves(written):
        for match in ANY.finditer(value):
            if match["name"] not in known and not match["operator"]:
                yield f"{path} uses {match['name']}, which no layer sets"


def _different(resolved: Mapping[str, Any], written: Mapping[str, Any], env: Mapping[str, str]) -> Iterator[str]:
    values = dict(leaves(resolved))
    for path, value in leaves(written):
        match = WHOLE.fullmatch(value) if VERBATIM.intersection(path.replace("[", ".").split(".")) else None
        if match and match["name"] in env and path in values and unescape(values[path]) != env[match["name"]]:
            yield f"{path} is not the value of {match['name']}"


def leaves(node: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text below `node`, with its path in the document."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from leaves(value, f"{path}[{index}]")
    elif isinstance(node, str):
        yield path, node
