"""Every rule is listed, tested and documented."""

from __future__ import annotations

import re
from pathlib import Path

from dockgate.guardrails import env_rules, registry, rules

FOLDER = Path(rules.__file__).parent
REPOSITORY = FOLDER.parents[2]
ENV = {rule.CODE.lower() for rule in env_rules.RULES} | {"dg100"}
MODULES = sorted(path.stem for path in FOLDER.glob("dg*.py") if path.stem.partition("_")[0] not in ENV)


def test_every_module_is_in_the_registry_once_in_order() -> None:
    """No rule is forgotten, and no code is taken twice."""
    codes = [rule.CODE for rule in registry.RULES]
    assert codes == sorted(set(codes))
    own = [code.lower() for code in codes if code not in {rule.CODE for rule in env_rules.RULES}]
    assert own == [module.partition("_")[0] for module in MODULES]


def test_every_module_has_a_test_file_with_both_verbs() -> None:
    """`catches` and `catches_not`."""
    for module in MODULES:
        text = (REPOSITORY / "tests" / "guardrails" / f"test_{module}.py").read_text()
        assert "catches(" in text or "list(rule.check(" in text, module
        assert "catches_not(" in text, module


def test_every_check_of_env_files_has_a_test_file_of_both_kinds() -> None:
    """DG101 to DG111 are shared with `inv env.check`, and tested beside it: what they catch, and what not."""
    folder = REPOSITORY / "tests" / "guardrails"
    for rule in env_rules.RULES:
        [path] = folder.glob(f"test_{rule.CODE.lower()}_*.py")
        names = re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
        assert any(name.startswith("test_catches") for name in names), path.name
        assert any("_not" in name for name in names), path.name


def test_every_rule_has_a_section_in_the_documentation() -> None:
    """With its code and its title, and none for a rule that is gone."""
    text = (REPOSITORY / "docs" / "guardrails.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (DG\d{3}) · (.+)$", text, re.MULTILINE))
    expected = {rule.CODE: rule.TITLE for rule in registry.RULES}
    assert {code: title for code, title in sections.items() if not code.startswith("DG00")} == expected
    assert {"DG000", "DG001"} <= set(sections)
