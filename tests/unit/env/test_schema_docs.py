"""The generated reference of variables."""

from __future__ import annotations

from pathlib import Path

from dockgate.env import schema, schema_docs

ROOT = Path(__file__).parents[3]


def test_the_page_of_this_repository_is_current() -> None:
    """`inv env.docs` has been run since the schema changed."""
    page = (ROOT / schema_docs.PATH).read_text(encoding="utf-8")
    assert page == schema_docs.render(schema.load(ROOT)), "run inv env.docs"


def test_a_row_says_everything_but_the_default_of_a_secret() -> None:
    """Type, values, where it is required, default, environments, readers; a pipe does not break the table."""
    declared = schema.parse(
        """
[MODE]
type = "enum"
values = ["a", "b"]
default = "a"
dev-default = true
required = ["prod"]
environments = ["dev", "prod"]
readers = ["api"]
description = "a|b"
example = "b"
[PASSWORD]
secret = true
default = "hunter2"
dev-default = true
required = true
[EMPTY]
default = ""
[MOST]
required = ["!dev", "!qa"]
environments = ["!b", "!a"]
readers = ["web", "api"]
description = "two\\nlines"
default = "x"
"""
    )
    page = schema_docs.render(declared)
    assert page.startswith(schema_docs.HEAD.format(path="env/schema.toml") + "| `MODE` |")
    assert page.splitlines()[-4:] == [
        "| `MODE` | enum: a, b | prod | `a`, development only | dev, prod | api | a\\|b, for example `b` |",
        "| `PASSWORD` | string, secret | yes | one for development | all |  |  |",
        "| `EMPTY` | string |  | empty | all |  |  |",
        "| `MOST` | string | all but dev, qa | `x` | all but a, b | web, api | two lines |",
    ]
