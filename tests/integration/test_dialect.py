"""Our reading of env files, and our prediction of Compose's, held to the real `docker compose`."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dotenv import dotenv_values
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dockgate.core.errors import ConfigError
from dockgate.env import compose_dialect, dialect, env_files, quoting
from dockgate.env.dialect import Agreement
from tests.dialect_table import CONTEXT, TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockgate.env.env_files import Assignment

Reading = dict[str, str] | None
PLUGIN = Path("/usr/libexec/docker/cli-plugins/docker-compose")


class Compose:
    """Reads env files with the real program: many in one run, alone where it refuses one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        docker = shutil.which("docker")
        assert docker, "this test needs docker compose"
        self.program = [str(PLUGIN)] if PLUGIN.exists() else [docker, "compose"]

    def read(self, texts: Sequence[str]) -> dict[str, Reading]:
        """Return what Compose makes of each text; those it will refuse are not put together with others."""
        accepted = [text for text in texts if predicted(text) is not None]
        alone = [text for text in texts if predicted(text) is None]
        return {**self._together(accepted), **{text: self._together([text])[text] for text in alone}}

    def _together(self, texts: Sequence[str]) -> dict[str, Reading]:
        if not texts:
            return {}
        services = {}
        for number, text in enumerate(texts):
            (self.folder / f"{number}.env").write_bytes(text.encode())
            services[f"s{number}"] = {"image": "none", "env_file": [f"{number}.env"]}
        resolved = self.config({"services": services}, Path(os.devnull))
        if resolved is not None:
            return {text: resolved[f"s{number}"] for number, text in enumerate(texts)}
        half = len(texts) // 2
        return {**self._together(texts[:half]), **self._together(texts[half:])} if half else {texts[0]: None}

    def config(self, document: dict[str, object], env_file: Path) -> dict[str, dict[str, str]] | None:
        """Return the environment of each service, None where Compose refuses."""
        file = self.folder / "compose.json"
        file.write_text(json.dumps({"name": "dialect", **document}), encoding="utf-8")
        run = subprocess.run(
            [*self.program, "--env-file", str(env_file), "-f", str(file), "config", "--format", "json"],
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **CONTEXT},
            capture_output=True,
            check=False,
            timeout=60,
        )
        if run.returncode:
            return None
        services = json.loads(run.stdout)["services"]
        return {name: unescaped(service.get("environment") or {}) for name, service in services.items()}


def unescaped(environment: dict[str, str]) -> dict[str, str]:
    """Undo the doubling of `$` by which `config` prints a value."""
    return {name: value.replace("$$", "$") for name, value in environment.items()}


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Compose:
    """Return Compose, with a folder of its own."""
    return Compose(tmp_path_factory.mktemp("dialect"))


@pytest.fixture(autouse=True)
def only_the_context(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let python-dotenv see the same variables as Compose."""
    for name in ("A", "B", "NOPE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in CONTEXT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(logging.getLogger("dotenv.main"), "disabled", True)


def predicted(text: str) -> Reading:
    """Return what the model says that Compose makes of `text`."""
    try:
        read = compose_dialect.read(text.removeprefix("\ufeff"), CONTEXT.get)
    except compose_dialect.RefusedError:
        return None
    values = ((name, CONTEXT.get(name) if value is None else value) for name, value in read)
    return {name: value for name, value in values if value is not None}


def statements(text: str) -> tuple[Assignment, ...]:
    """Return the statements of `text` as Dockgate reads them."""
    layer = env_files.parse(text, "x.env", "x")
    return (*layer.assignments, *layer.unparsed)


def ours(text: str) -> Reading:
    """Return what Dockgate makes of `text`, None where it refuses a statement."""
    values = {each.name: dialect.meaning(each, CONTEXT) for each in statements(text) if each.value is not None}
    refused = any(not each.name or dialect.meaning(each, CONTEXT) is None for each in statements(text))
    return None if refused else {name: value for name, value in values.items() if value is not None}


def verdicts(text: str) -> set[Agreement]:
    """Return the verdicts on the statements of `text`."""
    return {dialect.compare(each, CONTEXT) for each in statements(text)}


def wrong(text: str, real: Reading) -> str:
    """Return how DG110 fails on `text`: a silent disagreement or a false alarm; empty where it is right."""
    found = verdicts(text)
    alike = real == ours(text)
    if Agreement.DIFFERENT not in found and not alike:
        return f"silent disagreement: {text!r}: Compose {real}, ours {ours(text)}"
    own = dict(dotenv_values(stream=io.StringIO(text.replace("\r\n", "\n"))))
    if not found - {Agreement.ALIKE} and own != real:
        return f"silent disagreement: {text!r}: Compose {real}, python-dotenv {own}"
    if len(statements(text)) == 1 and found == {Agreement.APART_FROM_DOTENV} and own == real:
        return f"false alarm: {text!r} is {real} to both"
    bare = any(each.value is None for each in statements(text))
    if len(statements(text)) == 1 and found == {Agreement.DIFFERENT} and alike and not bare and real is not None:
        return f"false alarm: {text!r} is {real} to both"
    return ""


def test_the_table_is_what_compose_says_and_every_verdict_on_it_is_right(compose: Compose) -> None:
    """Over 400 fixed statements: Compose reads them as recorded, no disagreement is silent, no alarm false."""
    assert len(TABLE) >= 400
    real = compose.read([text for text, _ in TABLE])
    assert {text: real[text] for text, _ in TABLE} == dict(TABLE)
    assert [problem for text, _ in TABLE if (problem := wrong(text, real[text]))] == []


def test_an_env_file_for_interpolation_is_read_like_one_of_a_service(compose: Compose) -> None:
    """`--env-file` has the grammar of `env_file:`: what all read alike has the same value there."""
    alike = [text for text, _ in TABLE if text.startswith("A=") and verdicts(text) == {Agreement.ALIKE}]
    alike = [text for text in alike if len(statements(text)) == 1]
    wanted = {f"A{number}": (ours(text) or {})["A"] for number, text in enumerate(alike)}
    file = compose.folder / "all.env"
    file.write_bytes("".join(f"A{number}{text[1:]}\n" for number, text in enumerate(alike)).encode())
    environment = {name: f"${{{name}}}" for name in wanted}
    assert len(wanted) > 80
    resolved = compose.config({"services": {"s": {"image": "none", "environment": environment}}}, file)
    assert resolved == {"s": wanted}


ATOMS = st.sampled_from(
    [
        *"ab1 =:-+?#'\"\\$}{\t_.",
        *(" #", "\n", "\r\n", "$$", "${SET}", "${NOPE}", "${EMPTY:-", "${NOPE-", "${SET+", "${SET:?", "${NOPE:?"),
        *("${EMPTY?", "$SET", "$NOPE", "${", "\\n", "\\'", '\\"', "\\$", "\\\\", "\\0101", "\\0", "\\t"),
        *("\u00e9", "\u2003", "\x0b", "\x1c", "\xa0", "\x85", "\u2028", "\u017f", "export ", "A=", "B="),
    ]
)
KEYS = st.sampled_from(
    [
        *["A"] * 9,
        "A ",
        "export A",
        " A",
        "A.B",
        "A-B",
        "'A'",
        "1A",
        "\u00c9",
        "A B",
        "export",
        "",
        "A\t",
        "\u2003A",
        "A#",
    ]
)
SEPARATORS = st.sampled_from([*["="] * 9, " = ", "= ", " =", ":", ": ", "=\t", "=\x0b", "", "=\u2003", "=\x1c"])
# Shrinking would run Compose hundreds of times; the message of a failure names the one statement anyway.
GENERATED = settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
ENDS = st.sampled_from([*["\n"] * 5, "", "\r\n", "\n\n#c\n", " #c\n", " # c", "\t#c\n", " ", "\n \n"])
QUOTES = st.sampled_from(["", "", "", "'", '"'])


@st.composite
def statement(draw: st.DrawFn) -> str:
    """Draw a statement: mostly a name and a value in matching quotes, with what trips parsers inside."""
    body, quote = "".join(draw(st.lists(ATOMS, max_size=8))), draw(QUOTES)
    return f"{draw(KEYS)}{draw(SEPARATORS)}{quote}{body}{quote}{draw(ENDS)}"


def readable(texts: Sequence[str]) -> Iterator[str]:
    """Go through the texts that Dockgate reads at all, few of those that Compose is predicted to refuse."""
    refused = 0
    for text in dict.fromkeys(texts):
        try:
            env_files.parse(text, "x.env", "x")
        except ConfigError:
            continue
        refused += predicted(text) is None
        if predicted(text) is not None or refused <= 3:
            yield text


@settings(GENERATED, max_examples=25)
@given(texts=st.lists(statement(), min_size=60, max_size=60))
def test_verdicts_on_generated_statements_are_right(compose: Compose, texts: list[str]) -> None:
    """Whatever is generated: no disagreement is silent, no alarm false."""
    chosen = list(readable(texts))
    real = compose.read(chosen)
    assert [problem for text in chosen if (problem := wrong(text, real[text]))] == []


@settings(GENERATED, max_examples=10)
@given(values=st.lists(st.lists(ATOMS, max_size=12).map("".join), min_size=40, max_size=40))
def test_a_quoted_value_arrives_as_it_was(compose: Compose, values: list[str]) -> None:
    """`quote` spells any value so that Compose and Dockgate read the same."""
    spelt = {f"A={quoting.quote(value)}\n": value for value in values}
    assert {text: ours(text) for text in spelt} == {text: {"A": value} for text, value in spelt.items()}
    assert compose.read(list(spelt)) == {text: {"A": value} for text, value in spelt.items()}
