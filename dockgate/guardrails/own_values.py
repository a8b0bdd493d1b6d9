"""Values that only a development stack itself checks: who reads one gets into a container of this machine.

The password of a database that the stack starts, and the key that its application signs its own sessions with, may be
a demonstration's, however random they look. What another party checks (an API, a mail server) may not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockgate.compose import stores
from dockgate.detection import credential
from dockgate.guardrails import written_secrets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from dockgate.guardrails.context import Context

_KEY = re.compile(
    r"(?:(?P<whose>.+?)_+)??(?:(?:CREDENTIALS?|DATA(?:BASE)?|DB|FIELD)_)?(?:SECRET_KEY(?:_BASE)?|"
    r"(?:JWT|SESSION|COOKIE|CSRF|ENCRYPT(?:ION)?|CRYPTO?|AES|FERNET|SIGNING|HASH|HMAC|UTILS)"
    r"(?:_?(?:128|192|256))?_?(?:SECRET|KEY)(?:_KEY)?|SALT|PEPPER)|APP_KEY",
    re.IGNORECASE,
)
_FRAMEWORKS = frozenset("app application backend django flask rails laravel nextauth auth server web internal".split())
# Letters that stand for a provider, whatever project they are the initials of.
_PROVIDERS = frozenset("aws gcp gh gl hf fb cf do az ms".split())
# What only the image of a database reads.
_GIVEN = re.compile(
    r"POSTGRES_PASSWORD|MYSQL_(?:ROOT_)?PASSWORD|MARIADB_(?:ROOT_)?PASSWORD|MONGO_INITDB_ROOT_PASSWORD|"
    r"RABBITMQ_DEFAULT_PASS|MINIO_ROOT_PASSWORD"
)
_STATED = re.compile(rf"(?:{_GIVEN.pattern})[\"']?\s*[:=]\s*[\"']?(?P<value>[^\s\"'$]+)")
_SERVICE = re.compile(r"^ {2}([\w-]+):\s*$", re.MULTILINE)


def is_key(name: str, owners: Iterable[str]) -> bool:
    """Return whether a name is that of an application's own key; `owners` are what it may be called after."""
    match = _KEY.fullmatch(name)
    known = _FRAMEWORKS.union(*map(_called, owners))
    return bool(match) and {*_words(match["whose"] or "" if match else "")} <= known


def in_file(context: Context, name: str, text: str, values: Sequence[str] = ()) -> bool:
    """Return whether what a Compose file states under a name is checked by its own containers alone.

    So is an address whose password the file gives to a database.
    """
    if _GIVEN.fullmatch(name) or is_key(name, (context.project.name, *_SERVICE.findall(text))):
        return True
    given = {match["value"] for match in _STATED.finditer(text) if len(match["value"]) >= written_secrets.SHORTEST}
    return bool(values) and all(any(f":{each}@" in value for each in given) for value in values)


def in_layer(context: Context, name: str, value: str, path: str) -> bool:
    """Return whether what an env file states is checked by the stack alone, in a file of no protected environment."""
    if path in _protected(context):
        return False
    given = _of_stores(context.model)
    return (
        value in given
        or any(f":{each}@" in value for each in given)
        or is_key(name, (context.project.name, *(service for service, _ in context.services())))
    )


def _protected(context: Context) -> Collection[str]:
    guarded = [each for each in context.project.environments.values() if each.protected]
    served = (layer.path for each in guarded for layer in context.served.get(each.name, ()))
    return {*served, *(path for each in guarded for path in (*each.layers, each.local))}


def _of_stores(model: Mapping[str, Any]) -> frozenset[str]:
    """Return the passwords that the databases, caches and queues of a stack are started with."""
    found = (
        str(value)
        for entry in (model.get("services") or {}).values()
        if stores.is_store(str(entry.get("image") or ""))
        for name, value in (entry.get("environment") or {}).items()
        if credential.names_a_secret(name) and len(str(value or "")) >= written_secrets.SHORTEST
    )
    return frozenset(found)


def _called(owner: str) -> frozenset[str]:
    """Return what variables are called after an owner: its words, as one, and their initials."""
    words = _words(owner)
    initials = "".join(word[0] for word in words)
    short = {initials} - _PROVIDERS if len(initials) > 1 else ()
    return frozenset((*words, "".join(words), *short))


def _words(name: str) -> tuple[str, ...]:
    return tuple(filter(None, re.split(r"[^a-z0-9]+", name.lower())))
