"""The systemd unit that starts an environment at boot: RAM is empty then, so the secrets are rendered again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockgate.core.project import Project
    from dockgate.core.target import Target

# What decides where the identity, the engine and the folder on RAM are.
KEPT = ("HOME", "XDG_CONFIG_HOME", "DOCKGATE_AGE_IDENTITY", "DOCKGATE_RUNTIME_DIR", "DOCKER_HOST", "DOCKER_CONFIG")
# Another user has their own, which systemd sets.
PERSONAL = frozenset({"HOME", "XDG_CONFIG_HOME", "DOCKGATE_AGE_IDENTITY", "DOCKER_CONFIG"})
LINGER = """\
# Run once: loginctl enable-linger {user}
# Without it, systemd-logind removes the files of {user} from RAM at the end of their last session (RemoveIPC=).
"""


def unit(project: Project, target: Target, program: Sequence[str], user: str, *, own: bool = True) -> str:
    """Return the unit's text; `program` is how to call `inv` or `dockgate`, `user` whose identity it uses.

    With `own`, that is the user who asks, and what finds their identity now finds it at boot.
    """
    # By way of env(1): systemd takes no special characters in the name of what it runs itself.
    words = ["/usr/bin/env", "--", *program, "up", f"--env={target.environment.name}", "--no-build"]
    words += [f"--instance={target.instance}"] if target.instance else []
    environment = "".join(
        f"Environment={_quoted(f'{key}={value}')}\n" for key, value in _kept(project.process, own=own).items()
    )
    return (
        f"# {target.project}.service, written by `inv boot --env={target.environment.name}`\n"
        f"{LINGER.format(user=user) if user != 'root' else ''}"
        "[Unit]\n"
        f"Description=Dockgate stack {_plain(target.project)}\n"
        "Requires=docker.service\n"
        "After=docker.service network-online.target\n"
        "Wants=network-online.target\n"
        "\n"
        "[Service]\n"
        "Type=oneshot\n"
        "RemainAfterExit=yes\n"
        f"User={_plain(user)}\n"
        f"WorkingDirectory={_plain(str(project.root))}\n"
        f"{environment}"
        f"ExecStart={' '.join(_quoted(word).replace('$', '$$') for word in words)}\n"
        "TimeoutStartSec=10min\n"
        "\n"
        "[Install]\n"
        "WantedBy=multi-user.target\n"
    )


def _kept(process: Mapping[str, str], *, own: bool) -> Mapping[str, str]:
    return {name: process[name] for name in KEPT if process.get(name) and (own or name not in PERSONAL)}


def _plain(text: str) -> str:
    """Return text for a setting that takes the rest of its line; % is systemd's own."""
    if not text.isprintable():
        raise ConfigError(
            f"{text!r} cannot be written into a systemd unit",
            fix="move the project to a path without special characters",
        )
    return text.replace("%", "%%")


def _quoted(word: str) -> str:
    """Return one word as systemd reads it (systemd.syntax(7))."""
    escaped = _plain(word).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
