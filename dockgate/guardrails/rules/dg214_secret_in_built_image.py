"""DG214: a secret of a protected environment in an image that a service builds (`build:`).

What `COPY` and `ADD` take out of the context, with the rules of `.dockerignore`, into the stage that becomes the image:
`additional_contexts` too. A secret is known by its fingerprint, or because an env file of the repository states it. A
file that only a step of the build reads (an earlier stage, `RUN --mount=type=bind`) is a warning, one that no
instruction names is never sent. Build arguments, labels and `dockerfile_inline` are looked at as well, and files of
`build.secrets` for another environment's secrets. Looked at are 10,000 files and 200 MB of an environment; what is left
out is listed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.guardrails import secret_matches, written_secrets
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context
    from dockgate.guardrails.evidence import TextFile
    from dockgate.guardrails.written_secrets import Finder, Stated

CODE = "DG214"
TITLE = "A secret of a protected environment in an image that a service builds"
SCOPE = Scope.MODEL
LITERAL = frozenset(("args", "labels", "dockerfile_inline"))


def check(context: Context) -> Iterator[Hit]:
    """Look into what is copied, sent and given as a secret, and at what the build itself states."""
    unwanted = written_secrets.unwanted(context)
    finder = written_secrets.Finder(unwanted)
    found = dict.fromkeys((*_stated(context, finder, Kind.BUILT, Kind.SENT), *_known(context, Kind.BUILT, Kind.SENT)))
    yield from (_copied(context, hit) for hit in found)
    if not context.production:
        foreign = (each for each in unwanted if each.environment != context.environment.name)
        yield from _stated(context, written_secrets.Finder(tuple(foreign)), Kind.BUILD_SECRET)
        secrets = context.of_kind(Kind.BUILD_SECRET)
        yield from secret_matches.hits(secrets, partial(secret_matches.foreign, context), context.matcher)
    yield from _literal(context, finder)


def _known(context: Context, *kinds: Kind) -> Iterator[Hit]:
    """Yield what fingerprints know and no env file states."""
    yield from secret_matches.hits(context.of_kind(*kinds), context.matcher.matches, context.matcher)


def _stated(context: Context, finder: Finder, *kinds: Kind) -> Iterator[Hit]:
    for file in context.of_kind(*kinds):
        for found in finder.find(file.text, file.path):
            yield _hit(file, found.line, found.secret)


def _hit(file: TextFile, line: int, secret: Stated) -> Hit:
    what = f"this {file.kind} holds {secret.name} of {secret.environment}"
    way = f"remove it here, and rotate it there: inv secrets.rotate {secret.name} --env={secret.environment}"
    return Hit(what, way, Location(file.path, line), service=file.service, name=secret.name)


def _copied(context: Context, hit: Hit) -> Hit:
    """Return a hit with the line that takes the file; a warning, where the image does not keep it."""
    path = hit.location.path.partition("!")[0]
    by = context.taken.get(path)
    if by is None:
        return hit
    kept = any(file.path == hit.location.path and file.kind is Kind.BUILT for file in context.files)
    return replace(
        hit,
        message=f"{hit.message}: {by} {'copies it' if kept else 'reads it, the image does not keep it'}",
        fix=f"add {path} to .dockerignore, or copy less; rotate {hit.name} if an image with it was pushed",
        severity=Severity.ERROR if kept else Severity.WARNING,
    )


def _literal(context: Context, finder: Finder) -> Iterator[Hit]:
    for path, text in context.strings():
        if path[0] != "services" or "build" not in path[2:3] or not LITERAL.intersection(path[3:4]):
            continue
        for found in finder.find(text if "\n" in text else f"{path[-1]}={text}", path[-1]):
            yield Hit(
                f"{'.'.join(path)} holds {found.secret.name} of {found.secret.environment}, and the image keeps it",
                "build.secrets with RUN --mount=type=secret,id=… for the build, secrets: for the container",
                context.place(*path),
                service=path[1],
                name=path[-1],
            )
