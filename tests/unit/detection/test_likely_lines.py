from __future__ import annotations

import pytest

from dockgate.detection import likely_lines

PASSWORD = "kQ7vR2mW9xLz4Tn8"
DRAWN = "Zq3xW9vKt5Lm8RbN2yHs7Jd4"


def test_most_lines_are_ruled_out() -> None:
    """They have no telling word, no random characters and no key."""
    assert likely_lines.numbers("    image: debian:bookworm-slim  # the smallest that has glibc\n\n") == []


@pytest.mark.parametrize(
    "line",
    [
        f"    Passphrase: {PASSWORD}",
        f"SYNC={DRAWN}",
        f"curl -u 'ops:{PASSWORD}' http",
        f"x glpat-{DRAWN[:20]}.",
        "-----BEGIN " + "PRIVATE KEY-----",
        f"ldapsearch -w {PASSWORD}",
        f"pin={PASSWORD}",
        f"salt={PASSWORD}",
        f"mongo ops -p{PASSWORD}",
        f"mysql -p{PASSWORD}",
        f"mc  alias set s3 ops {PASSWORD}",
        f"smbclient -U ops%{PASSWORD}",
        f"7z x -p{PASSWORD} a",
        f"sudo  -S <<< {PASSWORD}",
        f"openssl enc -k {PASSWORD}",
        f"rabbitmqctl add_user ops {PASSWORD}",
        f"redis-cli -a {PASSWORD}",
        f"valkey-cli -a {PASSWORD}",
        f"IDENTIFIED BY '{PASSWORD}'",
        f"user ops on >{PASSWORD}",
        f"{{PLAIN}}{PASSWORD}",
        f"{{Clear}}{PASSWORD}",
        f"amqp://ops:{PASSWORD}@mq",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028"])
def test_a_line_is_counted_as_splitlines_counts(line: str, end: str) -> None:
    """Letters that are longer in small letters move nothing, wherever they stand."""
    text = end.join(["İ" * 90, "", line, "İ x", line, ""])
    assert likely_lines.numbers(text) == [3, 5]


def test_a_word_that_goes_on_is_another_one() -> None:
    """A pin, a PAT and a PW are secrets; a pine and a path are not."""
    assert likely_lines.numbers("pine\npath\npwned\npin\n") == [4]


def test_each_line_counts_of_those_in_which_a_key_begins_and_goes_on() -> None:
    """The first one stands above its body, which is drawn."""
    assert likely_lines.numbers(f"x\n-----BEGIN PGP MESSAGE-----\n{DRAWN}\nx\n{DRAWN}\n") == [2, 3, 5]


@pytest.mark.parametrize("around", [" ", "é", "\u0178", "語", "\U0001f511", "\ud800", "?", '"', ""])
def test_a_key_is_found_beside_any_character(around: str) -> None:
    """Characters that take several bytes move no place."""
    assert likely_lines.numbers(f"{around * 9}\n{around}{DRAWN}{around}\n{around}") == [2]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("-----BEGIN CERTIFICATE-----\nx\n-----BEGIN CERTIFICATE-----", [1, 3]),
        (f"{'x' * 20}\n{'x' * 19}7\n{'7' * 16}\n{'x' * 10}/{'7' * 6}@{'x' * 9}", [2]),
        (f"{DRAWN}x\n" * 3, [1, 2, 3]),
        ("a\n" + "ghp_" + "yQbWDPxQgaZAeTSuVFJrmVGloUfENbFqzLHS" + "\n", [2]),
        (f"x\n{'x' * 30}7{'é' * 300}\n{'x' * 250}7", [2, 3]),
        ("x\nkey\nkey key\n\nkey", [2, 3, 5]),
        ("", []),
    ],
)  # fmt: skip
def test_the_lines_that_are_looked_at(text: str, numbers: list[int]) -> None:
    """With a telling word, twenty characters with a digit, a key, or the first line of one."""
    assert likely_lines.numbers(text) == numbers
