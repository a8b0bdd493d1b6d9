from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from dockgate.guardrails.evidence import Kind as FileKind
from dockgate.guardrails.rules import dg201_secret_in_layer as rule
from dockgate.secrets.fingerprints.digests import DigestKind
from tests.guardrails.scenes import (
    PROD_CHOSEN,
    PROD_HEX,
    PROD_PASSWORD,
    catches,
    catches_not,
    context,
    file,
    fingerprinted,
    matcher,
    resolved,
)


def test_catches_a_stray_dotenv_by_name() -> None:
    """Compose run by hand would read it in every environment."""
    stray = file(".env", f"A=b\nPW={PROD_PASSWORD}\n", FileKind.STRAY)
    [hit] = catches(rule, context("dev", files=(stray,)))
    assert (hit.location.path, hit.location.line, hit.name) == (".env", 2, "POSTGRES_PASSWORD")
    catches_not(rule, context("prod", files=(stray,)))


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FORMS = {
    "whole": PROD_PASSWORD,
    "url": f"postgres://app:{PROD_PASSWORD}@db:5432/shop",
    "dsn": f"host=db user=app password={PROD_PASSWORD} dbname=shop",
    "json": json.dumps({"db": {"password": PROD_PASSWORD}}),
    "base64": b64(PROD_PASSWORD),
    "base64 of base64 of json": b64(b64(json.dumps({"p": PROD_PASSWORD}))),
    "hex": PROD_PASSWORD.encode().hex(),
    "percent": "".join(f"%{byte:02X}" for byte in PROD_PASSWORD.encode()),
    "glued": f"x{PROD_PASSWORD}y",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_catches_every_form(form: str) -> None:
    """Whole, inside an address or a document, encoded, nested, or with something glued to it."""
    [hit] = catches(rule, context(text=f"OTHER='{form}'\n"))
    assert (hit.name, hit.location.path, hit.location.line) == ("OTHER", "env/dev.env", 1)
    assert "POSTGRES_PASSWORD of prod" in hit.message


@pytest.mark.parametrize("env", ["dev", "staging"])
def test_catches_a_shadowed_value(env: str) -> None:
    """A later layer hides it from containers, not from readers of the file."""
    text = f"SESSION_KEY={PROD_HEX}\nSESSION_KEY=something-else\n"
    [hit] = catches(rule, context(env, text))
    assert hit.location.line == 1


def test_catches_a_value_put_together_by_references() -> None:
    """Neither half is a secret; what they make is."""
    half = len(PROD_PASSWORD) // 2
    text = f"A={PROD_PASSWORD[:half]}\nB={PROD_PASSWORD[half:]}\nOTHER=${{A}}${{B}}\n"
    [hit] = catches(rule, context(text=text))
    assert hit.name == "OTHER"


def test_catches_a_commented_line() -> None:
    """A line that is commented out is still in the repository."""
    layer = file("env/dev.env", f"# POSTGRES_PASSWORD={PROD_PASSWORD}\n", FileKind.LAYER)
    [hit] = catches(rule, context(files=(layer,)))
    assert hit.location.line == 1


def test_catches_a_value_of_the_process_environment() -> None:
    """What a shell exports is a layer as well."""
    catches(rule, context(resolved=resolved("dev", process={"TOKEN": PROD_PASSWORD})))


@pytest.mark.parametrize(
    "form", [PROD_CHOSEN, f"postgres://app:{quote(PROD_CHOSEN, safe='')}@db/shop", b64(PROD_CHOSEN)]
)
def test_catches_a_chosen_secret_by_its_slow_fingerprint(form: str) -> None:
    """A passphrase that a person chose has a scrypt fingerprint only."""
    known = fingerprinted(("prod", "PASSPHRASE", PROD_CHOSEN), kind=DigestKind.SLOW)
    catches(rule, context(resolved=resolved("dev", secrets={"OTHER": form}), matcher=matcher(known)))


def test_catches_not_in_production_itself() -> None:
    """There it belongs."""
    catches_not(rule, context("prod", f"POSTGRES_PASSWORD={PROD_PASSWORD}\n"))


def test_catches_not_other_values() -> None:
    """One character makes another secret."""
    other = PROD_PASSWORD[:-1] + ("A" if PROD_PASSWORD[-1] != "A" else "B")
    catches_not(rule, context(text=f"OTHER={other}\nTOKEN={b64(other)}\n"))


@pytest.mark.parametrize("line", ["# the old one was {} I think", "OTHER=x # {}"])
def test_catches_a_comment_that_tells_it(line: str) -> None:
    """Prose, on a line of its own or behind a value."""
    layer = file("env/dev.env", f"A=b\n{line.format(PROD_PASSWORD)}\n", FileKind.LAYER)
    [hit] = catches(rule, context(files=(layer,)))
    assert hit.location.line == 2
