"""SLSA provenance v1, as an in-toto statement about one image: what it was built from, by what, when."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:dockgate:build:bake:v1"
BUILDER = "urn:dockgate:builder:local"


class Build(Struct, frozen=True):
    """What a build was: `materials` are the digests of what went in, by name, `tools` versions of what made it."""

    commit: str
    version: str
    created: str
    materials: Mapping[str, str]
    tools: Mapping[str, str]


def provenance(name: str, digest: str, build: Build) -> bytes:
    """Return the statement about one image."""
    algorithm, _, value = digest.partition(":")
    document = {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {algorithm: value}}],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"version": build.version, "target": name},
                "internalParameters": {},
                "resolvedDependencies": [
                    {"uri": "git+source", "digest": {"gitCommit": build.commit}},
                    *({"name": key, "digest": _digest(each)} for key, each in sorted(build.materials.items())),
                ],
            },
            "runDetails": {
                "builder": {"id": BUILDER, "version": dict(build.tools)},
                "metadata": {"invocationId": f"{build.version}@{build.commit}", "startedOn": build.created},
            },
        },
    }
    return json.dumps(document, sort_keys=True).encode()


def _digest(text: str) -> dict[str, str]:
    algorithm, _, value = text.partition(":")
    return {algorithm: value}
