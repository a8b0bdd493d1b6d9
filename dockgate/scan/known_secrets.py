"""What must be in no image: the environments' secrets, themselves where they can be opened, else by fingerprint."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from dockgate.scan import leaks
from dockgate.scan.leaks import SecretDetectors
from dockgate.secrets import store as secret_store
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.digests import DigestKind
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.core.secret import Secret
    from dockgate.scan.leaks import Detector
    from dockgate.secrets.fingerprints.fingerprint_file import Sheet

TOKEN = re.compile(rb"[A-Za-z0-9_+/=-]{%d,128}" % fingerprint_match.FAST_LENGTH)
HEAD = 8192  # bytes in which a zero makes a file binary; git looks at 8,000


def sought(project: Project) -> SecretDetectors:
    """Return what to look for in this project's images.

    A slow fingerprint costs 57 ms a string, so secrets of that kind are only found where their store can be opened.
    """
    opened: dict[str, Secret] = {}
    state = hashlib.sha256(_bytes(project.root / fingerprint_match.FILE))
    for environment in project.environments.values():
        state.update(environment.name.encode() + _bytes(project.root / environment.secrets))
        layer = secret_store.layer(project, environment, sealed=True)
        for each in layer.assignments if layer else ():
            if each.value is not None and not isinstance(each.value, str):
                opened[f"{each.name} of {environment.name}"] = each.value
        state.update(str(len(opened)).encode())
    sheets = [sheet for sheet in fingerprint_match.load(project.root).sheets if sheet.of(DigestKind.FAST)]
    return SecretDetectors((leaks.values(opened), *(_fast(sheet) for sheet in sheets)), state.hexdigest())


def _bytes(file: Path) -> bytes:
    """Return a file's bytes as they are on disk: a store is encrypted there."""
    return regular_file.read(file) if file.is_file() else b""


def _fast(sheet: Sheet) -> Detector:
    known = sheet.of(DigestKind.FAST)

    def detect(content: bytes) -> Iterator[str]:
        if b"\0" in content[:HEAD]:
            return
        for token in {match.decode() for match in TOKEN.findall(content)}:
            if digests.fast(token, sheet.salt) in known:
                yield "a secret that env/fingerprints.toml knows"

    return detect
