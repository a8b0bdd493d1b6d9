from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockgate.detection import assignments
from dockgate.detection.assignments import Form, assigned, literals

SECRET = "Zq3xW9vKt5Lm8RbN"


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
        '? "password" : "walrus7x"',
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


PW = "Zq3xW9vKt5Lm8RbN"
FAR = "x" * 111


@pytest.mark.parametrize(
    ("path", "text", "form"),
    [
        ("web/Login.TSX", "", Form.PROGRAM),
        ("infra/main.tf", "", Form.PROGRAM),
        ("compose/prod.yaml", "", Form.SETTINGS),
        (".env", "", Form.SETTINGS),
        ("Dockerfile", "", Form.SETTINGS),
        ("bin/start", "", Form.SETTINGS),
        ("a.py.example", "", Form.PROGRAM),
        ("a.env.example", "", Form.SETTINGS),
        (".env.example", "", Form.SETTINGS),
        (".py.gz", "", Form.SETTINGS),
        ("a.example", "", Form.SETTINGS),
        ("Gemfile.lock", "", Form.LOCK),
        ("YARN.LOCK", "", Form.LOCK),
        ("go.sum", "", Form.LOCK),
        ("README.MD", "", Form.PROSE),
        ("locale/a.yml", "", Form.PROSE),
        ("Locale/a.yml", "", Form.PROSE),
        ("a/locale", "", Form.SETTINGS),
        ("locale/a.min.js", "", Form.PROGRAM),
        ("locale/a.js", "", Form.PROSE),
        ("login_es.properties", "", Form.PROSE),
        ("login.properties", "", Form.SETTINGS),
        ("Jenkinsfile", "", Form.PROGRAM),
        ("bin/run", "#!/usr/bin/env python3\n", Form.PROGRAM),
        ("bin/run", "#!/bin/sh\n", Form.SETTINGS),
        ("a.PY", "", Form.PROGRAM),
        ("a.py.orig", "", Form.PROGRAM),
        (".a.py.orig", "", Form.SETTINGS),
    ],
)
def test_the_form_of_a_file(path: str, text: str, form: Form) -> None:
    assert assignments.form(path, text) is form


@pytest.mark.parametrize(
    ("written", "line", "found"),
    [
        (Form.LOCK, f"a={PW}", []),
        (Form.SETTINGS, "nothing", []),
        (Form.SETTINGS, f"aa={PW} bb: '{PW}'", [("aa", PW), ("bb", f"'{PW}'")]),
        (Form.SETTINGS, "aa: &anchor", []),
        (Form.SETTINGS, "aa=&anchor", [("aa", "&anchor")]),
        (Form.SETTINGS, "aa=os.environ", []),
        (Form.SETTINGS, f"h?aa={PW}&bb={PW}", [("aa", PW)]),
        (Form.SETTINGS, f"aa={PW}&bb", [("aa", f"{PW}&bb")]),
        (Form.SETTINGS, "h?aa=&bb=x", [("aa", "&bb=x")]),
        (Form.SETTINGS, f'"-e aa={PW}"],', [("aa", PW)]),
        (Form.SETTINGS, f"aa='{PW}'\"],", [("aa", f"'{PW}'")]),
        # A program: what is quoted, by its own name, and that is no expression.
        (Form.PROGRAM, f"aa = {PW}", []),
        (Form.PROGRAM, f"aa={PW}", [("aa", PW)]),
        (Form.PROGRAM, f"// aa: {PW}", [("aa", PW)]),
        (Form.PROGRAM, f'aa = "{PW}"', [("aa", f'"{PW}"')]),
        (Form.PROGRAM, f'view: [salt: "{PW}"]', [("salt", f'"{PW}"')]),
        (Form.PROGRAM, f'aa: str = "{PW}"', [("aa", f'"{PW}"')]),
        (Form.PROGRAM, f'aa == "{PW}"', [("aa", f'"{PW}"')]),
        (Form.PROGRAM, 'password == "walrus"', []),
        (Form.PROGRAM, 'password = "walrus"', [("password", '"walrus"')]),
        (Form.PROGRAM, 'password = "walrus-orbit"', []),
        (Form.PROGRAM, 'uplink = "walrus"', []),
        (Form.PROGRAM, f'when ? "password" : "{PW}"', []),
        (Form.PROGRAM, f'when ? xxxxxxxxxx"password" : "{PW}"', [("password", f'"{PW}"')]),
        (Form.PROGRAM, f'aa = "a {PW} b"', []),
        (Form.PROGRAM, f'aa = "%s{PW}"', []),
        (Form.PROGRAM, f'aa = " {PW} "', [("aa", f'" {PW} "')]),
        # Prose: with a digit, without its markup; no role, no expression, no address of this machine.
        (Form.PROSE, f"aa=**{PW}**, then", [("aa", PW)]),
        (Form.PROSE, "aa: walrusorbit", []),
        (Form.PROSE, "aa: walrus7", []),
        (Form.PROSE, "aa: walrus77", [("aa", "walrus77")]),
        (Form.PROSE, f"aa: {PW}...", []),
        (Form.PROSE, f"aa: ref:`{PW}`", []),
        (Form.PROSE, "aa: config.walrus77", []),
        (Form.PROSE, f"http://localhost:80/lab?aa={PW}", []),
        (Form.PROSE, f"https://localhost/lab?aa={PW}", []),
        (Form.PROSE, f"https://localhost/{FAR}?aa={PW}", [("aa", PW)]),
        (Form.PROSE, f"http://example:80/lab?aa={PW}", [("example", f"80/lab?aa={PW}")]),
        (Form.PROSE, f"http://localhost:{PW}", []),
        (Form.PROSE, f"x localhost:{PW}", [("localhost", PW)]),
    ],
)
def test_what_a_line_assigns(written: Form, line: str, found: list[tuple[str, str]]) -> None:
    assert [*assigned(line, written)] == found


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("walrus77", True),
        ("walrus7", False),
        ("walrusorbit", False),
        ("12345678", False),
        ("walrus 77", False),
        ("config.walrus77", False),
        ("walrus%s77", False),
    ],
)
def test_a_value_in_a_sentence(text: str, *, stated: bool) -> None:
    """Eight characters, a digit and a letter, one word."""
    assert assignments.is_stated(text) is stated


@pytest.mark.parametrize(
    ("line", "comment", "quoting"),
    [
        ("# a", True, False),
        ("  // 'a'", True, True),
        ("a # b", False, False),
        ("/*! v3 */ var x", False, False),
        ("/* v3 */", True, False),
        ('"a"', False, True),
        ("`a`", False, True),
    ],
)
def test_comments_and_quotes(line: str, *, comment: bool, quoting: bool) -> None:
    assert (assignments.is_comment(line), assignments.is_quoting(line)) == (comment, quoting)


def test_names_and_members() -> None:
    assert assignments.is_member("config.AccessKey")
    assert not assignments.is_member("config")
    assert assignments.is_name("walrus-orbit")
    assert not assignments.is_name("walrus-7")
