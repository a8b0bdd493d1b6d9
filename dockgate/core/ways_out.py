"""What to do where no configuration says which environments there are."""

from __future__ import annotations

NO_PROJECT = (
    "inv init writes dockgate.toml for the Compose files that are there ([tool.dockgate] in pyproject.toml is read, "
    "too); inv guard -f compose.yaml tries them without it"
)
NO_ENVIRONMENT = "write the table of one into {}; or try files: inv guard -f compose.yaml"
