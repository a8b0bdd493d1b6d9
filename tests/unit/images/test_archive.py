"""Saved images, made here byte for byte."""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import tarfile
from pathlib import Path
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Any

import pytest
from backports import zstd

from dockgate.core.errors import ConfigError
from dockgate.core.plan import Command
from dockgate.images.archive import Archive, save, saved
from dockgate.scan import leaks
from dockgate.system import process
from tests.unit import projects
from tests.unit.ocilayout import INDEX, Layout, layer

if TYPE_CHECKING:
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


def test_what_takes_the_place_of_a_file_removes_it_and_another_name_does_not(tmp_path: Path) -> None:
    """A folder or a link in its place; a white-out takes what is below a folder of that name, and no name like it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, kind in (("etc/a", tarfile.DIRTYPE), ("etc/b", tarfile.SYMTYPE), ("etc/new", tarfile.DIRTYPE)):
            member = tarfile.TarInfo(name)
            member.type = kind
            tar.addfile(member)
    layout = Layout()
    before = layer({"etc/a": b"1", "etc/b": b"2", "etc/c": b"3", "etc/cd": b"4", "c": b"5", "o/x": b"6", "op/x": b"7"})
    removed = layer({"etc/.wh.c": b"", "o/.wh..wh..opq": b"", "etc/skipped": b""})
    digest = layout.image([before, buffer.getvalue(), removed])
    with Archive(layout.save(tmp_path / "i.tar", digest)) as archive:
        found = archive.files(only(archive), lambda path: path != "etc/skipped")
    assert found == {"etc/cd": b"4", "c": b"5", "op/x": b"7"}


def test_every_path_is_told_with_its_layer_mode_and_kind(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, kind, link in (("./bin/sh", tarfile.SYMTYPE, "dash"), ("bin/ln", tarfile.LNKTYPE, "bin/x")):
            member = tarfile.TarInfo(name)
            member.type, member.linkname, member.mode = kind, link, 0o4750
            tar.addfile(member)
    layout = Layout()
    digest = layout.image([layer({"/bin/x": b"123"}), buffer.getvalue()])
    with Archive(layout.save(tmp_path / "i.tar", digest)) as archive:
        image = only(archive)
        found = [
            (each.layer, each.path, each.mode, each.size, each.link, each.regular and each.read())
            for each in archive.entries(image)
        ]
        assert {each.layer for each in archive.layer(image.layers[1])} == {0}
    assert found == [
        (0, "bin/x", 0o644, 3, "", b"123"),
        (1, "bin/sh", 0o4750, 0, "dash", False),
        (1, "bin/ln", 0o4750, 0, "", False),
    ]


def test_an_image_is_saved_into_a_folder_that_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, layout = projects.make(tmp_path), Layout()
    digest = layout.image([layer({"a": b""})], history=[{"created_by": "COPY a /"}, {}])
    asked: list[Command] = []

    def run(command: Command) -> None:
        asked.append(command)
        layout.save(Path(command.argv[4]), digest)

    monkeypatch.setattr(process, "run", run)
    with saved(project, "shop/api:1") as (opened, file):
        image = only(opened)
        assert (file.name, file.is_relative_to(project.state)) == ("image.tar", True)
    argv = ("docker", "image", "save", "--output", str(file), "shop/api:1")
    assert asked == [Command(argv, project.child_env(), project.root, 600.0)]
    assert save(project, ["a", "b"], file).argv[5:] == ("a", "b")
    assert (image.digest, image.platform_digest, image.attestations) == (digest, digest, ())
    assert image.history == ("COPY a /", "")
    assert not file.exists()


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
    assert image.layers == ("sha256:" + hashlib.sha256(layer({"a": b""})).hexdigest(),)


def test_an_index_without_a_manifest_for_this_platform_is_an_error(tmp_path: Path) -> None:
    """Neither what is attested, nor what is not here."""
    layout = Layout()
    about = {"digest": layout.add({"layers": []}), "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
    index = layout.add({"mediaType": INDEX, "manifests": [about, {"digest": "sha256:" + "0" * 64}]})
    with Archive(layout.save(tmp_path / "i.tar", index)) as archive, pytest.raises(ConfigError) as caught:
        archive.images()
    assert str(caught.value) == f"{index} has no manifest for this platform"


def test_only_attestations_that_are_here_are_named(tmp_path: Path) -> None:
    layout = Layout()
    platform = layout.image([layer({"a": b""})])
    about = {"digest": "sha256:" + "0" * 64, "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
    index = layout.add({"mediaType": INDEX, "manifests": [{"digest": platform}, about]})
    with Archive(layout.save(tmp_path / "i.tar", index)) as archive:
        assert only(archive).attestations == ()


def test_a_layout_may_hold_no_image(tmp_path: Path) -> None:
    (tmp_path / "i.tar").write_bytes(layer({"index.json": b"{}"}))
    with Archive(tmp_path / "i.tar") as archive:
        assert archive.images() == ()


def test_archive_that_lacks_a_blob_is_an_error_not_an_empty_image(tmp_path: Path) -> None:
    """Archive that lacks a blob is an error not an empty image."""
    layout = Layout()
    digest = layout.image([layer({})])
    del layout.blobs[f"blobs/sha256/{digest.removeprefix('sha256:')}"]
    with Archive(layout.save(tmp_path / "i.tar", digest)) as archive, pytest.raises(ConfigError) as caught:
        archive.images()
    fix = "the engine's copy is incomplete: build it again"
    assert str(caught.value) == f"the saved image has no {digest}\n  → {fix}"


KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + b"A" * 60 + b"\n-----END OPENSSH PRIVATE KEY-----\n"


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
