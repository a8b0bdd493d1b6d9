"""Health checks as people write them: those that can fail, and those that cannot."""

from __future__ import annotations

import shlex

import pytest

from dockgate.compose.probe import DEEPEST, cannot_fail

HOLLOW: list[list[str] | str] = [
    ["CMD-SHELL", "true", "x"], "! /bin/false", "{ curl x || exit 0; }", "exit 0 2>&1", "set -x; curl x; true",
    ["CMD", "ruby", "-e", "1"], ["CMD", "perl", "-e", ""], "env -i", "(true)", ["CMD", "node", "-e", "0", ";"],
    "[ 1 -ge 1 ]", "test 2 -le 2", "[ '' == '' ]",
    "true", ":", "exit 0", "exit", "echo ok", "curl -f x || true", "curl x ||true", "curl x || exit 0",
    "curl x || :", "curl x; exit 0", "curl x; true", "exit 0; curl x", "curl x || echo bad", "curl x | cat || :",
    "curl x\nexit 0", "curl x &", "curl a && curl b || true", "A=1 true", "! false", "test 1", "[ 1 ]", "sleep 1",
    "bash -c 'exit 0'", "curl x || exit 0;", "curl x \\\n  || exit 0", ["CMD", "true"], ["CMD", "/bin/true"],
    ["CMD", "sh", "-c", "exit 0"], ["CMD", "/bin/sh", "-ec", "curl x || true"], ["CMD-SHELL", "/bin/true"],
    ["CMD", "echo", "ok"], ["CMD", "env", "true"], "[ 1 = 1 ]", "test 1 -eq 1", "[ x == x ] || curl x", "curl x | cat",
    "curl x | tee", "curl x | head -1", "(curl x || true)", "{ curl x || true; }", "( curl x; exit 0 )",
    ["CMD", "busybox", "true"], ["CMD", "python", "-c", "pass"], ["CMD", "python3", "-c", "exit(0)"],
    ["CMD", "node", "-e", "0"], ["CMD", "node", "-e", ""], ["CMD", "ls"], "ls -l",
    "if curl x; then exit 0; else exit 0; fi", "if curl x; then true; fi", "if curl x; then echo ok; else echo bad; fi",
    "if curl x\nthen exit 0\nelif curl y\nthen exit 0\nelse exit 0\nfi",
    "if a; then if b; then exit 0; else exit 0; fi; else exit 0; fi", "if curl x; then exit 0; fi; exit 0",
    ["CMD", "sh", "-c", "if curl x; then exit 0; else exit 0; fi"], "curl x || if y; then true; fi",
    "(curl x) || true", "(curl x)||true", "{ curl x; } || true", "(curl x; echo ok) > /dev/null 2>&1", "! false",
    "((curl x); (curl y) || true)", "(curl x || exit 1) || true", "curl x || true || exit 1", "curl x && exit; true",
    "echo $(curl x)", "echo $(curl $(hostname))", "A=$(curl x); echo $A", "A=$(curl x) true", "echo $((1+1))",
    "echo `curl x`", "export A=$(curl x)", "exec true", "command true", "nohup true", "timeout 3 true",
    ["CMD", "timeout", "-s", "9", "3s", "true"], "curl x | xargs -r echo", "curl x | sed s/a/b/",
    "curl x | awk '{print $1}'",
    "set -e; curl x || true", "set -e; true; exit 0", "set -o pipefail; true | echo", "echo '(ok)'",
    "if (curl x); then true; fi", "a_1=x true", ["CMD", "sh", "-c", "curl pipefail | cat"],
]  # fmt: skip
REAL: list[list[str] | str] = [
    "true || a && curl x", "curl x || exit 0; curl y", "{ exit 0; } &",
    "curl x; { exit 0; }", ["CMD", "sh", "-c", "curl x", "true"],
    ["CMD", "test", "`a`"], ["CMD", "sh", "-ec", "curl x; true", "name"],
    "curl -f x", "curl -f x || exit 1", "pg_isready -U x", "true && curl x", "exit 1", "false", "! true",
    "test -f /x", "[ -f /x ]", "curl x | grep -q ok", "wget x && exit 0 || exit 1",
    "if curl x; then exit 0; else exit 1; fi", "exit $X", "redis-cli ping | grep PONG",
    "echo ruok | nc localhost 2181", "sh /check.sh", "echo a > /dev/tcp/localhost/80", "cat < /dev/tcp/127.0.0.1/80",
    "[ $(x) = y ]", "(curl x)", "kill -0 1", 'test "$(redis-cli ping)" = PONG', "set -e; curl x; exit 0",
    "set -e; curl x; true", "curl 'x", "test $READY", ["NONE"], ["CMD", "probe"], ["CMD", "sh", "/check.sh"],
    "[ 1 = 2 ]", "[ $A = $A ]", "cat /run/ready", "ls /run/ready", "curl x | tail -1 /run/ready", "{ curl x; }",
    ["CMD", "busybox", "wget", "x"], ["CMD", "python", "-c", "import urllib.request as u; u.urlopen('http://x')"],
    ["CMD", "python", "/check.py"], ["CMD", "node", "-e", "require('http').get('http://x')"],
    "if curl x; then exit 0; fi; exit 1", "if ! curl x; then exit 1; fi; exit 0", "if curl x; then curl y; fi",
    "if a; then if b; then exit 0; else exit 1; fi; fi", "if curl x; exit 1; then exit 0; fi", "if curl x; then exit 0",
    "curl x || exit 1; exit 0", "curl x || exit; exit 0", "curl x && exit 1; true", "set -o pipefail; curl x | cat",
    "set -euo pipefail; curl x | cat", "set -o errexit; curl x; true", "set -e; curl x; exit",
    ["CMD", "sh", "-ec", "curl x; true"],
    ["CMD", "bash", "-o", "pipefail", "-c", "curl x | cat"], ["CMD", "bash", "-eo", "pipefail", "-c", "curl x | cat"],
    "(curl x) && true", "! (curl x)", "! $(curl x)", "(curl x || exit 1); exit", "{ curl x || exit 1; }; exit 0",
    "A=$(curl x)", "$(which true)",
    "exit $(curl x)", "(exit 1)", "timeout 3 curl x", "exec curl x", "curl x | xargs cat", "curl x | sed '/ok/q1'",
    "curl x | awk '/ok/ {exit 1}'", "case $(curl x) in ok) exit 0;; *) exit 1;; esac",
    "while ! curl x; do sleep 1; done",
    "if curl x; then exit; else exit; fi", "f() { curl x; }; f", "echo '(' ; curl x", "sh -c ''",
    "if curl x; then exit 0; else exit $?; fi", "curl x; exit",
    "curl x && exit", ["CMD", "bash", "--rcfile", "true", "-c", "curl x"],
    ["CMD"], [], ["CMD", "bash", "-c", "sh -c \"sh -c 'sh -c \\\"curl\\\"'\""],
]  # fmt: skip


@pytest.mark.parametrize("test", HOLLOW, ids=str)
def test_a_check_that_always_succeeds_is_told(test: list[str] | str) -> None:
    """Alone, at the end of a list, behind `||`, in a shell in a shell."""
    assert cannot_fail(test)


def test_shells_within_shells_are_read_as_deep_as_a_person_writes() -> None:
    script = "true"
    for depth in range(DEEPEST + 2):
        assert cannot_fail(script) is cannot_fail(["CMD-SHELL", script]) is (depth <= DEEPEST)
        assert cannot_fail(["CMD", "sh", "-c", script]) is (depth < DEEPEST)
        script = f"sh -c {shlex.quote(script)}"


@pytest.mark.parametrize("test", REAL, ids=str)
def test_a_check_that_can_fail_is_not(test: list[str] | str) -> None:
    """What is not understood is taken for one that can."""
    assert not cannot_fail(test)
