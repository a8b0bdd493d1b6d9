"""A release as an OCI image layout: loadable where there is no registry, checked blob by blob."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tarfile
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from dockgate.core.errors import FindingsError
from dockgate.system import atomic_file, regular_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

BLOB = re.compile(r"blobs/sha256/[0-9a-f]{64}")
MARKER = {"imageLayoutVersion": "1.0.0"}
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
ABOUT = "vnd.docker.reference.digest"
NAME = "io.containerd.image.name"  # what containerd calls an image by when it takes over a layout
EMPTY = b"{}"
EMPTY_TYPE = "application/vnd.oci.empty.v1+json"
LARGEST = 1 << 20  # bytes of a manifest or an index; chosen, far above both: what is larger is a layer


def unpack(archive: Path, layout: Path, names: Mapping[str, str]) -> None:
    """Put the images of a saved archive that `names` has, references by digest, into a layout.

    What is there already stays; what these images do not lead to is left out.
    """
    added: set[Path] = set()
    with tarfile.open(archive) as tar:
        for member in tar:
            target = layout / member.name
            if not member.isreg() or not BLOB.fullmatch(member.name) or _whole(target):
                continue
            with atomic_file.writing(target, 0o644) as file:
                shutil.copyfileobj(_open(tar, member.name), file)
            added.add(target)
        index = json.load(_open(tar, "index.json"))
    entries = {entry["digest"]: entry for entry in read_index(layout)}
    for entry in index["manifests"]:
        if entry["digest"] in names:
            entries[entry["digest"]] = named(description(layout, entry["digest"]), names[entry["digest"]])
    _write_index(layout, entries)
    wanted = {layout / "blobs" / digest.replace(":", "/") for digest, _ in blobs(layout, [*entries])}
    for stray in added - wanted:
        stray.unlink()


def _open(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    file = tar.extractfile(name)
    if file is None:
        raise FindingsError(f"the saved images have no {name}")
    return file


def named(entry: Mapping[str, Any], reference: str) -> dict[str, Any]:
    """Return the entry of an image in an index, under the one name that an engine gives it."""
    names = {NAME: reference, "org.opencontainers.image.ref.name": reference.rpartition(":")[2]}
    return {**{key: entry[key] for key in ("mediaType", "digest", "size")}, "annotations": names}


def description(layout: Path, digest: str) -> dict[str, Any]:
    """Return what describes an image of the layout: its media type, digest and size."""
    data = regular_file.read(layout / "blobs" / digest.replace(":", "/"))
    document = json.loads(data)
    kind = document.get("mediaType") or (INDEX if "manifests" in document else MANIFEST)
    return {"mediaType": kind, "digest": digest, "size": len(data)}


def copy(source: Path, layout: Path, digest: str, reference: str) -> None:
    """Put an image of another layout into this one, under its name. What is there already stays."""
    for each, _ in blobs(source, [digest]):
        name = f"blobs/{each.replace(':', '/')}"
        if not _whole(layout / name):
            with regular_file.opened(source / name) as blob, atomic_file.writing(layout / name, 0o644) as file:
                shutil.copyfileobj(blob, file)
    entry = named(description(layout, digest), reference)
    _write_index(layout, {**{each["digest"]: each for each in read_index(layout)}, digest: entry})


def attach(layout: Path, subject: str, media_type: str, data: bytes) -> str:
    """Add a document about an image of the layout, as a referrer (OCI 1.1); return the document's digest."""
    entries = {entry["digest"]: entry for entry in read_index(layout)}
    about = {key: entries[subject][key] for key in ("mediaType", "digest", "size")}
    document = _descriptor(data, media_type)
    manifest, entry = attachment(about, media_type, document)
    for each in (data, EMPTY, manifest):
        _add(layout, each)
    _write_index(layout, {**entries, entry["digest"]: entry})
    return str(document["digest"])


def attachment(about: Mapping[str, Any], kind: str, document: Mapping[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """Return the manifest that attaches a document to an image, and its entry in an index: always the same bytes."""
    data = json.dumps(referrer(about, kind, _descriptor(EMPTY, EMPTY_TYPE), [document]), sort_keys=True).encode()
    return data, {**_descriptor(data, MANIFEST), "artifactType": kind}


def document(layout: Path, digest: str, media_type: str) -> dict[str, Any]:
    """Return what describes a document of the layout."""
    size = (layout / "blobs" / digest.replace(":", "/")).stat().st_size
    return {"mediaType": media_type, "digest": digest, "size": size}


def referrer(
    subject: Mapping[str, Any], kind: str, config: Mapping[str, Any], layers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the manifest of something about `subject` (OCI 1.1); all arguments but `kind` are descriptors."""
    head = {"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind}
    return {**head, "config": config, "layers": layers, "subject": subject}


def _add(layout: Path, data: bytes) -> None:
    atomic_file.replace(layout / "blobs/sha256" / hashlib.sha256(data).hexdigest(), data, 0o644)


def _descriptor(data: bytes, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": f"sha256:{hashlib.sha256(data).hexdigest()}", "size": len(data)}


def read_index(layout: Path) -> list[dict[str, Any]]:
    """Return the entries of the layout's index, none where there is no layout."""
    try:
        return list(json.loads(regular_file.read(layout / "index.json"))["manifests"])
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise FindingsError(f"{layout} has no readable index: {error}") from error


def _write_index(layout: Path, entries: Mapping[str, Mapping[str, Any]]) -> None:
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entries[digest] for digest in sorted(entries)]}
    atomic_file.replace(layout / "oci-layout", json.dumps(MARKER).encode(), 0o644)
    atomic_file.replace(layout / "index.json", json.dumps(index, indent=1).encode(), 0o644)


def problems(layout: Path, digests: Sequence[str]) -> Iterator[str]:
    """Say what is wrong with the blobs that these digests lead to: missing, cut off or changed."""
    return (problem for _, problem in blobs(layout, digests) if problem)


def blobs(layout: Path, digests: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the blobs that these digests lead to, each with what is wrong with it, empty where nothing is."""
    seen: set[str] = set()
    todo = list(digests)
    while todo:
        digest = todo.pop()
        if digest in seen:
            continue
        seen.add(digest)
        blob = layout / "blobs" / digest.replace(":", "/")
        if not blob.is_file():
            yield digest, f"{digest} is missing"
        elif not _whole(blob):
            yield digest, f"{digest} was changed: its content has another digest"
        else:
            yield digest, ""
            todo.extend(_children(blob, layout))


def _children(blob: Path, layout: Path) -> Iterator[str]:
    """Yield what a manifest or an index points at.

    A platform that was never built here is not missing; what attests one that is here, is.
    """
    if blob.stat().st_size > LARGEST:
        return
    try:
        document = json.loads(regular_file.read(blob))
    except (ValueError, RecursionError):
        return
    if not isinstance(document, dict):
        return
    for entry in document.get("manifests", ()):
        about = entry.get("annotations", {}).get(ABOUT, entry["digest"])
        if (layout / "blobs" / about.replace(":", "/")).exists() or "platform" not in entry:
            yield entry["digest"]
    if "layers" in document and "config" in document:
        yield from (entry["digest"] for entry in (document["config"], *document["layers"]))


def _whole(blob: Path) -> bool:
    """Return whether a blob is what its name says; a file cut off by a full disk is not."""
    if not blob.is_file():
        return False
    return regular_file.sha256(blob) == blob.name


def reached(layout: Path, digests: Sequence[str]) -> frozenset[str]:
    """Return the blobs that these digests lead to, as far as they are here; their content is not read."""
    found, todo = set[str](), list(digests)
    while todo:
        digest = todo.pop()
        blob = layout / "blobs" / digest.replace(":", "/")
        if digest not in found and blob.is_file():
            found.add(digest)
            todo.extend(_children(blob, layout))
    return frozenset(found)


def archive(layout: Path, target: Path, images: Mapping[str, str], without: Collection[str] = ()) -> None:
    """Write images of the layout, by digest with the name of each, as a tar for `docker load`.

    The layout's own index is not read: it is not signed. What these digests lead to is all that the tar holds, but for
    the blobs that its reader has already (`without`). FindingsError for a blob that is missing or changed.
    """
    found = sorted(blobs(layout, [*images]))
    if wrong := next((problem for _, problem in found if problem), None):
        raise FindingsError(wrong)
    entries = [named(description(layout, digest), name) for digest, name in sorted(images.items())]
    write_tar(target, {}, json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).encode())
    with tarfile.open(target, "a") as tar:
        for digest in (each for each, _ in found if each not in without):
            name = f"blobs/{digest.replace(':', '/')}"
            tar.add(layout / name, name)


def write_tar(target: Path, blobs: Mapping[str, bytes], index: bytes) -> None:
    """Write a layout as a tar: blobs by digest, and its index."""
    files = {"oci-layout": json.dumps(MARKER).encode(), "index.json": index}
    files |= {f"blobs/{digest.replace(':', '/')}": data for digest, data in sorted(blobs.items())}
    with tarfile.open(target, "w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, BytesIO(content))


def qualified(reference: str) -> str:
    """Return the name that the engine's store uses: the client leaves the default registry out, a layout must not."""
    first, slash, _ = reference.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return reference
    return f"docker.io/{reference}" if slash else f"docker.io/library/{reference}"
