"""What this machine lends to a build: package sources, certificate authorities, the indexes of pip and npm, proxy.

They go in as BuildKit secrets (`docker/rootfs/with-host` takes them up): they are in no layer, history or provenance.
"""

from __future__ import annotations

import os.path
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.core import endpoint
from dockgate.core.errors import MissingToolError
from dockgate.core.plan import Command
from dockgate.core.redacted import Redacted
from dockgate.images import debian
from dockgate.system import process as processes
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.project import Project

# Debian and Ubuntu; Fedora and RHEL; Alpine and macOS.
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
PIP_NAMES = ("index-url", "extra-index-url", "trusted-host", "timeout", "default-timeout", "retries")
PIP_LINE = re.compile(r"^[\w:]+\.([\w-]+)='(.*)'$", re.MULTILINE)
# An index, of a scope as well, and what it asks for to let a client in.
NPM_LINE = re.compile(
    r"^((?:@[\w.-]+:)?registry|//[^=\s]+:(?:_authToken|_auth|_password|username|email))[ \t]*=[ \t]*(.*?)[ \t\r]*$",
    re.MULTILINE,
)
NPM_REFERENCE = re.compile(r"\$\{(\w+)(\?)?\}")
PROXIES = ("http_proxy", "https_proxy", "no_proxy")
# The client's own configuration: it would become build arguments, which provenance records, passwords included.
CLIENT_PROXIES = {
    "httpProxy": "HTTP_PROXY",
    "httpsProxy": "HTTPS_PROXY",
    "ftpProxy": "FTP_PROXY",
    "allProxy": "ALL_PROXY",
    "noProxy": "NO_PROXY",
}
APT_PROXY = re.compile(r'^Acquire::(https?)::Proxy "([^"]+)";$', re.MULTILINE)
LENT = ("apt", "pip", "npm", "proxy")


class Host(Redacted, frozen=True):
    """The path of a CA bundle, and the contents of four small files; empty where this machine has nothing to lend.

    `hidden` names the build arguments that the Docker client would add of itself: they are given empty instead.
    """

    unshown = frozenset({"ca", "apt", "pip", "npm", "proxy"})

    ca: str = ""
    apt: str = ""
    pip: str = ""
    proxy: str = ""
    hidden: tuple[str, ...] = ()
    npm: str = ""

    def env(self) -> dict[str, str]:
        """Return the variables of docker/bake.hcl; all but the path may be secret, and stay in the environment."""
        return {"HOST_CA": self.ca} | {f"HOST_{name.upper()}": getattr(self, name) for name in LENT}

    def secrets(self) -> tuple[str, ...]:
        """Return the same as arguments of `buildx build`."""
        from_env = (f"id={name},env=HOST_{name.upper()}" for name in LENT if getattr(self, name))
        specs = (*((f"id=ca,src={self.ca}",) if self.ca else ()), *from_env)
        return tuple(argument for spec in specs for argument in ("--secret", spec))


def gather(project: Project) -> Host:
    """Look at this machine, asking apt, pip and npm at the same time."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - not where nothing is built

    with ThreadPoolExecutor() as pool:
        archive = pool.submit(debian.archive, project)
        listed = pool.submit(_say, project, sys.executable, "-m", "pip", "config", "list")
        apt = pool.submit(_say, project, "apt-config", "dump")
        index = pool.submit(_say, project, "npm", "config", "get", "registry")
    found = archive.result()
    client = endpoint.client_config(project.process).get("proxies") or {}
    return Host(
        ca=bundle(project.process),
        apt=found.sources() if found else "",
        pip=pip(listed.result()),
        npm=npm(_npmrc(project.process), index.result(), project.process),
        proxy=proxy(project.process, client.get("default") or {}, apt.result()),
        hidden=tuple(name for key, name in CLIENT_PROXIES.items() if any(key in table for table in client.values())),
    )


def bundle(process: Mapping[str, str]) -> str:
    """Return the path of the certificate authorities that this machine trusts."""
    return next((path for path in (process.get("SSL_CERT_FILE"), *BUNDLES) if path and os.path.isfile(path)), "")  # noqa: PTH113 - a plain test of a string


def pip(listed: str) -> str:
    """Return a pip.conf out of `pip config list`: what also holds inside a build, so neither paths nor file: URLs."""
    found: dict[str, str] = {}
    for name, value in PIP_LINE.findall(listed):
        words = value.replace("\\n", " ").split()
        urls = [word for word in words if word.startswith(("http://", "https://"))]
        kept = " ".join(urls if name.endswith("index-url") else words)
        if name in PIP_NAMES and kept:
            found["timeout" if name == "default-timeout" else name] = kept
    if not {"index-url", "extra-index-url"} & set(found):
        return ""
    return "[global]\n" + "".join(f"{name} = {value}\n" for name, value in found.items())


def npm(npmrc: str, index: str, process: Mapping[str, str]) -> str:
    """Return an .npmrc: indexes and tokens of the user's own, its references resolved, and the index that npm uses."""
    written = NPM_REFERENCE.sub(lambda word: process.get(word[1], ""), npmrc)
    found = dict(NPM_LINE.findall(written))
    if index.strip().startswith(("http://", "https://")):
        found["registry"] = index.strip()
    return "".join(f"{name}={value}\n" for name, value in found.items() if value)


def _npmrc(process: Mapping[str, str]) -> str:
    """Return the user's own .npmrc; empty where there is none that can be read."""
    named = process.get("NPM_CONFIG_USERCONFIG") or process.get("npm_config_userconfig")
    try:
        return regular_file.text(Path(named or Path(process.get("HOME", "/")) / ".npmrc"))
    except OSError:
        return ""


def proxy(process: Mapping[str, str], client: Mapping[str, str], apt: str) -> str:
    """Return lines `http_proxy=…` out of the environment, else the Docker client's configuration, else apt's."""
    found = {f"{scheme}_proxy": uri for scheme, uri in APT_PROXY.findall(apt) if uri != "DIRECT"}
    said = {CLIENT_PROXIES[key].lower(): value for key, value in client.items() if key in CLIENT_PROXIES and value}
    found |= {name: value for name, value in said.items() if name in PROXIES}
    for name in PROXIES:
        if value := process.get(name) or process.get(name.upper()):
            found[name] = value
    return "".join(f"{name}={value}\n" for name, value in sorted(found.items()))


def _say(project: Project, *argv: str) -> str:
    """Return what a program prints about its configuration; nothing where it is not installed: then it has none."""
    own = ("PIP_", "NPM_CONFIG_", "npm_config_")
    settings = {name: value for name, value in project.process.items() if name.startswith(own)}
    try:
        return processes.run(Command(argv, project.child_env(**settings), timeout=30), check=False).text
    except MissingToolError:
        return ""
