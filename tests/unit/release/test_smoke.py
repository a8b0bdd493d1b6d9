"""Does a stack answer with the version that it should run: asked again for a while."""

from __future__ import annotations

import io
import ssl
import urllib.error
import urllib.request
from email.message import Message
from http.client import BadStatusLine
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ToolFailedError
from dockgate.engine.containers import Port
from dockgate.release import smoke
from dockgate.release.promotion import promoted
from dockgate.system import audit
from tests.unit import projects
from tests.unit.stack.startup.stacks import container

if TYPE_CHECKING:
    from pathlib import Path

GATEWAY = container("gateway", "running", "healthy", ports=(Port(8443, 4443, "127.0.0.1"),))


def answering(monkeypatch: pytest.MonkeyPatch, *answers: tuple[int, str]) -> list[str]:
    """Let the stack answer with these, then with the last one; return what is asked."""
    asked: list[str] = []

    def ask(url: str) -> tuple[int, str]:
        asked.append(url)
        return answers[min(len(asked), len(answers)) - 1]

    monkeypatch.setattr(smoke, "_ask", ask)
    monkeypatch.setattr(smoke, "AGAIN", 0.0)
    return asked


def test_a_stack_may_take_a_moment_to_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its gateway may still have the old address."""
    stage = projects.stack(projects.make(tmp_path))
    asked = answering(monkeypatch, (502, ""), (200, '"1.0.0"'), (200, '"1.1.0"'))
    assert smoke.ask(stage, (GATEWAY,), "/version", "1.1.0") == ["https://127.0.0.1:4443/version"]
    assert len(asked) == 3


def test_what_each_address_answered_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as it fits on a line; after ten seconds."""
    answering(monkeypatch, (502, ""), (200, "0123456789" * 9))
    monkeypatch.setattr(smoke, "time", SimpleNamespace(monotonic=iter((7.0, 17.0)).__next__))
    web = container("web", "running", "healthy", ports=(Port(8080, 4480, "127.0.0.1"),))
    with pytest.raises(ToolFailedError) as error:
        smoke.ask(projects.stack(projects.make(tmp_path)), (GATEWAY, web), "/version", "2.0")
    answers = f"https://127.0.0.1:4443/version: 502 ; http://127.0.0.1:4480/version: 200 {'0123456789' * 8}"
    assert error.value.what == f"shop-dev does not answer with its version 2.0: {answers}"


def test_without_an_address_nothing_is_green(tmp_path: Path) -> None:
    """Nothing could be asked."""
    with pytest.raises(ToolFailedError, match="publishes no address"):
        smoke.ask(projects.stack(projects.make(tmp_path)), (), "/version", "1.0")


@pytest.mark.parametrize(("answer", "result"), [("1.1.0", "healthy"), ("1.0.0", "failed")])
def test_a_promoted_release_is_green_only_where_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, result: str
) -> None:
    """The audit log, which promotes further, says the same."""
    project = projects.make(tmp_path, f'{projects.PYPROJECT}\n[tool.dockgate.release]\nsmoke = "/version"\n')
    pointer = SimpleNamespace(version="1.1.0", manifest="sha256:1")
    situation: Any = SimpleNamespace(project=project, pointer=lambda _name: pointer)
    answering(monkeypatch, (200, answer))
    monkeypatch.setattr(smoke, "PATIENCE", 0.0)
    up: Any = SimpleNamespace(outcome=SimpleNamespace(failed=()), containers=(GATEWAY,))
    if result == "healthy":
        assert promoted.recorded(situation, projects.stack(project), lambda: up) is up
    else:
        with pytest.raises(ToolFailedError, match="does not answer"):
            promoted.recorded(situation, projects.stack(project), lambda: up)
    assert [(line["action"], line["result"]) for line in audit.lines(project)] == [("up", result)]


def test_a_stack_that_failed_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its report is what counts."""
    project = projects.make(tmp_path, f'{projects.PYPROJECT}\n[tool.dockgate.release]\nsmoke = "/version"\n')
    pointer = SimpleNamespace(version="1.1.0", manifest="sha256:1")
    situation: Any = SimpleNamespace(project=project, pointer=lambda _name: pointer)
    asked = answering(monkeypatch, (200, "no"))
    up: Any = SimpleNamespace(outcome=SimpleNamespace(failed=("api",)))
    promoted.recorded(situation, projects.stack(project), lambda: up)
    assert asked == []


class Answer(io.BytesIO):
    """An answer of a stack."""

    status = 203


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        (Answer(b"1.0.0 \xff" + b"x" * smoke.MOST), (203, "1.0.0 \ufffd" + "x" * (smoke.MOST - 7))),
        (urllib.error.HTTPError("u", 502, "Bad Gateway", Message(), None), (502, "")),
        (OSError("refused"), (0, "refused")),
        (BadStatusLine("SSH-2.0\r\n"), (0, "SSH-2.0")),
    ],
)
def test_an_address_is_asked_once_and_without_a_proxy(
    monkeypatch: pytest.MonkeyPatch, answer: Answer | Exception, heard: tuple[int, str]
) -> None:
    """For ten seconds, whatever its certificate says; an error is an answer, too."""

    def opener(proxies: urllib.request.ProxyHandler, secure: urllib.request.HTTPSHandler) -> Any:
        assert getattr(proxies, "proxies") == {}  # noqa: B009 - typeshed does not know it
        trust: ssl.SSLContext = getattr(secure, "_context")  # noqa: B009 - as above
        assert (trust.check_hostname, trust.verify_mode) == (False, ssl.CERT_NONE)
        return SimpleNamespace(open=respond)

    def respond(url: str, *, timeout: float) -> Answer:
        assert (url, timeout) == ("https://127.0.0.1:4443/version", 10.0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(urllib.request, "build_opener", opener)
    assert smoke._ask("https://127.0.0.1:4443/version") == heard
