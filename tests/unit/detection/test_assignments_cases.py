"""How files are written by their names, and what their lines assign, from both sides of each condition."""

from __future__ import annotations

import pytest

from dockgate.detection import assignments
from dockgate.detection.assignments import Form, assigned

PW = "Zq3xW9vKt5Lm8RbN"
FAR = "x" * 111


@pytest.mark.parametrize(
    ("path", "text", "form"),
    [
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
