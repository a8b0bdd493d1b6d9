"""Advisory sources for Python packages: pip-audit online, a folder of OSV documents offline."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ConfigError, DockgateError
from dockgate.core.location import Location
from dockgate.core.plan import Command
from dockgate.scan.inventory import normalise
from dockgate.scan.python_packages import Answer
from dockgate.system import process, regular_file, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.scan.inventory import PythonPackage

PIP_AUDIT = "pip-audit"
OSV = "OSV folder"


def ask(project: Project, packages: Iterable[PythonPackage]) -> dict[tuple[str, str], Answer]:
    """Ask pip-audit about every package; its own exit code says nothing: it is 0 for what it skipped."""
    keys = sorted({(package.name, package.version) for package in packages})
    if not keys:
        return {}
    file = project.state / "scan" / "requirements.txt"
    state_folder.save(file, "".join(f"{name}=={version}\n" for name, version in keys).encode())
    flags = ("--no-deps", "--disable-pip", "--format=json", "--progress-spinner=off", "--timeout=15")
    argv = (sys.executable, "-m", "pip_audit", f"--requirement={file}", *flags)
    try:
        result = process.run(Command(argv, _env(project), project.root), check=False)
    except DockgateError as error:
        return {key: Answer(PIP_AUDIT, unknown=error.what) for key in keys}
    said = process.said(result.stderr).splitlines()
    return parse_pip_audit(result.stdout, keys, said[-1] if said else "no answer")


def _env(project: Project) -> dict[str, str]:
    """Return the child's environment; its HTTP library trusts the machine's own authorities by a name of its own."""
    given = project.process.get("REQUESTS_CA_BUNDLE") or project.process.get("SSL_CERT_FILE")
    return project.child_env(**({"REQUESTS_CA_BUNDLE": given} if given else {}))


def parse_pip_audit(
    output: bytes, keys: Iterable[tuple[str, str]], said: str = "no answer"
) -> dict[tuple[str, str], Answer]:
    """Read pip-audit's JSON; a package that it skipped, or does not list at all, is unknown.

    `said` is its last word, for when there is no JSON.
    """
    try:
        listed = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return {key: Answer(PIP_AUDIT, unknown=said) for key in keys}
    answers = {key: Answer(PIP_AUDIT, unknown="not in its response") for key in keys}
    for entry in listed:
        if "skip_reason" in entry:
            for key in (key for key in answers if key[0] == normalise(entry["name"])):
                answers[key] = Answer(PIP_AUDIT, unknown="skipped as unknown")
            continue
        key = (normalise(entry["name"]), entry["version"])
        ids = tuple(sorted({_best(found) for found in entry.get("vulns") or ()}))
        answers[key] = Answer(PIP_AUDIT, ids=ids, advisories=True)
    return answers


def _best(found: Mapping[str, Any]) -> str:
    """Prefer the CVE id among the names of one advisory."""
    names = (str(found["id"]), *map(str, found.get("aliases", ())))
    return next((name for name in names if name.startswith("CVE-")), names[0])


def read_folder(folder: Path, packages: Iterable[PythonPackage]) -> dict[tuple[str, str], Answer]:
    """Look every package up in a folder of OSV documents (JSON or YAML, as the advisory databases export them)."""
    keys = sorted({(package.name, package.version) for package in packages})
    names = {name for name, _ in keys}
    found: dict[tuple[str, str], set[str]] = {key: set() for key in keys}
    count = 0
    for document in _documents(folder):
        count += 1
        for name, affected in _affected(document):
            if name not in names:
                continue
            for key in keys:
                if key[0] == name and covers(affected, key[1]):
                    found[key].add(_best(document))
    if not count:
        raise ConfigError("the folder of advisories has no OSV document", where=Location(str(folder)))
    return {key: Answer(OSV, ids=tuple(sorted(ids)), advisories=True) for key, ids in found.items()}


def _documents(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.rglob("*")):
        try:
            if file.suffix == ".json":
                document = json.loads(regular_file.read(file))
            elif file.suffix in (".yaml", ".yml"):
                import yaml  # noqa: PLC0415 - heavy, only for such a folder

                document = yaml.load(regular_file.read(file), yaml.CSafeLoader)
            else:
                continue
        except (OSError, ValueError) as error:
            raise ConfigError(f"not an OSV document: {error}", where=Location(str(file))) from error
        if isinstance(document, dict) and "affected" in document and not document.get("withdrawn"):
            yield document


def _affected(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for affected in document["affected"]:
        package = affected.get("package", {})
        if package.get("ecosystem") == "PyPI":
            yield normalise(str(package.get("name", ""))), affected


def covers(affected: Mapping[str, Any], version: str) -> bool:
    """Return whether an OSV `affected` entry covers a version: listed, or inside one of its ranges."""
    if version in (affected.get("versions") or ()):
        return True
    ranges = (each for each in affected.get("ranges") or () if each.get("type") == "ECOSYSTEM")
    return any(_inside(each.get("events") or (), version) for each in ranges)


def _inside(events: Iterable[Mapping[str, str]], version: str) -> bool:
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - only for a scan

    try:
        ours = Version(version)
        inside = False
        for event in events:
            if "introduced" in event:
                inside = inside or event["introduced"] == "0" or ours >= Version(event["introduced"])
            elif ("fixed" in event and ours >= Version(event["fixed"])) or (
                "last_affected" in event and ours > Version(event["last_affected"])
            ):
                inside = False
    except InvalidVersion:  # a version that cannot be placed counts as affected: fail closed
        return True
    return inside
