"""DG505: a real credential in a committed file.

Compose files always, with `--staged` everything that is about to be committed, with `--all-files` everything that git
tracks. Tests may make up passwords, but no keys of known formats; what a test can make itself (a private key, a JSON
Web Token, a key of a provider's test mode) is a warning. So is what a page below `docs/` and the like shows, and what
code of others below `vendor/` and the like has, unless its format proves that it is a key. A file is read for what it
is, by its name: of a program only texts in quotes count, of its comments and of prose (Markdown and the like) only
values with a digit, anywhere else every assignment. In a Compose file that only unprotected environments use, a
password that is too weak to be a secret of production (DG209) is a warning, and one that only its own containers check
(`POSTGRES_PASSWORD`, `SECRET_KEY`): it is a demonstration's. In the files of CI a weak one is a warning, too: its
containers live as long as their job.
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
        tested = made_up.is_test(file.path)
        begun = made_up.first_line_of_tests(file.path, file.text) if credentials else None
        for number, name, found in credentials:
            tests = tested or (begun is not None and number >= begun)
            if (found.certain and not (tests and found.unsound)) or not (tests or file.binary):
                yield Hit(
                    f"{name or 'this line'} looks like a real credential ({found.kind})",
                    "inv secrets.set keeps it encrypted; revoke it if it was ever pushed",
                    Location(file.path, number),
                    severity=_severity(context, file, (number, name, found)),
                    name=name,
                )


def _is_demo(context: Context, path: str) -> bool:
    """Return whether a file is one of Compose's, and of no environment that is protected."""
    users = [each for each in context.project.environments.values() if path in each.files]
    return bool(users) and any(each.is_development for each in users) and not any(each.protected for each in users)


def _severity(context: Context, file: TextFile, seen: tuple[int, str, Credential]) -> Severity:
    number, name, found = seen
    if found.certain:
        own = made_up.is_test(file.path) and made_up.is_of_test(found.kind)
        return Severity.WARNING if own else Severity.ERROR
    if made_up.is_documentation(file.path) or made_up.is_foreign(file.path):
        return Severity.WARNING
    demo, jobs = _is_demo(context, file.path), made_up.is_of_jobs(file.path)
    if not (demo or jobs):
        return Severity.ERROR
    line = file.text.splitlines()[number - 1]
    # Of an address without a name the line, which holds its password; of a block's line the value at its end.
    values = text_lines.reported(line, assignments.form(file.path)) or (line if "://" in line else line.split()[-1],)
    weak = (demo and own_values.in_file(context, name, file.text, values)) or all(map(strength.is_demo, values))
    return Severity.WARNING if weak else Severity.ERROR
