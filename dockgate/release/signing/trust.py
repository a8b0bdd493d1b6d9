"""The release key that this user trusts: the one seen first for a project, whatever a later commit puts in its place.

key(project) -> str            the committed public key; FindingsError where it is not the one that was trusted
accept(project, public)        trust this key from now on
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, FindingsError
from dockgate.core.location import Location
from dockgate.core.readable import readable
from dockgate.release.signing import keys, ssh
from dockgate.system import atomic_file, user_files

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

FOLDER = "release-keys"
FINGERPRINT = "SHA256:"


def key(project: Project) -> str:
    """Return the project's public key; FindingsError where another one was trusted before.

    The key is committed: with the right to change the repository it could be replaced, and a release signed anew. What
    was seen first is kept outside the repository, in the user's configuration (trust on first use, as OpenSSH has it).
    """
    public = keys.public(project)
    if not {"HOME", "XDG_CONFIG_HOME"} & {*project.process}:
        return public  # a service without a home: nothing can be remembered for it
    now = ssh.fingerprint(public)
    trusted = _trusted(project)
    if trusted is None:
        _remember(project, now)
    elif trusted != now:
        raise FindingsError(
            f"the release key is {now}, and {trusted} was trusted before",
            where=Location(keys.PUBLIC),
            fix=f"ask its owner; if {now} is right: inv releases.verify VERSION --key={now}",
        )
    return public


def accept(project: Project, public: str) -> None:
    """Trust a public key of the project from now on, in place of the one before."""
    atomic_file.replace(_file(project), f"{ssh.fingerprint(public)}\n".encode())


def given(project: Project, wanted: str) -> str:
    """Return the committed public key if it has the fingerprint `wanted`, which is trusted from now on."""
    public = keys.public(project)
    if (now := ssh.fingerprint(public)) != wanted:
        raise FindingsError(f"the release key is {now}, not {wanted}", where=Location(keys.PUBLIC))
    accept(project, public)
    return public


def _trusted(project: Project) -> str | None:
    data = user_files.read(_file(project))
    return readable(data).strip() if data is not None else None


def _remember(project: Project, fingerprint: str) -> None:
    try:
        atomic_file.create(_file(project), f"{fingerprint}\n".encode())
    except ConfigError:
        return  # a home that cannot be written to, as in many a CI: each run there is a first one


def _file(project: Project) -> Path:
    return user_files.config_folder(project.process) / FOLDER / project.name
