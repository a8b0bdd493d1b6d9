"""The whole statement that a build makes about an image, as SLSA and in-toto name its parts."""

from __future__ import annotations

import json

from dockgate.release.artifact import slsa


def test_the_statement_has_the_fields_that_a_verifier_reads() -> None:
    """Materials by name, each under the algorithm of its digest."""
    build = slsa.Build(
        "c0ffee", "1.2.3", "2026-01-31T12:00:00Z", {"lock": "sha512:b", "base": "sha256:a"}, {"buildx": "9"}
    )
    said = slsa.provenance("api", "sha256:d1", build)
    assert json.loads(said) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "api", "digest": {"sha256": "d1"}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "urn:dockgate:build:bake:v1",
                "externalParameters": {"version": "1.2.3", "target": "api"},
                "internalParameters": {},
                "resolvedDependencies": [
                    {"uri": "git+source", "digest": {"gitCommit": "c0ffee"}},
                    {"name": "base", "digest": {"sha256": "a"}},
                    {"name": "lock", "digest": {"sha512": "b"}},
                ],
            },
            "runDetails": {
                "builder": {"id": "urn:dockgate:builder:local", "version": {"buildx": "9"}},
                "metadata": {"invocationId": "1.2.3@c0ffee", "startedOn": "2026-01-31T12:00:00Z"},
            },
        },
    }
    assert said.index(b'"_type"') < said.index(b'"predicate"') < said.index(b'"subject"'), "the same bytes each time"
