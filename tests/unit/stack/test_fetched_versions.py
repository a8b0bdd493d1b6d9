"""Versions of secrets that providers hold, for what only looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.env import layering
from dockgate.secrets import fetch, runtime_files
from dockgate.stack import fetched_versions
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "[LEVEL]\n[TOKEN]\nsecret = true\n[DSN]\nsecret = true\n[OWN]\nsecret = true\n"
KEY = b"k" * 32


def test_the_last_start_is_assumed_while_the_reference_is_the_same(tmp_path: Path) -> None:
    """What is made of a reference as well; with another reference, nothing is known."""
    (tmp_path / "held").write_text("first-value\n")
    env = "LEVEL=file:held\nTOKEN=file:held\nDSN=postgres://a:${TOKEN}@db/x\nOWN=plain\n"
    made = projects.make(tmp_path, env__schema_toml=SCHEMA, env__base_env="", env__dev_env=env)
    dev, target = made.environment("dev"), projects.stack(made)

    def seen(*, fetched: bool) -> dict[str, str]:
        written = layering.survey(made, dev, None)
        resolved = fetch.resolve(made, dev, written) if fetched else written
        rendered = runtime_files.preview(made, target, resolved, KEY)
        if fetched:
            fetched_versions.note(made, target, written, rendered, KEY)
        return dict(fetched_versions.assumed(made, target, resolved, rendered).versions)

    before = seen(fetched=False)
    started = seen(fetched=True)
    assert {name for name in started if before[name] != started[name]} == {"TOKEN", "DSN"}
    assert seen(fetched=False) == started
    (tmp_path / "env/dev.env").write_text(env.replace("file:held", "file:other"))
    changed = seen(fetched=False)
    assert {name for name in started if changed[name] != started[name]} == {"TOKEN", "DSN"}
