"""What a schema cannot say, with the line and the fix."""

from __future__ import annotations

import pytest

from dockgate.core.errors import ConfigError
from dockgate.env import schema
from dockgate.env.value_types import TYPES

MIXED = 'mixes environments and excluded ones → only names, or only !: ["!dev"]'
KINDS = (
    "must name a kind of value, and is only allowed for secrets"
    " → password:32, token:48, hex:64, certificate or certificate-key"
)


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        schema.parse(text)
    return str(caught.value).replace("\n ", "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("typ = 'int'", "5: [A] typ is not a key of a variable. Did you mean type?"),
        ("type = 'strng'", f"5: [A] type 'strng' is not a type. Did you mean string? → {', '.join(TYPES)}"),
        ("type = 3", "5: [A] type must be a str, not 3"),
        ("secret = 'yes'", "5: [A] secret must be a bool, not 'yes'"),
        ("default = [1]", "5: [A] default must be a string, a number, true or false"),
        ("required = 'prod'", "5: [A] required must be a list, not 'prod'"),
        ("type = 'enum'", "4: [A] values is required for type enum, and only allowed there"),
        ("secret = true\nvalues = ['a']", "6: [A] values is required for type enum, and only allowed there"),
        ("type = 'regex'", "4: [A] pattern is required for type regex"),
        ("pattern = '['", "5: [A] pattern is not a regular expression: unterminated character set at position 0"),
        ("dev-default = true", "5: [A] dev-default requires `default`"),
        ("generate = 'password:32'", f"5: [A] generate {KINDS}"),
        ("secret = true\ngenerate = 'magic'", f"6: [A] generate {KINDS}"),
        (
            "secret = true\ndefault = 'x'",
            "6: [A] default of a secret would apply in every environment → limit it to development: dev-default = true",
        ),
        ("type = 'port'\ndefault = 'http'", "6: [A] default is not a port (1 to 65535)"),
        ("type = 'int'\ndefault = 1\nminimum = 2", "6: [A] default is less than 2"),
        ("expires = 'soon'", "5: [A] expires must be a date → write it bare: expires = 2027-01-31"),
        ("expires = 2027-01-31T00:00:00", "5: [A] expires must be a date → write it bare: expires = 2027-01-31"),
        ("environments = [1]", "5: [A] environments must be a list of strings"),
        ("environments = ['!dev', 'prod']", f"5: [A] environments {MIXED}"),
        ("required = ['prod', '!dev']", f"5: [A] required {MIXED}"),
    ],
)
def test_refuses_with_the_line_of_the_key(body: str, said: str) -> None:
    """Every error names the place, of the variable where a key is missing, and, for a misspelt word, the near one."""
    assert refused(f"# first\n[OTHER]\n\n[A]\n{body}\n") == f"env/schema.toml:{said}"


@pytest.mark.parametrize(
    "body", ["default = ''\ntype = 'int'", "default = '$B'\ntype = 'int'", "type = 'enum'\nvalues = ['a']"]
)
def test_a_default_that_only_resolving_knows_is_not_judged(body: str) -> None:
    """Nor is an empty one, which stands for none."""
    assert schema.parse(f"[A]\n{body}\n").variables["A"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A = 1", ":1: A must be a table → write [A]"),
        ("\n[1A]", ":2: '1A' is not a variable name → letters, digits, _; no digit first"),
        ("['A B']", ": 'A B' is not a variable name → letters, digits, _; no digit first"),
        ("[A.b]", ":1: [A] b is not a key of a variable."),
        ("[[A]]", ": A must be a table → write [A]"),
        ("[DOCKER_HOST]", ":1: DOCKER_HOST is reserved for Docker, Compose or Dockgate → choose another name"),
    ],
)
def test_refuses_what_is_no_schema(text: str, said: str) -> None:
    """Names are variable names, and each is a table of its own."""
    assert refused(text) == f"env/schema.toml{said}"


@pytest.mark.parametrize("text", ["[A", "[A]\n[A]", "A.type = 'int'\n[A]"])
def test_refuses_what_is_no_toml(text: str) -> None:
    assert refused(text).startswith("env/schema.toml: not valid TOML: ")
