"""Files of tests and of documentation, in which passwords are made up."""

from __future__ import annotations

import re

from dockgate.core import stages
from dockgate.core.location import line_at
from dockgate.detection import key_formats
from dockgate.detection.provider_keys import PRIVATE_KEY, Stage

_TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|acceptance|__tests__|__mocks__|mocks?|stubs?|specs?|fixtures?|molecule|__snapshots__|\.snapshots?|testdata|testutils?|e2e|cypress|"
    r"tests?[_-][\w.-]+|[\w.-]+[_.-](?:tests?|specs?|e2e|fixtures)|[\w.-]*(?:Tests?|Specs?))/"
    r"|(?:^|/)(?:tests?|test_[^/]*|[^/]*(?:[_.-](?:tests?|spec|fixtures?|mocks?|stubs?)|Tests?|Fixtures?|Mocks?))\.\w+$|(?:^|/)phpunit[\w.-]*\.xml(?:\.dist)?$"
)
_DOCUMENTATION = re.compile(
    r"(?:^|/)(?:docs?|documentation|versioned_docs|website|wiki|guides?|tutorials?|api-docs)/", re.IGNORECASE
)
# Of CI systems, by the names that they look for.
_JOBS = re.compile(
    r"(?:^|/)(?:\.github/(?:workflows|actions)/|\.circleci/|\.buildkite/|\.woodpecker/|\.gitlab/|\.ci/|"
    r"(?:\.?gitlab-ci|\.travis|\.?appveyor|\.drone|\.cirrus|\.semaphore|azure-pipelines|bitbucket-pipelines|cloudbuild)"
    r"[\w.-]*\.ya?ml$|Jenkinsfile)"
)
_TEST_KEY = re.compile(rf"{PRIVATE_KEY}|{key_formats.JWT}.*|.* {Stage.TEST} key")
_FOREIGN = re.compile(r"(?:^|/)(?:vendor|node_modules|bower_components|third[_-]party|wwwroot/lib)/")
# Of Rust, whose unit tests stand at the end of what they test.
_TESTS_BEGIN = re.compile(r"^[ \t]*#\[cfg\(test\)\]", re.MULTILINE)


def is_foreign(path: str) -> bool:
    """Return whether a path is that of code of other projects, which a copy of this one cannot change."""
    return bool(_FOREIGN.search(path))


def first_line_of_tests(path: str, text: str) -> int | None:
    """Return the line from which a source file holds its own tests."""
    begun = _TESTS_BEGIN.search(text) if path.endswith(".rs") else None
    return line_at(text, begun.start()) if begun else None


def is_of_jobs(path: str) -> bool:
    """Return whether a path is that of a file of CI, whose databases live as long as a job."""
    return bool(_JOBS.search(path))


def is_of_test(kind: str) -> bool:
    """Return whether a test can make a key of this kind itself, or have it for nothing that is real."""
    return bool(_TEST_KEY.fullmatch(kind))


def is_documentation(path: str) -> bool:
    """Return whether a path is that of a page of documentation, which shows what settings look like."""
    return bool(_DOCUMENTATION.search(path)) and not stages.is_env_file(path)


def is_test(path: str) -> bool:
    """Return whether a path is that of a test, or of what a test uses."""
    return bool(_TEST.search(path))
