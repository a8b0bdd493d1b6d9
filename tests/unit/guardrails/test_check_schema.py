"""An environment against its schema: what `inv env.check` shows."""

from __future__ import annotations

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.guardrails import check_schema
from tests.guardrails.environments import environment, resolved
from tests.guardrails.scenes import project

BASE = "UNKNOWN=1\nPORT=http\nPORT=x\nDOCKER_HOST=x\nURL=${NOPE}\nBARE\nUSER=pa$word\n"
DECLARED = "[PORT]\ntype = 'port'\n[URL]\n[USER]\n[HOST]\nrequired = true\n"


def test_all_problems_are_reported_at_once_each_once() -> None:
    """One run names everything, in the order of the files."""
    found = check_schema(project(), environment("dev"), resolved(DECLARED, BASE))
    assert sorted({each.code for each in found}) == ["DG101", "DG102", "DG104", "DG105", "DG108", "DG109", "DG110"]
    assert list(found) == sorted(set(found))
    assert {each.environment for each in found} == {"dev"}


def test_other_rules_for_env_files_do_not_run() -> None:
    """They need the repository or the other environments: `inv guard` has both."""
    token = "TOKEN=ghp_" + "a1B2c3D4e5" * 4
    assert check_schema(project(), environment("dev"), resolved("[TOKEN]\n", token)) == ()


def test_what_cannot_be_read_is_a_finding() -> None:
    """With the rest of the environment, or alone."""
    error = ConfigError("not UTF-8", where=Location("env/x.env", 3))
    (alone,) = check_schema(project(), environment("dev"), None, (error,))
    assert (alone.code, alone.location, alone.message) == ("DG100", Location("env/x.env", 3), "not UTF-8")
    both = check_schema(project(), environment("dev"), resolved("", "A=1\n"), (error,))
    assert [each.code for each in both] == ["DG101", "DG100"]
