"""Saved images, made here byte for byte."""

from __future__ import annotations

import gzip
import random
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Any

import pytest
from backports import zstd

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from dockgate.images.archive import Archive
from dockgate.scan import leaks
from tests.unit.ocilayout import INDEX, Layout, layer

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.images.archive import ArchivedImage


def only(archive: Archive) -> ArchivedImage:
    (image,) = archive.images()
    return image


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress])
def test_layers_are_read_however_they_are_packed(tmp_path: Path, pack: Any) -> None:
    """Layers are read however they are packed."""
    layout = Layout()
    digest = layout.image([pack(layer({"etc/a": b"1", "./etc/b": b"2"}))])
    with Archive(layout.save(tmp_path / "i.tar", digest)) as archive:
        assert archive.files(only(archive), lambda _: True) == {"etc/a": b"1", "etc/b": b"2"}


def test_later_layers_replace_and_remove(tmp_path: Path) -> None:
    """Later layers replace and remove."""
    layout = Layout()
    digest = layout.image(
        [
            layer({"etc/a": b"old", "etc/gone": b"x", "var/d/1": b"x", "opt/o/1": b"x", "top": b"x"}),
            layer({".wh.top": b""}),
            layer({"etc/a": b"new", "etc/.wh.gone": b"", "var/.wh.d": b"", "opt/o/.wh..wh..opq": b"", "opt/o/2": b"y"}),
        ]
    )
    with Archive(layout.save(tmp_path / "i.tar", digest)) as archive:
        assert archive.files(only(archive), lambda _: True) == {"etc/a": b"new", "opt/o/2": b"y"}


def test_index_keeps_its_digest_and_tells_the_platform_from_the_attestation(tmp_path: Path) -> None:
    """Index keeps its digest and tells the platform from the attestation."""
    layout = Layout()
    platform = layout.image([layer({"a": b""})])
    attestation = layout.add({"layers": []})
    reference = {"vnd.docker.reference.type": "attestation-manifest"}
    elsewhere = {"digest": "sha256:" + "0" * 64}
    index = layout.add(
        {
            "mediaType": INDEX,
            "manifests": [elsewhere, {"digest": attestation, "annotations": reference}, {"digest": platform}],
        }
    )
    with Archive(layout.save(tmp_path / "i.tar", index)) as archive:
        image = only(archive)
    assert (image.digest, image.platform_digest, image.attestations) == (index, platform, (attestation,))
    assert image.architecture == "amd64"


def test_archive_that_lacks_a_blob_is_an_error_not_an_empty_image(tmp_path: Path) -> None:
    """Archive that lacks a blob is an error not an empty image."""
    layout = Layout()
    digest = layout.image([layer({})])
    del layout.blobs[f"blobs/sha256/{digest.removeprefix('sha256:')}"]
    with (
        Archive(layout.save(tmp_path / "i.tar", digest)) as archive,
        pytest.raises(ConfigError, match="the saved image has no"),
    ):
        archive.images()


KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + b"A" * 60 + b"\n-----END OPENSSH PRIVATE KEY-----\n"


def test_secrets_are_found_in_hidden_layers_history_settings_and_attestations(tmp_path: Path) -> None:
    """Secrets are found in hidden layers history settings and attestations."""
    layout = Layout()
    password = "correct-horse-battery"
    platform = layout.image(
        [layer({"root/key": KEY}), layer({"root/.wh.key": b""})],
        history=[{"created_by": f"RUN login --password {password}"}],
        config={"Env": [f"PASSWORD={password}"]},
    )
    attestation = layout.add({"layers": [{"digest": layout.add(password.encode())}]})
    marked = {"digest": attestation, "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
    index = layout.add({"mediaType": INDEX, "manifests": [{"digest": platform}, marked]})
    detectors = [leaks.credentials, leaks.values({"DB_PASSWORD": Secret(password), "SHORT": Secret("root")})]
    with Archive(layout.save(tmp_path / "i.tar", index)) as archive:
        found = leaks.find(archive, only(archive), detectors)
    assert {(leak.place, leak.what) for leak in found} == {
        ("layer 1: root/key", "private key"),
        ("history", "the value of DB_PASSWORD"),
        ("settings", "the value of DB_PASSWORD"),
        ("attestation", "the value of DB_PASSWORD"),
    }


def drawn(alphabet: str, length: int) -> bytes:
    """Return random characters, the same each time: a key of filler is an example, and none in a file of ours."""
    chosen = random.Random(length)  # noqa: S311 - made-up keys, not secrets
    return "".join(chosen.choice(alphabet) for _ in range(length)).encode()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (KEY, ["private key"]),
        (b"AGE-SECRET-KEY-1" + drawn("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58), ["age identity"]),
        (b"aws AKIA" + drawn("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16), ["AWS access key id"]),
        (b"token=ghp_" + drawn(ascii_letters + digits, 36), ["GitHub token"]),
        (b"sk_live_" + drawn(ascii_letters + digits, 24), ["Stripe or Clerk live key"]),
        (b"sk_live_" + b"a" * 24, []),
        (b'if header == "-----BEGIN PRIVATE KEY-----":', []),
        (b"ghp_short AKIAshort glpat-short", []),
    ],
)
def test_credentials_by_form(content: bytes, what: list[str]) -> None:
    """Credentials by form."""
    assert list(leaks.credentials(content)) == what
