"""What `inv env.…` tell, and that no secret is in it."""

from __future__ import annotations

import pytest

from dockgate.core.errors import ConfigError
from dockgate.env import env_report, env_report_text
from tests.guardrails.environments import resolved, store

SCHEMA = """
[HOST]
default = "localhost"
description = "Host"
readers = ["api"]
[URL]
required = true
readers = ["api", "worker"]
[PASSWORD]
secret = true
[ONLY_PROD]
environments = ["prod"]
secret = true
[X]
[Y]
"""
MASK = "••••••"


def test_explain_names_value_origin_shadowed_references_and_readers() -> None:
    """Exactly these keys, lines and layers."""
    env = resolved(SCHEMA, "URL=http://a\n", own="\nURL=http://${HOST}\n")
    assert env_report.explain(env, "URL") == {
        "name": "URL",
        "value": "http://localhost",
        "secret": False,
        "origin": {"layer": "dev", "path": "env/dev.env", "line": 2},
        "shadowed": [{"layer": "base", "path": "env/base.env", "line": 1, "value": "http://a"}],
        "references": ["HOST"],
        "readers": ["api", "worker"],
    }


def test_explain_of_a_variable_without_a_value_and_of_one_from_the_shell() -> None:
    """Neither has a place in a file."""
    env = resolved(SCHEMA, process={"HOST": "h"})
    assert env_report.explain(env, "URL")["origin"] is None
    assert env_report.explain(env, "HOST")["origin"] == {"layer": "process", "path": None, "line": None}


def test_explain_of_an_unknown_name_suggests() -> None:
    """A misspelt name is an error with the near one, once."""
    with pytest.raises(ConfigError) as caught:
        env_report.explain(resolved(SCHEMA, "HOST=1\nLAST=2\n"), "HOSTT")
    what = "unknown variable 'HOSTT' in dev. Did you mean HOST?"
    assert str(caught.value) == f"{what}\n  → inv env.list --env=dev shows all"
    with pytest.raises(ConfigError, match=r"Did you mean LAST\?"):
        env_report.explain(resolved(SCHEMA, "LAST=2\n"), "LASTT")


def test_explain_of_what_nothing_sets_or_declares() -> None:
    """Nothing stands for a value; what is not declared may be a secret."""
    nothing: dict[str, object] = {"origin": None, "shadowed": [], "references": []}
    assert env_report.explain(resolved(SCHEMA), "PASSWORD") == {
        "name": "PASSWORD",
        "value": None,
        "secret": True,
        "readers": [],
        **nothing,
    }
    assert env_report.explain(resolved("", "A=1\nA=2\n"), "A") == {
        "name": "A",
        "value": MASK,
        "secret": True,
        "origin": {"layer": "base", "path": "env/base.env", "line": 2},
        "shadowed": [{"layer": "base", "path": "env/base.env", "line": 1, "value": MASK}],
        "references": [],
        "readers": [],
    }


def test_explain_masks_a_secret_and_everything_that_it_shadows() -> None:
    """A value that became secret by a reference hides what it replaced: that may be the same secret, written out."""
    env = resolved(SCHEMA, "PASSWORD=hunter2\nURL=db://hunter2@h\n", own="URL=db://${PASSWORD}@h\n")
    document = env_report.explain(env, "URL")
    assert (document["value"], document["shadowed"][0]["value"], document["secret"]) == (MASK, MASK, True)
    assert "hunter2" not in env_report_text.explanation(document)


def test_list_has_what_may_exist_here_and_what_does() -> None:
    """Variables of other environments only are left out, undeclared ones are marked."""
    rows = env_report.variables(resolved(SCHEMA, "OTHER=1\nPASSWORD=x\n"))["variables"]
    assert [(row["name"], row["type"], row["secret"], row["required"]) for row in rows] == [
        ("HOST", "string", False, False),
        ("URL", "string", False, True),
        ("PASSWORD", "string", True, False),
        ("X", "string", False, False),
        ("Y", "string", False, False),
        ("OTHER", "undeclared", True, False),
    ]
    assert [row["origin"] and row["origin"]["path"] for row in rows] == [
        "env/schema.toml",
        None,
        "env/base.env",
        None,
        None,
        "env/base.env",
    ]


def test_an_undeclared_value_is_not_shown() -> None:
    """It is not declared as no secret."""
    env = resolved(SCHEMA, "OTHER=hunter2\n")
    assert env_report.explain(env, "OTHER")["value"] == MASK
    assert env_report.difference(resolved(SCHEMA), env)["added"] == [{"name": "OTHER", "secret": True, "value": MASK}]


def test_difference_has_values_but_of_secrets_only_whether_they_are_equal() -> None:
    """Added, removed, changed; a mask stands for every secret."""
    one = resolved(SCHEMA, "URL=a\nPASSWORD=hunter2\nX=1\n")
    other = resolved(SCHEMA, "URL=b\nY=2\n", name="prod", secrets=store(PASSWORD="hunter3", ONLY_PROD="x"))
    document = env_report.difference(one, other)
    assert document == {
        "environment": "dev",
        "with": "prod",
        "added": [
            {"name": "Y", "secret": False, "value": "2"},
            {"name": "ONLY_PROD", "secret": True, "value": MASK},
        ],
        "removed": [{"name": "X", "secret": False, "value": "1"}],
        "changed": [
            {"name": "URL", "secret": False, "from": "a", "to": "b"},
            {"name": "PASSWORD", "secret": True, "from": MASK, "to": MASK},
        ],
        "secrets": {"PASSWORD": "different"},
    }
    assert "hunter" not in env_report_text.difference(document)


def test_a_value_that_is_secret_in_one_environment_is_masked_in_both() -> None:
    """The other one shows how it is made up, and may be the same."""
    one = resolved(SCHEMA, "URL=db://hunter2@h\n")
    other = resolved(SCHEMA, "PASSWORD=hunter2\nURL=db://${PASSWORD}@h\n", name="prod")
    document = env_report.difference(one, other)
    assert document["secrets"] == {"URL": "equal"}
    changed = env_report.difference(other, resolved(SCHEMA, "URL=db://hunter3@h\n"))["changed"]
    assert changed == [{"name": "URL", "secret": True, "from": MASK, "to": MASK}]


def test_difference_tells_equal_secrets() -> None:
    """The same secret in two environments is worth knowing."""
    one, other = resolved(SCHEMA, "PASSWORD=x\n"), resolved(SCHEMA, name="prod", secrets=store(PASSWORD="x"))
    document = env_report.difference(one, other)
    assert document["secrets"] == {"PASSWORD": "equal"}
    assert "= PASSWORD is a secret, equal in both" in env_report_text.difference(document)


def test_difference_says_nothing_of_secrets_that_cannot_be_read() -> None:
    """A sealed store is not an empty one."""
    one = resolved(SCHEMA, "PASSWORD=x\nURL=${PASSWORD}\n")
    other = resolved(SCHEMA, "URL=${PASSWORD}\n", name="prod", secrets=store(sealed=True))
    document = env_report.difference(one, other)
    assert (document["removed"], document["changed"], document["secrets"]) == ([], [], {})
