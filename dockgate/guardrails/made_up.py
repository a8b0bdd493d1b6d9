"""Files of tests, in which passwords are made up."""

from __future__ import annotations

import re

_TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|__tests__|__mocks__|mocks?|specs?|fixtures|testdata|testutils?|e2e|cypress|"
    r"tests?[_-][\w.-]+|[\w.-]+[_.-](?:tests?|specs?|e2e|fixtures)|[\w.-]*(?:Tests?|Specs?))/"
    r"|(?:^|/)(?:tests?|test_[^/]*|[^/]*(?:_tests?|[.-]tests?|[.-]spec|_spec|Tests?))\.\w+$|(?:^|/)phpunit[\w.-]*\.xml(?:\.dist)?$"
)


def is_test(path: str) -> bool:
    """Return whether a path is that of a test, or of what a test uses."""
    return bool(_TEST.search(path))
