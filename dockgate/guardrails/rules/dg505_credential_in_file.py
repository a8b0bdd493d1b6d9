"""DG505: a real credential in a committed file.

Compose files always, with `--staged` everything that is about to be committed, with `--all-files` everything that git
tracks. Tests may make up passwords, but no keys of known formats. A file is read for what it is, by its name: of a
program only texts in quotes count, of its comments and of prose (Markdown and the like) only values with a digit,
anywhere else every assignment. In a Compose file that only unprotected environments use, a password that is too weak to
be a secret of production (DG209) is a warning, and one that only its own containers check (`POSTGRES_PASSWORD`,
`SECRET_KEY`): it is a demonstration's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.detection import assignments, strength, text_lines
from dockgate.guardrails import file_credentials, made_up, own_values
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope
from dockgate.secrets.fingerprints import fingerprint_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.detection.credential import Credential
    from dockgate.guardrails.context import Context
    from dockgate.guardrails.evidence import TextFile

CODE = "DG505"
TITLE = "A credential in a committed file"
SCOPE = Scope.FILES


def check(context: Context) -> Iterator[Hit]:
    """Classify every assignment and every key of a known format; tests may make up passwords, but no such keys."""
    # Not the fingerprints: they are random, and public.
    files = [file for file in context.of_kind(Kind.COMMITTED) if file.path != fingerprint_file.FILE]
    for file, credentials in file_credentials.each(files):
        demo = _is_demo(context, file.path)
        tests = made_up.is_test(file.path)
        for number, name, found in credentials:
            if found.certain or not (tests or file.binary):
                yield Hit(
                    f"{name or 'this line'} looks like a real credential ({found.kind})",
                    "inv secrets.set keeps it encrypted; revoke it if it was ever pushed",
                    Location(file.path, number),
                    severity=_severity(context, file, (number, name, found)) if demo else Severity.ERROR,
                    name=name,
                )


def _is_demo(context: Context, path: str) -> bool:
    """Return whether a file is one of Compose's, and of no environment that is protected."""
    users = [each for each in context.project.environments.values() if path in each.files]
    return bool(users) and any(each.is_development for each in users) and not any(each.protected for each in users)


def _severity(context: Context, file: TextFile, seen: tuple[int, str, Credential]) -> Severity:
    number, name, found = seen
    line = file.text.splitlines()[number - 1]
    # Of an address without a name the line, which holds its password; of a block's line the value at its end.
    values = text_lines.reported(line, assignments.form(file.path)) or (line if "://" in line else line.split()[-1],)
    weak = own_values.in_file(context, name, file.text, values) or all(map(strength.is_demo, values))
    return Severity.WARNING if weak and not found.certain else Severity.ERROR
