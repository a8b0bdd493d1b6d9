from __future__ import annotations

import pytest

from dockgate.guardrails.rules import dg212_plain_http as rule
from tests.guardrails.scenes import catches, catches_not, context


@pytest.mark.parametrize(
    "url", ["http://api.payments.com/v1", "ws://stream.example.org", "http://8.8.8.8/", "ftp://a.de/x"]
)
def test_catches_plain_addresses_of_other_machines(url: str) -> None:
    """It can be read on the way."""
    [hit] = catches(rule, context("prod", f"OTHER={url}\n"))
    scheme = url.partition(":")[0]
    assert hit.message == f"OTHER sends data in clear: {scheme}:// to another machine"
    assert (hit.fix, hit.name) == ("use wss://" if scheme == "ws" else "use https://", "OTHER")


@pytest.mark.parametrize(
    ("host", "external"),
    [
        ("api.example.com", True),
        ("API.Example.com.", True),
        ("8.8.8.8", True),
        ("[2001:4860:4860::8888]", True),
        ("[::1]", False),
        ("db.Internal.", False),
        ("api", False),
        ("json-schema.org", False),
    ],
)
def test_a_host_outside_is_one_however_it_is_written(host: str, *, external: bool) -> None:
    """Once for each variable, whatever it has of them."""
    catches(rule, context("prod", f"OTHER=http://{host}/x http://{host}/y\n"), int(external))


@pytest.mark.parametrize(
    "url",
    ["https://api.payments.com", "http://api:8000", "http://127.0.0.1:80", "http://10.1.2.3/", "http://db.prod.internal/",
     "http://[::1]:8080/", "http://localhost/", "http://www.w3.org/2000/svg"],
)  # fmt: skip
def test_catches_not_inner_or_encrypted_ones(url: str) -> None:
    """Services of the stack, this machine and private networks."""
    catches_not(rule, context("prod", f"OTHER={url}\n"))


def test_catches_not_in_development() -> None:
    """There it is usual."""
    catches_not(rule, context("dev", "OTHER=http://api.payments.com/v1\n"))
