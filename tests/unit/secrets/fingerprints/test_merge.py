"""Fingerprints of two branches."""

from __future__ import annotations

from dockgate.secrets.conflict_markers import Versions
from dockgate.secrets.fingerprints import fingerprint_file, merge
from dockgate.secrets.fingerprints.digests import DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import Fingerprint, Fingerprints, Sheet

SALT = b"s" * 32


def version(*tags: str, salt: bytes = SALT, environment: str = "prod") -> Fingerprints:
    """Return a file with a fingerprint for each tag."""
    prints = (Fingerprint(environment, f"NAME_{tag}", DigestKind.FAST, tag * 32) for tag in tags)
    return Fingerprints((Sheet(environment, salt, prints=tuple(prints)),))


def merged(*versions: Fingerprints) -> set[str]:
    ours, theirs, base = (fingerprint_file.text(each).encode() for each in versions)
    return {each.name.removeprefix("NAME_") for each in merge.merge(Versions(ours, theirs, base))}


def test_what_either_branch_changed_is_there() -> None:
    """Added by either, removed by either."""
    assert merged(version("a", "b", "d"), version("a", "c", "e"), version("a", "b", "c")) == {"a", "d", "e"}


def test_under_another_salt_ours_stay_and_another_environment_is_added() -> None:
    """A digest under another salt would recognise nothing."""
    theirs = Fingerprints((*version("b", salt=b"t" * 32).sheets, *version("c", environment="staging").sheets))
    assert merged(version("a"), theirs, Fingerprints()) == {"a", "c"}
