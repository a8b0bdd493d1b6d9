"""Every rule is found, tested and documented."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dockgate.guardrails import docs, registry, rules
from dockgate.guardrails.hit import Scope

FOLDER = Path(rules.__file__).parent
REPOSITORY = FOLDER.parents[2]
MODULES = sorted(path.stem for path in FOLDER.glob("dg*.py"))


def test_every_module_is_found_once_in_order() -> None:
    """No rule is forgotten, no code is taken twice, and a module is named after its code."""
    codes = [rule.CODE for rule in registry.rules()]
    assert codes == sorted(set(codes))
    assert [code.lower() for code in codes] == [module.partition("_")[0] for module in MODULES]


def test_the_rules_of_files_are_known_without_the_others() -> None:
    """A hook that looks at files alone imports eight of them."""
    every = [rule.CODE for rule in registry.rules() if rule.SCOPE is Scope.FILES]
    assert [rule.CODE for rule in registry.rules(*registry.OF_FILES)] == every


def test_every_rule_states_what_it_is() -> None:
    """A title, a scope, a first line with its code, and a text for the page."""
    for rule in registry.rules():
        assert rule.TITLE, rule.CODE
        assert rule.SCOPE in Scope, rule.CODE
        assert (rule.__doc__ or "").startswith(f"{rule.CODE}: "), rule.CODE
        assert docs.text(rule), rule.CODE


def test_only_the_rules_asked_for_are_imported() -> None:
    """`inv env.check` needs those for env files, and does not pay for the others."""
    script = (
        "import sys; from dockgate.guardrails import registry\n"
        "print([rule.CODE for rule in registry.rules('DG104', 'DG2')])\n"
        "print(sorted(name[26:31] for name in sys.modules if name.startswith('dockgate.guardrails.rules.')))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    codes, imported = ran.stdout.splitlines()
    assert codes.startswith("['DG104', 'DG201', ")
    assert imported == codes.lower()


@pytest.mark.parametrize("module", MODULES)
def test_every_rule_has_tests_of_both_kinds(module: str) -> None:
    """What it catches, and what it does not."""
    text = (REPOSITORY / "tests" / "guardrails" / f"test_{module}.py").read_text(encoding="utf-8")
    names = re.findall(r"^def (test_\w+)", text, re.MULTILINE)
    assert "catches(" in text or "list(rule.check(" in text or any(name.startswith("test_catches") for name in names)
    assert "catches_not(" in text or any("_not" in name for name in names)
