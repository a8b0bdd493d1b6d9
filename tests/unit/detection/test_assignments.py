from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockgate.detection.assignments import Form, assigned, form, literals

SECRET = "Zq3xW9vKt5Lm8RbN"


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("app/main.py", Form.PROGRAM),
        ("web/Login.TSX", Form.PROGRAM),
        ("infra/main.tf", Form.PROGRAM),
        ("README.md", Form.PROSE),
        ("compose/prod.yaml", Form.SETTINGS),
        (".env", Form.SETTINGS),
        ("Dockerfile", Form.SETTINGS),
        ("bin/start", Form.SETTINGS),
    ],
)
def test_a_name_says_how_a_file_is_written(path: str, written: Form) -> None:
    """What nothing is known of may hold settings: then most is seen."""
    assert form(path) is written


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (f'PASSWORD = "{SECRET}"', "PASSWORD"),
        (f"    password: str | None = '{SECRET}'", "password"),
        (f'login(host, password="{SECRET}", port=1)', "password"),
        (f'    "password": "{SECRET}",', "password"),
        (f'os.environ["PASSWORD"] = b"{SECRET}"', "PASSWORD"),
        (f"const password: string = `{SECRET}`;", "password"),
        (f'\tpassword := "{SECRET}"', "password"),
        (f'private static final String PASSWORD = "{SECRET}";', "PASSWORD"),
        (f"    'password' => '{SECRET}',", "password"),
        (f'    if password == "{SECRET}":', "password"),
        (f"PASSWORD={SECRET}", "PASSWORD"),
        (f"# password: {SECRET}", "password"),
        (f"// password={SECRET},", "password"),
    ],
)
def test_what_a_program_assigns(line: str, name: str) -> None:
    """In quotes; without them in a comment, and as a line of settings in a text over several lines."""
    assert [(found, value.strip("\"'`")) for found, value in assigned(line, Form.PROGRAM)] == [(name, SECRET)]


@pytest.mark.parametrize(
    "line",
    [
        "def sign(value: str, salt: bytes) -> str:",
        "    token = read_token(path)",
        "worst = min(hits, key=lambda name: hits[name])",
        'SESSION_KEY = "session-key"',
        'KEY = "dev.shop.secret"',
        'if key == "expires":',
        'help = {"key": "file of the public key (default: the committed one)"}',
        'auth = f"Basic {encoded}"',
        'password = "%s" % value',
        'TOKEN = re.compile(r"gh[pousr]_[A-Za-z0-9]{36,}")',
        "# The password: how it is changed, and when.",
    ],
)
def test_what_a_program_only_speaks_of(line: str) -> None:
    """Types, expressions, names of things, sentences, what is put together elsewhere."""
    assert list(assigned(line, Form.PROGRAM)) == []


def test_prose_assigns_what_has_a_digit() -> None:
    """A word behind a colon goes on with the sentence; markup around a value is no part of it."""
    assert list(assigned(f"Set `password={SECRET}`, then go.", Form.PROSE)) == [("password", SECRET)]
    assert list(assigned(f"| password: **{SECRET}** |", Form.PROSE)) == [("password", SECRET)]
    for line in ("The key: which it is.", "salt: microseconds", "`--key=FILE`", "pass :data:`h11.CLIENT`"):
        assert list(assigned(line, Form.PROSE)) == []


def test_literals_are_values_as_they_stand() -> None:
    """With their line breaks; what is put together, and expressions written raw, are none."""
    line = r"""f(b"a\nb", 'it''s', x + "c", r"[a-z]+", f"{x}!", "%s!", "")"""
    assert list(literals(line)) == ["a\nb", "it", "s", "c"]


@given(st.text(max_size=200), st.sampled_from(Form))
def test_any_line_is_read_without_an_error(line: str, written: Form) -> None:
    """And what is found stands in it."""
    for name, value in assigned(line, written):
        assert name in line
        assert value in line
    list(literals(line))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("a = 'one' + b\"two\" + u`three`", ["one", "two", "three"]),
        ("x(r'raw', rb'raw', f'{put}', Lr'raw')", []),
        ("tag'text' 1'text' _'text' ab1'text'", []),
        ("'a'b'c'", ["a", "c"]),
        ("x-b'two'", ["two"]),
        ("no quotes = at, all", []),
    ],
)
def test_a_text_in_quotes_is_a_value_by_what_stands_before_it(line: str, found: list[str]) -> None:
    """Expressions are raw, a word in front makes it something else."""
    assert [*literals(line)] == found
