"""Messages name tables as the configuration of the project has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.tasks import spoken

if TYPE_CHECKING:
    from pathlib import Path

SAID = "[tool.dockgate.environments.dev] local, [tool.dockgate] name, [[tool.dockgate.exemptions]], tool.dockgate"
PLAIN = "[environments.dev] local, name, [[exemptions]], tool.dockgate"


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("dockgate.toml", 'name = "x"\n', PLAIN),
        ("dockgate.toml", '[tool.dockgate]\nname = "x"\n', SAID),
        ("dockgate.toml", "[", SAID),
        ("pyproject.toml", '[tool.dockgate]\nname = "x"\n', SAID),
        ("pyproject.toml", '[project]\nname = "x"\n', SAID),
    ],
)
def test_a_table_is_named_as_the_configuration_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str, said: str
) -> None:
    """Without the prefix in a dockgate.toml, from a folder in the project as well."""
    (tmp_path / file).write_text(text)
    (tmp_path / "web").mkdir()
    monkeypatch.chdir(tmp_path / "web")
    assert spoken.text(SAID) == said
    assert spoken.fixes({"fix": SAID, "message": SAID}) == {"fix": said, "message": SAID}
