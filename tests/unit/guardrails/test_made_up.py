"""Files in which passwords are made up, by their paths, and the nearest ones in which they are not."""

from __future__ import annotations

import pytest

from dockgate.guardrails import made_up


@pytest.mark.parametrize(
    ("path", "test", "documentation", "foreign", "jobs"),
    [
        ("tests/a.py", True, False, False, False),
        ("src/contest/a.py", False, False, False, False),
        ("src/test_a.py", True, False, False, False),
        ("src/ATest.java", True, False, False, False),
        ("docs/a.md", False, True, False, False),
        ("Docs/a.env", False, False, False, False),
        ("docs/.env", False, False, False, False),
        ("vendor/a.py", False, False, True, False),
        ("src/vendors/a.py", False, False, False, False),
        (".github/workflows/ci.yml", False, False, False, True),
        ("Jenkinsfile", False, False, False, True),
        ("src/app.py", False, False, False, False),
    ],
)
def test_what_a_path_says(path: str, *, test: bool, documentation: bool, foreign: bool, jobs: bool) -> None:
    said = (made_up.is_test(path), made_up.is_documentation(path), made_up.is_foreign(path), made_up.is_of_jobs(path))
    assert said == (test, documentation, foreign, jobs)


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("a.rs", "x\n\n  #[cfg(test)]\nmod tests {}\n", 3),
        ("a.rs", "#[cfg(test)]\n", 1),
        ("a.rs", "x // #[cfg(test)]\n", None),
        ("a.py", "#[cfg(test)]\n", None),
    ],
)
def test_where_the_tests_of_a_source_file_begin(path: str, text: str, line: int | None) -> None:
    assert made_up.first_line_of_tests(path, text) == line


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("private key", True),
        ("JSON Web Token", True),
        ("Razorpay test key", True),
        ("Razorpay live key", False),
        ("GitHub token", False),
    ],
)
def test_keys_that_a_test_makes_itself(kind: str, *, own: bool) -> None:
    assert made_up.is_of_test(kind) is own
