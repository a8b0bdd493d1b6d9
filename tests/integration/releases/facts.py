"""What the tests of releases ask a shop and the engine."""

from __future__ import annotations

SLSA = "https://slsa.dev/provenance/v1"
