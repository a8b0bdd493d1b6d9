from __future__ import annotations

import base64
import gzip
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from dockgate.detection import assignments, stretches

if TYPE_CHECKING:
    from collections.abc import Callable

PHRASE = "walrus copper Meadow fjord 42"
KEY = "kQ7vR2:mW9xLz4.Tn8-Hd3"
WAYS = {
    "block.yaml": "password: |\n  {}\n",
    "folded.yaml": "password: >-\n  {}\n",
    "item.yaml": "passwords:\n  - {}\n",
    "health.yaml": 'test: ["CMD", "redis-cli", "-a", "{}", "ping"]\n',
    "heredoc.sh": "cat > /run/pw <<EOF\n{}\nEOF\n",
    "echo.sh": "echo '{}' | docker login -u ci --password-stdin\n",
    "mysql.sh": "mysql -uroot -p'{}' shop\n",
    "header.sh": 'curl -H "X-Api-Key: {}" https://h/x\n',
    "Dockerfile": "FROM x\nENV DB_PASSWORD {}\n",
    "comment.env": "A=1\n# DB_PASSWORD={}\n",
    "prose.md": "Log in as admin with `{}` first.\n",
    "table.md": "| user | password |\n|---|---|\n| admin | {} |\n",
    "bullet.md": "- admin: {}\n",
    "dump.sql": "INSERT INTO users VALUES (1,'admin','{}','2026-01-01');\n",
    "users.csv": "user,password\nadmin,{}\n",
    "app.xml": "<password>{}</password>\n",
    "login.js": "connect('{}');\n",
    "commented.py": "# the old one: {}\n",
    "one.txt": "{}\n",
}
ENCODED = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64, wrapped": lambda text: base64.encodebytes(f"{'x=1 ' * 30}\npassword={text}\n".encode()).decode(),
    "gzip and base64": lambda text: base64.b64encode(gzip.compress(f"pw={text}".encode())).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "address": lambda text: f"pg_dump postgres://app:{quote(text, safe='')}@db/shop",
    "next line": lambda text: f'PW="{text[:9]}\\\n{text[9:]}"',
    "joined": lambda text: f'pw = "{text[:9]}" + "{text[9:]}"',
}


def found(text: str, path: str) -> list[str]:
    return [each for _, each in stretches.of_file(text, assignments.form(path))]


@pytest.mark.parametrize(("path", "form"), WAYS.items())
@pytest.mark.parametrize("secret", [PHRASE, KEY])
def test_what_a_person_wrote_down_is_among_them(path: str, form: str, secret: str) -> None:
    """With blanks and separators in it."""
    assert secret in found(form.format(secret), path)


def test_a_stretch_that_stands_in_several_lines_has_the_first_of_them() -> None:
    """Also where the lines are alike."""
    text = f"x={PHRASE}\ny={PHRASE}\nx={PHRASE}\n"
    assert [number for number, each in stretches.of_file(text, assignments.Form.SETTINGS) if each == PHRASE] == [1, 2]


@pytest.mark.parametrize("encode", ENCODED.values(), ids=ENCODED)
@pytest.mark.parametrize("secret", [PHRASE, KEY])
def test_encoded_and_split(encode: Callable[[str], str], secret: str) -> None:
    """Over lines and texts in quotes, compressed, wrapped."""
    assert secret in found(encode(secret) + "\n", "a.sh")


def test_they_stay_few() -> None:
    """A line of a program or of prose has no more than its words; what is too short to be fingerprinted is none."""
    assert found("def connect(host, user):\n    return open(host)\n", "a.py") == []
    sentence = "The quick brown fox jumps over the lazy dog, and then it goes home to sleep until the next morning.\n"
    assert len(found(sentence, "a.md")) < 12
    assert len(found("a.b=c(d);" * 2_000, "a.min.js")) < 25


def test_many_blanks_behind_a_quote_are_looked_at_once() -> None:
    """What joins two texts has four places for blanks: each way to share 3,000 among them was tried."""
    text = f'a = "b"{" " * 3_000}c\npw = "{PHRASE[:9]}" {" " * 200}+ "{PHRASE[9:]}"\n'
    assert PHRASE in found(text, "a.py")
