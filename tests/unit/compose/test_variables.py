"""A variable in a Compose file that nothing sets is told where it stands."""

from __future__ import annotations

import pytest

from dockgate.compose import variables
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location

TEXT = """
# ${COMMENT}
services:
  api: &api
    image: ${API_IMAGE:?inv up sets it}
    environment:
      SIZE: "${SIEZ}"
      LEVEL: ${LEVEL:-info}${NOTHING+x}
      COST: $$5 $${NO}
  worker: *api
  seed: {<<: *api, command: [a, "$SIZE"]}
"""


def refused(text: str, *known: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        variables.check({"compose/base.yaml": text}, known)
    return caught.value


def test_names_the_place_the_near_name_and_all_others() -> None:
    """The first one's place, what was meant, and where the rest is; each once, aliases too."""
    error = refused(TEXT, "SIZE")
    assert error.where == Location("compose/base.yaml", 5, 12)
    assert 'API_IMAGE is set nowhere; the file says "inv up sets it".' in error.what
    assert error.what.endswith("So are SIEZ (compose/base.yaml:7:13).")
    assert "Did you mean SIZE?" in refused(TEXT, "SIZE", "API_IMAGE").what


def test_finds_nothing_where_all_is_set_or_has_a_default() -> None:
    """Comments and doubled dollars are no variables; a file that is no YAML is left to Compose."""
    variables.check({"a.yaml": TEXT, "b.yaml": "x: [${A}", "c.yaml": ""}, {"SIZE", "SIEZ", "API_IMAGE"})
