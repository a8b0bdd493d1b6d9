"""DG503: verification of TLS or of signatures switched off in a build.

curl, wget, git, pip, npm, Node, Python, apt, apk, dnf, rpm, Go. A package that the same instruction fetches over HTTPS
is one that TLS has verified, whatever apk checks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.core.location import Location
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope
from dockgate.images import dockerfile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG503"
TITLE = "TLS or signature checks switched off in a build"
SCOPE = Scope.FILES

APK = "apk --allow-untrusted"
OFF = {
    "curl -k": r"\bcurl\b[^|;&\n]*\s(?:-[a-zA-Z]*k[a-zA-Z]*|--insecure)(?=\s|$)",
    "wget --no-check-certificate": r"\bwget\b[^|;&\n]*--no-check-certificate",
    "git http.sslVerify=false": r"http\.sslVerify[=\s]+\"?false|GIT_SSL_NO_VERIFY[=\s]+\"?(?:1|true)",
    "pip --trusted-host": r"--trusted-host|PIP_TRUSTED_HOST",
    "npm strict-ssl=false": r"strict-ssl[=\s]+\"?false|NPM_CONFIG_STRICT_SSL[=\s]+\"?false",
    "NODE_TLS_REJECT_UNAUTHORIZED=0": r"NODE_TLS_REJECT_UNAUTHORIZED[=\s]+[\"']?0",
    "PYTHONHTTPSVERIFY=0": r"PYTHONHTTPSVERIFY[=\s]+[\"']?0",
    "apt --allow-unauthenticated": r"--allow-unauthenticated|--force-yes|AllowUnauthenticated[=\s]+\"?(?:1|true)|"
    r"\[[^\]]*trusted=yes|Verify-Peer[=\s]+\"?false",
    APK: r"\bapk\b[^|;&\n]*--allow-untrusted",
    "dnf --nogpgcheck": r"--nogpgcheck|gpgcheck\s*=\s*0",
    "rpm --nosignature": r"\brpm\b[^|;&\n]*--no(?:signature|digest|verify)",
    "GOINSECURE or GONOSUMDB": r"\b(?:GOINSECURE|GONOSUMDB|GONOSUMCHECK)[=\s]+\S|GOFLAGS[=\s]+\S*-insecure",
}
_UNTRUSTED = re.compile(r"\bapk\b[^|;&\n]*?--allow-untrusted([^|;&\n]*)")
_OTHERWISE = re.compile(r"\b(?:http|ftp)://")
_OFF = {name: re.compile(pattern) for name, pattern in OFF.items()}


def check(context: Context) -> Iterator[Hit]:
    """Look at RUN, ENV and ARG of every Dockerfile."""
    for file in context.of_kind(Kind.DOCKERFILE):
        for each in dockerfile.instructions(file.text):
            if each.keyword not in ("RUN", "ENV", "ARG"):
                continue
            for name, pattern in _OFF.items():
                if pattern.search(each.text) and not (name == APK and _is_fetched(each.text)):
                    yield Hit(
                        f"{name}: an attacker on the network can put other content into the image",
                        "install the certificate authority or the key that is missing",
                        Location(file.path, each.line),
                    )


def _is_fetched(text: str) -> bool:
    """Return whether every package that apk takes untrusted is a file, and every address is one of HTTPS."""
    taken = [words.split() for words in _UNTRUSTED.findall(text)]
    files = all(word.startswith("-") or word.endswith(".apk") for words in taken for word in words)
    return files and "https://" in text and not _OTHERWISE.search(text)
