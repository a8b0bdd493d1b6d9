"""DG114: a file that must not be committed, and is.

Local layers, `.dockgate/`, private keys, key stores, age identities.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.core.location import Location
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG114"
TITLE = "A local or secret file that git tracks"
SCOPE = Scope.FILES

_SECRET_FILE = re.compile(
    r"(?:^|/)(?:\.env(?:\.local)?|[^/]*\.local\.env|\.env\.[\w.]*local|id_(?:rsa|dsa|ecdsa|ed25519)|[^/]+\.(?:p12|pfx|jks|keystore)"
    r"|[^/]*identit(?:y|ies)\.(?:txt|age)|keys\.txt)$|^\.dockgate/"
)


def check(context: Context) -> Iterator[Hit]:
    """Compare what git tracks with the local layers, the state folder and names that only secret files have."""
    if context.git is None:
        return
    environments = context.project.environments.values()
    local = {environment.local for environment in environments if environment.local}
    # A layer may have any name: what it must not hold is DG111's and DG112's.
    layers = {layer for environment in environments for layer in environment.layers}
    for path in sorted(context.git.tracked - layers):
        if path in local or _SECRET_FILE.search(path):
            yield Hit(
                "git tracks this file, which belongs to one machine or is secret",
                f"git rm --cached {path}, ignore it, and rotate what was in it",
                Location(path),
            )
