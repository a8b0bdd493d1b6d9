"""DG502: a secret in ARG, ENV, RUN or COPY, where the image's history and layers keep it.

In `ARG`, `ENV`, `LABEL` and `RUN`, as a build argument that is meant for one, or as a secret file that is copied in. An
`.npmrc` or `.env.…` that git tracks is a warning: most have only settings, and it is in the repository already. So is a
build argument of a stage from which others only copy: no image has its history, but the build cache keeps it.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.detection import credential, text_lines
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope
from dockgate.images import copy_instruction, dockerfile, dockerfile_stages

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dockgate.guardrails.context import Context
    from dockgate.images.dockerfile import Instruction
    from dockgate.system.git import GitFiles

CODE = "DG502"
TITLE = "A secret in a Dockerfile"
SCOPE = Scope.FILES
NPM = ".npmrc"
FIX = "RUN --mount=type=secret,id=… for the build, secrets: for the container"

_SECRET_ARG = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASS|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIALS?|ACCESS_?KEY)$", re.IGNORECASE
)
# `.env.example` is a sample, `.env.sh` and `.env.d.ts` are programs.
_NO_VALUES = r"(?:example|sample|te?mpl|dist)|(?:tpl|defaults?|d|sh|bash|[cm]?[jt]s|py|rb|php)(?=[.\s])"
_SECRET_FILE = re.compile(
    rf"(?:^|[\s/])(?:\.env(?:\.(?!{_NO_VALUES})\w+)?|[^\s/]*\.local\.env|id_(?:rsa|ecdsa|ed25519)|"
    r"\.npmrc|\.pypirc|\.netrc|\.git-credentials|\.aws/?\S*|[^\s/]+\.(?:p12|pfx|jks))(?=\s)"
)


def check(context: Context) -> Iterator[Hit]:
    """Look for credentials, for build arguments meant to carry one, and for secret files that are copied in."""
    for file in context.of_kind(Kind.DOCKERFILE):
        left = dockerfile_stages.left_behind(file.text)
        for each in dockerfile.instructions(file.text):
            for message, name, severity in _found(each, context.git, kept=str(each.stage) not in left):
                yield Hit(message, FIX, Location(file.path, each.line), severity=severity, name=name)


def _found(each: Instruction, git: GitFiles | None, *, kept: bool) -> Iterator[tuple[str, str, Severity]]:
    if each.keyword in ("ARG", "ENV", "LABEL"):
        for name, value in dockerfile.pairs(each):
            if credential.classify(name, value):
                yield f"{each.keyword} {name} holds a credential, and the image keeps it", name, Severity.ERROR
    if each.keyword == "ARG" and _SECRET_ARG.search(each.text.partition("=")[0].strip()):
        name = each.text.partition("=")[0].strip()
        where, severity = ("history of the image", Severity.ERROR) if kept else ("build cache", Severity.WARNING)
        yield f"ARG {name} puts a secret into the {where}", name, severity
    if each.keyword == "RUN":
        for line in each.text.splitlines():
            for name, _ in text_lines.in_line(line):
                yield "RUN holds a credential, and the image's history keeps it", name, Severity.ERROR
    if secret := _secret_files(each):
        yield f"{each.keyword} puts a secret file into a layer", "", _weight(secret, git)


def _secret_files(each: Instruction) -> list[str]:
    """Return what is copied and called like a secret file; what it is called in the image is no matter."""
    copied = copy_instruction.parse(each)
    return [source for source in copied.sources if _SECRET_FILE.search(f" {source} ")] if copied else []


def _weight(sources: Sequence[str], git: GitFiles | None) -> Severity:
    """Return a warning where git tracks every one, as it does settings (`.npmrc`) and examples (`.env.production`)."""
    tracked = git.tracked if git else frozenset[str]()
    names = {PurePosixPath(path).name for path in tracked}
    return Severity.WARNING if all(_is_tracked(source, tracked, names) for source in sources) else Severity.ERROR


def _is_tracked(source: str, tracked: Collection[str], names: Collection[str]) -> bool:
    name = PurePosixPath(source).name
    if name == NPM:
        return NPM in names
    path = f"/{str(PurePosixPath(source)).lstrip('/')}"
    return name.startswith(".env.") and any(f"/{each}".endswith(path) for each in tracked)
