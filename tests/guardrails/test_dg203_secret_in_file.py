from __future__ import annotations

import base64

import pytest

from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rules import dg203_secret_in_file as rule
from tests.guardrails.scenes import PROD_PASSWORD, catches, catches_not, context, file


@pytest.mark.parametrize("kind", [Kind.DOCKERFILE, Kind.COMMITTED])
def test_catches_a_secret_in_a_file(kind: Kind) -> None:
    """With the line that it stands in."""
    text = f"FROM debian\nRUN login --password {PROD_PASSWORD}\n"
    [hit] = catches(rule, context("prod", files=(file("Dockerfile", text, kind),)))
    assert (hit.origin.path, hit.origin.line) == ("Dockerfile", 2)


def test_catches_a_value_over_several_lines() -> None:
    """Base64 of several lines is one value."""
    wrapped = base64.encodebytes(f"{'padding ' * 12}{PROD_PASSWORD}".encode()).decode()
    catches(rule, context(files=(file("notes", f"data:\n{wrapped}", Kind.COMMITTED),)))


def test_catches_not_ordinary_files() -> None:
    """Names of secrets are no secrets."""
    catches_not(rule, context(files=(file("Dockerfile", "FROM debian\nENV PW_FILE=/run/secrets/POSTGRES_PASSWORD\n"),)))
