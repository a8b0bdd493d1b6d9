"""What `env.list`, `env.explain` and `env.diff` print, whole."""

from __future__ import annotations

from dockgate.env import env_report_text

ORIGIN = {"path": "env/dev.env", "line": 3, "layer": "dev"}
SHELL = {"path": None, "line": 0, "layer": "process"}


def test_every_variable_is_a_row() -> None:
    """With its type, what it is, and where its value stands."""
    document = {
        "variables": [
            {"name": "A", "type": "string", "secret": True, "required": False, "origin": ORIGIN},
            {"name": "LONG", "type": "int", "secret": False, "required": True, "origin": None},
            {"name": "S", "type": "int", "secret": False, "required": False, "origin": SHELL},
        ]
    }
    assert env_report_text.variables(document, 0).splitlines() == [
        "A     string  secret            env/dev.env:3, dev",
        "LONG  int             required  not set",
        "S     int                       your shell",
    ]
    assert env_report_text.variables({"variables": []}, 0) == ""
    document["variables"][1]["name"] = "LONG" * 5
    assert env_report_text.variables(document, 50).splitlines() == [
        "A               string  secret            env/dev…",
        "LONGLONGLONGL…  int             required  not set",
        "S               int                       your sh…",
    ]


def test_a_variable_is_explained() -> None:
    """Where its value stands, what it hides, what it refers to and who reads it."""
    document = {
        "name": "A",
        "value": "1",
        "origin": ORIGIN,
        "shadowed": [{"value": "0", "path": "env/base.env", "line": 1, "layer": "base"}],
        "references": ["B", "C"],
        "readers": ["api", "web"],
    }
    assert env_report_text.explanation(document).splitlines() == [
        "A=1",
        "  set in      env/dev.env:3, dev",
        "  shadows     0  (env/base.env:1, base)",
        "  refers to   B, C",
        "  read by     api, web",
    ]
    unset = {**document, "origin": None, "shadowed": [], "references": [], "readers": []}
    assert env_report_text.explanation(unset) == "A is not set\n  read by     no service in the schema"


def test_a_difference_is_a_line_each() -> None:
    """Added, removed, changed; of a secret only whether it is the same."""
    document = {
        "added": [{"name": "A", "value": "1"}],
        "removed": [{"name": "B", "value": "2"}],
        "changed": [
            {"name": "C", "secret": False, "from": "3", "to": "4"},
            {"name": "D", "secret": True, "from": "••", "to": "••"},
        ],
        "secrets": {"D": "different", "E": "equal"},
    }
    assert env_report_text.difference(document).splitlines() == [
        "+ A=1",
        "- B=2",
        "~ C=3 → 4",
        "~ D is a secret, different",
        "= E is a secret, equal in both",
    ]
    nothing: dict[str, object] = {"added": [], "removed": [], "changed": [], "secrets": {"D": "different"}}
    assert env_report_text.difference(nothing) == "no difference"


def test_a_place_is_a_line_of_a_layer_or_the_shell() -> None:
    assert env_report_text.place(ORIGIN) == "env/dev.env:3, dev"
    assert env_report_text.place(SHELL) == "your shell"
