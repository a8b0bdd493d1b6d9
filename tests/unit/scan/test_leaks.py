"""Secrets in every part of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.secret import Secret
from dockgate.images.archive import Archive
from dockgate.scan import leaks
from dockgate.scan.leaks import Leak
from tests.unit.ocilayout import Layout, layer

if TYPE_CHECKING:
    from pathlib import Path

KEY = b"-----BEGIN " + b"PRIVATE KEY-----"
BODY = b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"


def test_every_part_of_an_image_is_searched(tmp_path: Path) -> None:
    """What a later layer hides, what was run, how it is set, and what is attested."""
    layout = Layout()
    platform = layout.image(
        [layer({"etc/pw": b"hunter2hunter2", "empty": b""}), layer({"etc/pw": b"", "b": b"hunter2hunter2"})],
        history=[{"created_by": "RUN a"}, {"created_by": "RUN hunter2hunter2"}],
        config={"Env": ["PW=hunter2hunter2"]},
    )
    file = layout.save(tmp_path / "image.tar", layout.attested(platform, {"seen": "hunter2hunter2"}))
    searched = leaks.values({"PW": Secret("hunter2hunter2"), "SHORT": Secret("hunter2"), "NONE": Secret("absent-here")})
    with Archive(file) as archive:
        image = archive.images()[0]
        found = leaks.find(archive, image, iter([searched, lambda _: ["any"]]))
    places = ["attestation", "history", "layer 1: etc/pw", "layer 2: b", "settings"]
    assert found == tuple(Leak(place, what) for place in places for what in ("any", "the value of PW"))


def test_a_value_is_sought_where_it_is_long_enough_to_mean_something() -> None:
    """A shorter one is in any program."""
    detect = leaks.values({"SHORT": Secret("1234567"), "LONG": Secret("12345678")})
    assert list(detect(b"x12345678x")) == ["the value of LONG"]
    assert list(detect(b"x1234567x")) == []


def test_a_private_key_is_one_that_has_a_body() -> None:
    """The line alone is in many libraries; around it may stand anything."""
    assert list(leaks.credentials(b"\xff\0" + KEY + b"\n" + BODY)) == ["private key"]
    for body in (b"", b"\n" + BODY[:39], b"\n...\n" + BODY):
        assert list(leaks.credentials(b"\xff\0" + KEY + body)) == []
    token = b"ghp_" + b"aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0iL3oR6"
    assert len(list(leaks.credentials(b"a " + token))) == 1
