"""Secrets are taken out of what other programs say."""

from __future__ import annotations

import json

import pytest

from dockgate.core.secret import MASK, Secret
from dockgate.detection import masking
from dockgate.detection.masking import said
from tests.guardrails.scenes import PROD_CHOSEN, PROD_HEX, PROD_PASSWORD

CHOSEN = "Kupferkanne7tanzt"
REFUSED = (
    "invalid interpolation format for services.api.environment.{name}.\n"
    "You may need to escape any $ with another $.\n{value}${{"
)


PW = "kX7mQ2vN9pR4tW8z"


# What Compose 2.40 says to literals in the wrong place.
@pytest.mark.parametrize(
    "words",
    [
        REFUSED.format(name="LOGIN", value=f"postgres://app:{PROD_PASSWORD}@db/"),
        REFUSED.format(name="LOGIN", value=f"a\n{PROD_PASSWORD}"),
        f"""'services[api].mem_limit' strconv.ParseFloat: parsing "{PROD_PASSWORD}": invalid syntax""",
        f"""'services[api].mem_limit' strconv.ParseFloat: parsing "{PROD_PASSWORD[:7]}": invalid {PROD_PASSWORD}""",
        f"Invalid hostPort: {PROD_PASSWORD}",
        f"services.api additional properties '{PROD_PASSWORD}' not allowed",
        f"invalid spec: {PROD_PASSWORD}:/x:zz:y: too many colons",
        f"env file /srv/shop/{PROD_PASSWORD} not found",
        f'env file /srv/.env: unterminated quoted value "DB_PASSWORD={PROD_PASSWORD}',
        f'failed to read e.env: Invalid template: "${{{PROD_PASSWORD}"',
        f'service "api" refers to undefined network {PROD_PASSWORD}: invalid compose project',
        f"Dockerfile:3\n  | >>> ENV DB_PASSWORD={PROD_PASSWORD}\n",
        f"cannot connect to https://bot:{PROD_PASSWORD}@git.example/x.git",
    ],
)
def test_masks_what_looks_like_a_credential(words: str) -> None:
    """It is not declared as a secret; the words around it stay."""
    shown = said(words)
    assert PROD_PASSWORD[:7] not in shown
    assert MASK in shown
    assert words.split(maxsplit=1)[0] in shown


def test_masks_a_password_that_somebody_chose_where_its_name_says_so() -> None:
    """It looks like nothing."""
    assert CHOSEN not in said(f"RUN failed: DB_PASSWORD={CHOSEN} psql")
    assert CHOSEN not in said(REFUSED.format(name="LOGIN", value=CHOSEN))
    assert CHOSEN not in said(f"""'services[api].healthcheck.interval' time: invalid duration "{CHOSEN}\"""")


@pytest.mark.parametrize("value", ["ErFEyHckajCVdYtf", "Eighty80", "kXqTrPwL"])
@pytest.mark.parametrize(
    "words",
    [
        *(f"Invalid {kind}: {{}}" for kind in ("hostPort", "containerPort", "proto", "ip address", "boolean", "spec")),
        *("missing IP: {}", "invalid suffix: '{}'", 'unknown unit "{}" in', 'invalid value "{}", all'),
        *("please use long syntax: a:b:c:{}", "pull_policy '{}' does not match pattern 'every'"),
    ],
)
def test_masks_what_may_be_a_password_where_another_kind_of_value_is_wanted(words: str, value: str) -> None:
    """A typing error is shown: a word, a number, and what is short."""
    assert said(words.format(value)) == words.format(MASK)
    for error in ("", "Database", "data-base", "256.0.0.1", "DATABASES", "Eighty8"):
        assert said(words.format(error)) == words.format(error)


@pytest.mark.parametrize("value", [CHOSEN, PROD_CHOSEN, PROD_HEX])
def test_masks_known_secrets_and_their_beginnings(value: str) -> None:
    """Programs cut what they quote, at the first sign that they do not understand or at a length."""
    known = [Secret(value)]
    assert value not in said(f"cannot use {value} here", known)
    assert value[:9] not in said(f'cannot use "{value[:9]}": invalid syntax', known)
    assert value[:9] not in said(f"cannot unmarshal !!str `{value[:9]}...` into int", known)


@pytest.mark.parametrize(
    "words",
    [
        f"image door@sha256:{PROD_HEX} not found",
        f"Error response from daemon: container {PROD_HEX} is not running",
        f"open /var/lib/docker/overlay2/{PROD_HEX}/merged: no such file",
        'service "api" refers to undefined secret db_password: invalid compose project',
        "error while interpolating services.api.environment.DB_PASSWORD: required variable DB is missing a value",
        "services.api.environment.PASSWORD must be a boolean, null, number or string",
        "failed to set up container networking: Bind for 127.0.0.1:8443 failed: port is already allocated",
        "yaml: line 12: did not find expected ',' or '}'",
    ],
)
def test_leaves_alone_what_helps(words: str) -> None:
    """Digests, ids, names, paths and prose."""
    assert said(words, [Secret(PROD_PASSWORD)]) == words


@pytest.mark.parametrize("piece", ["postgres://u:", "a:b@", "http a ", "mysql ", "${${${", "'", '"', "a=", "Aa1"])
def test_what_stands_behind_many_beginnings_is_masked(piece: str) -> None:
    """None of them ends: `python -m bench growth` has what they cost."""
    line = f"{piece * 500}\npassword={PW} postgres://app:{PW}@db/app"
    assert PW not in said(line)
    assert PW not in json.dumps(masking.document({"command": line}, ()))


def test_many_values_of_a_line_are_masked_wherever_they_stand() -> None:
    """The longest first, as one may begin like another."""
    drawn = [f"{PW}{number}" for number in range(40)]
    line = " ".join(f"token{number}={each}" for number, each in enumerate(drawn))
    shown = said(f"{line} and {drawn[7]}, {drawn[39]}.")
    assert PW not in shown
    assert shown.endswith(f" and {MASK}, {MASK}.")
    assert shown.count(MASK) == 42


DRAWN = "Zq3xW9vKt5Lm8RbN2yHs7Jd4"
HEX = "9f2c4e6a8b0d1f3e5c7a9b8d6f4e2c0a"
KEY = "4b1d" + "9f2c4e6a8b0d1f3e5c7a9b8d6f4e2c0a1b3d5f"
KNOWN = [*map(Secret, ("walrus-orbit", "abc", "abcd", "pa$word", "walrus-orbit-copper", "a-walrus-orbit"))]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("is walrus-orbit-copper here", "is # here"),
        ("is a-walrus-orbit here", "is # here"),
        ("abc abcd", "abc #"),
        ("pa$word pa$$word", "# #"),
        # The beginning of one, from six characters on, at signs that end a sentence.
        ("walrus", "#"),
        ("walru", "walru"),
        ("walrus-o.", "#."),
        (":walrus-o:", ":#:"),
        ("walrus-x", "walrus-x"),
        # Assigned: a plain word behind a colon is prose.
        ("PASSWORD: invalid", "PASSWORD: invalid"),
        ("PASSWORD=invalidated", "PASSWORD=#"),
        (f"A_TOKEN=7a{PW} B_TOKEN={PW}", "A_TOKEN=# B_TOKEN=#"),
        ("PASSWORD: Kupferkanne", "PASSWORD: #"),
        ("PASSWORD: kupferkanne7", "PASSWORD: #"),
        # Drawn, but for what identifies a thing.
        (f"see {DRAWN} there", "see # there"),
        (f"container {HEX} x", f"container {HEX} x"),
        # A key of a provider that has such a form, where nothing says what it identifies.
        (f"container {KEY} x", f"container {KEY} x"),
        (f"see {KEY} x", "see # x"),
        (f"container of what is no such thing as that: {KEY}", "container of what is no such thing as that: #"),
        (f"at https://h/{DRAWN}/x?{HEX}", f"at https://h/#/x?{HEX}"),
        (f"a {'x' * 45} container {DRAWN}", f"a {'x' * 45} container #"),
        # What Compose repeats.
        ('parsing "x y": bad', "parsing #: bad"),
        ("invalid size: 'x y' bad", "invalid size: # bad"),
        ("You may need to escape any $ with another $.\nx\ny", "You may need to escape any $ with another $.\n#"),
        (f"one {PW}\nPW={PW}", f"one {PW}\nPW=#"),
    ],
)
def test_what_another_program_said(text: str, shown: str) -> None:
    assert masking.said(text, KNOWN) == shown.replace("#", MASK)


@pytest.mark.parametrize("count", [16, 17])
def test_of_many_values_the_longest_goes_first(count: int) -> None:
    """Each place of a line is looked at once."""
    drawn = [f"{PW}{'x' * number}7" for number in range(count)]
    line = " ".join(f"TOKEN_{number}={each}" for number, each in enumerate(drawn))
    expected = " ".join(f"TOKEN_{number}={MASK}" for number in range(count))
    assert masking.said(f"{line} end {drawn[3]}") == f"{expected} end {MASK}"
