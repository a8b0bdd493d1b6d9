"""Debian's lists: dates, the newest version, and the canary that proves that the gate can fail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dockgate.core.errors import ConfigError
from dockgate.scan import debian_lists, inventory

WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)
FUTURE = "is dated in the future: check the clock and the mirror"
UNTIL = datetime(2026, 11, 28, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECURITY = """-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

Location: Debian
Label: Debian-Security
Suite: stable-security
Codename: trixie-security
Date: Sat, 21 Nov 2026 09:00:00 UTC
Valid-Until: Sat, 28 Nov 2026 09:00:00 UTC
Acquire-By-Hash: yes
Components: updates/main main
SHA256:
 aa 1 main/binary-amd64/Packages
-----BEGIN PGP SIGNATURE-----

iQ==
-----END PGP SIGNATURE-----
"""
LATER = SECURITY.replace("28 Nov", "29 Dec")
STABLE = "Suite: stable\nCodename: trixie\nDate: Sat, 05 Sep 2026 09:00:00 UTC\n"


def packages(*pairs: tuple[str, str]) -> bytes:
    return "\n\n".join(f"Package: {name}\nArchitecture: amd64\nVersion: {v}\nFilename: x" for name, v in pairs).encode()


def test_release_says_its_dates() -> None:
    """Release says its dates."""
    read = debian_lists.release(SECURITY)
    assert read.codename == "trixie-security"
    assert read.date == datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert read.valid_until == datetime(2026, 11, 28, 9, tzinfo=UTC)
    assert str(read) == "trixie-security of 2026-11-21, valid until 2026-11-28"
    stable = debian_lists.release(STABLE)
    assert (stable.valid_until, str(stable)) == (None, "trixie of 2026-09-05")
    other = debian_lists.release("Date:  Sat, 05 Sep 2026 09:00:00 +0200 \nMD5Sum:\n Codename: x\n")
    assert other == debian_lists.Release("", datetime(2026, 9, 5, 7, tzinfo=UTC), None)
    naive = debian_lists.release("Date: Sat, 05 Sep 2026 09:00:00 -0000\n")
    assert naive.date == datetime(2026, 9, 5, 9, tzinfo=UTC)


def test_release_without_a_date_is_refused() -> None:
    """Release without a date is refused."""
    for end in ("MD5Sum", "SHA256"):
        with pytest.raises(ConfigError) as caught:
            debian_lists.release(f"Suite: stable\n{end}:\nDate: Sat, 05 Sep 2026 09:00:00 UTC\n")
        assert str(caught.value) == "a package list has no date\n  → the mirror is broken: use another one"


@pytest.mark.parametrize(
    ("text", "now", "why"),
    [
        (SECURITY, NOW, None),
        (STABLE, NOW, None),  # stable itself changes with point releases only
        (SECURITY, UNTIL, None),
        (SECURITY, UNTIL + SECOND, "trixie-security of 2026-11-21, valid until 2026-11-28 has expired"),
        (LATER, UNTIL, None),
        (LATER, UNTIL + SECOND, "trixie-security of 2026-11-21, valid until 2026-12-29 is older than 7 days"),
        (SECURITY, UNTIL - WEEK - timedelta(hours=1), None),
        (
            SECURITY,
            UNTIL - WEEK - timedelta(hours=1) - SECOND,
            f"trixie-security of 2026-11-21, valid until 2026-11-28 {FUTURE}",
        ),
        (
            STABLE,
            datetime(2026, 9, 1, tzinfo=UTC),
            f"trixie of 2026-09-05 {FUTURE}",
        ),
    ],
)
def test_old_expired_and_future_lists_are_refused(text: str, now: datetime, why: str | None) -> None:
    """Old expired and future lists are refused."""
    assert debian_lists.stale([debian_lists.release(text)], now, WEEK) == ((why,) if why else ())


def test_lists_are_whole_when_each_of_the_three_says_and_has_something() -> None:
    """A release without packages is as bad as packages without a release."""
    releases = [debian_lists.Release(f"trixie{part}", NOW, None) for part in ("", "-updates", "-security")]
    names = [each.codename for each in releases]
    assert debian_lists.missing("trixie", releases, names) == ()
    assert debian_lists.missing("trixie", releases[1:], names[:2]) == (
        "trixie is missing",
        "trixie-security is missing",
    )
    assert debian_lists.missing("sid", releases, names) == tuple(
        f"sid{part} is missing" for part in ("", "-updates", "-security")
    )


def test_newest_is_taken_over_all_lists_by_dpkgs_rules() -> None:
    """Newest is taken over all lists by dpkgs rules."""
    found = debian_lists.newest(
        {
            "trixie": [packages(("c", "1"), ("a", "1:0.9"), ("b", "2.0~rc1"), ("d", "1"))],
            "trixie-security": [
                packages(("a", "5.0")),
                b"Package: e\nFilename: x\n\n" + packages(("b", "2.0"), ("d", "1")),
            ],
        },
        {"a", "b", "d", "e", "missing"},
    )
    assert found == {
        "a": debian_lists.Candidate("a", "1:0.9", "trixie"),
        "b": debian_lists.Candidate("b", "2.0", "trixie-security"),
        "d": debian_lists.Candidate("d", "1", "trixie"),
    }


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1.0-1", "1.0-1+deb13u1", True),
        ("1.0~rc1", "1.0", True),
        ("1.0+b2", "1.0+b10", True),
        ("2:1", "9", False),
        ("1.0", "1.0", False),
    ],
)
def test_behind_follows_dpkg(old: str, new: str, expected: bool) -> None:  # noqa: FBT001 - a table
    """Behind follows dpkg."""
    assert debian_lists.behind(old, new) is expected


CHANGELOG = """openssl (3.5.4-1~deb13u2) trixie-security; urgency=medium

  * CVE-2026-1111 (Out-of-bounds write)
  * CVE-2026-22222, CVE-2026-1111

 -- Someone <a@b>  Mon, 01 Jun 2026 10:00:00 +0000

openssl (3.5.4-1~deb13u1) trixie; urgency=medium

  * CVE-2025-9230

 -- Someone <a@b>  Mon, 01 Sep 2025 10:00:00 +0000

openssl (3.5.1-1) unstable; urgency=medium

  * CVE-2024-0001
"""


def test_cves_between_two_versions() -> None:
    """Cves between two versions."""
    assert debian_lists.fixed(CHANGELOG, "3.5.1-1") == ("CVE-2025-9230", "CVE-2026-1111", "CVE-2026-22222")
    assert debian_lists.fixed(CHANGELOG, "3.5.4-1~deb13u1") == ("CVE-2026-1111", "CVE-2026-22222")
    assert debian_lists.fixed(CHANGELOG, "3.5.4-1~deb13u2") == ()


def test_canary_of_first_trixie_has_six_packages_behind_though_security_alone_knows_two() -> None:
    """A scanner that cannot fail is no gate: fixes that came with point releases are in no security list."""
    canary = [
        ("libssl3t64", "3.5.1-1"),
        ("openssl", "3.5.1-1"),
        ("libc6", "2.41-12"),
        ("libpython3.13-stdlib", "3.13.5-2"),
        ("python3.13-minimal", "3.13.5-2"),
        ("zlib1g", "1:1.3.dfsg+really1.3.1-1+b1"),
        ("bash", "5.2.37-2+b10"),
    ]
    status = "\n\n".join(f"Package: {n}\nStatus: install ok installed\nVersion: {v}" for n, v in canary).encode()
    installed = inventory.read({inventory.STATUS: status}).debian or ()
    point_release = packages(
        ("libssl3t64", "3.5.1-1"),
        ("openssl", "3.5.1-1"),
        ("libc6", "2.41-12+deb13u5"),
        ("libpython3.13-stdlib", "3.13.5-2+deb13u5"),
        ("python3.13-minimal", "3.13.5-2+deb13u5"),
        ("zlib1g", "1:1.3.dfsg+really1.3.1-1+deb13u1"),
        ("bash", "5.2.37-2+b10"),
    )
    security = packages(("libssl3t64", "3.5.9-1~deb13u1"), ("openssl", "3.5.9-1~deb13u1"))
    names = {name for name, _ in canary}

    def behind(**suites: bytes) -> list[str]:
        newest = debian_lists.newest({suite: [content] for suite, content in suites.items()}, names)
        return [
            p.name for p in installed if p.name in newest and debian_lists.behind(p.version, newest[p.name].version)
        ]

    assert behind(security=security) == ["libssl3t64", "openssl"]
    assert behind(main=point_release, security=security) == [
        "libc6",
        "libpython3.13-stdlib",
        "libssl3t64",
        "openssl",
        "python3.13-minimal",
        "zlib1g",
    ]
