"""OCI layouts made byte for byte, for tests of what reads them."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
SLSA = "https://slsa.dev/provenance/v1"


def layer(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


class Layout:
    """An OCI layout in the making."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def add(self, content: bytes | dict[str, Any]) -> str:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        digest = hashlib.sha256(data).hexdigest()
        self.blobs[f"blobs/sha256/{digest}"] = data
        return "sha256:" + digest

    def image(self, layers: list[bytes], **config: Any) -> str:
        config_digest = self.add({"architecture": "amd64", **config})
        described = [{"digest": self.add(content), "size": len(content)} for content in layers]
        return self.add({"config": {"digest": config_digest}, "layers": described})

    def attested(self, platform: str, statement: dict[str, Any]) -> str:
        """Return an index of a platform's manifest and of what BuildKit attests about it."""
        layers = [{"digest": self.add(statement), "annotations": {"in-toto.io/predicate-type": SLSA}}]
        attestation = self.add({"config": {"digest": self.add({})}, "layers": layers})
        about = {"vnd.docker.reference.digest": platform, "vnd.docker.reference.type": "attestation-manifest"}
        entries = [{"digest": platform, "platform": {"architecture": "amd64"}}]
        entries.append({"digest": attestation, "platform": {"architecture": "unknown"}, "annotations": about})
        return self.add({"mediaType": INDEX, "manifests": entries})

    def save(self, path: Path, *digests: str) -> Path:
        sizes = {digest: len(self.blobs.get(f"blobs/{digest.replace(':', '/')}", b"")) for digest in digests}
        entries = [{"digest": digest, "mediaType": MANIFEST, "size": size} for digest, size in sizes.items()]
        path.write_bytes(layer({**self.blobs, "index.json": json.dumps({"manifests": entries}).encode()}))
        return path
