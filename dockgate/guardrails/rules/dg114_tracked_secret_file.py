"""DG114: a file that must not be committed, and is.

Local layers, `.dockgate/`, private keys, key stores, age identities, `.netrc`, `.pgpass`, `.git-credentials`, and the
settings of package managers and registries (`.npmrc`, `.pypirc`, `.docker/config.json`) where they hold a credential.
Of a symbolic link git has only where it leads. A file of tests is a warning: what they read is made up. So is a `.env`
that was read and holds no credential: addresses and switches of development, as front ends commit them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.detection import text_lines
from dockgate.guardrails import made_up
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG114"
TITLE = "A local or secret file that git tracks"
SCOPE = Scope.FILES

_SECRET_FILE = re.compile(
    r"(?:^|/)(?:\.env(?:\.local)?|[^/]*\.local\.env|\.env\.[\w.]*local|id_(?:rsa|dsa|ecdsa|ed25519)|[^/]+\.(?i:p12|pfx|jks|keystore)"
    r"|[^/]*identit(?:y|ies)\.(?:txt|age)|keys\.txt|[._]netrc|\.pgpass|\.git-credentials|\.my\.cnf|\.htpasswd|\.vault-token"
    r"|\.aws/credentials)$|^\.dockgate/"
)
_DOTENV = re.compile(r"(?:^|/)\.env$")
# Of these, most hold settings only.
_SETTINGS_FILE = re.compile(
    r"(?:^|/)(?:\.npmrc|\.yarnrc(?:\.yml)?|\.pypirc|pip\.conf|\.docker/config\.json|\.dockercfg|\.gem/credentials|\.m2/settings\.xml"
    r"|auth\.json|nuget\.config|\.s3cfg|\.boto|\.terraformrc|terraform\.rc|\.cargo/credentials(?:\.toml)?)$",
    re.IGNORECASE,
)


def check(context: Context) -> Iterator[Hit]:
    """Compare what git tracks with the local layers, the state folder and names that only secret files have."""
    if context.git is None:
        return
    environments = context.project.environments.values()
    local = {environment.local for environment in environments if environment.local}
    # A layer may have any name: what it must not hold is DG111's and DG112's.
    layers = {layer for environment in environments for layer in environment.layers}
    read = (_SETTINGS_FILE, _DOTENV)
    committed = context.of_kind(Kind.COMMITTED)
    texts = {file.path: file.text for file in committed if any(each.search(file.path) for each in read)}
    for path in sorted(context.git.tracked - layers - context.git.links.keys()):
        secret = path in texts and _holds_one(path, texts[path])
        if path in local or _SECRET_FILE.search(path) or secret:
            harmless = path not in local and path in texts and _DOTENV.search(path) and not secret
            yield Hit(
                "git tracks this file, which belongs to one machine or is secret",
                f"git rm --cached {path}, ignore it, and rotate what was in it",
                Location(path),
                severity=Severity.WARNING if harmless or made_up.is_test(path) else Severity.ERROR,
            )


def _holds_one(path: str, text: str) -> bool:
    return any(text_lines.credentials(text, path))
