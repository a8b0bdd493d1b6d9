"""Reading env files: places, quoting, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockgate.core.errors import ConfigError, DockgateError
from dockgate.core.location import Location
from dockgate.env import env_files

if TYPE_CHECKING:
    from pathlib import Path


LONE = "contains a carriage return without a line feed: Compose would read one long line → end lines with LF (or CRLF)"


def origins(text: str) -> list[tuple[str, int, int]]:
    layer = env_files.parse(text, "x.env", "x")
    return [(each.name, each.origin.line, each.origin.column) for each in (*layer.assignments, *layer.unparsed)]


def refused(root: Path, path: str) -> str:
    with pytest.raises(ConfigError) as caught:
        env_files.read(root, path, "x")
    return str(caught.value).replace("\n ", "")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("A=1\nB=2\n", [("A", 1, 1), ("B", 2, 1)]),
        ("\n\n# comment\n\n   A=1\n", [("A", 5, 4)]),
        ("  export A=1\n", [("A", 1, 10)]),
        ("\n\n  A=1\n", [("A", 3, 3)]),
        ("A='x\ny'\nB=2", [("A", 1, 1), ("B", 3, 1)]),
        ("\r\nA=1\r\n\r\nB='x\r\ny'\r\nC=3\r\n", [("A", 2, 1), ("B", 4, 1), ("C", 6, 1)]),
        ("\ufeffA=1\n", [("A", 1, 1)]),
        ("A=1\n\n  B='open\nC=3\n", [("A", 1, 1), ("C", 4, 1), ("", 3, 3)]),
    ],
)
def test_a_statement_has_the_line_and_column_of_its_name(text: str, places: list[tuple[str, int, int]]) -> None:
    """Blank lines, comments, `export` and line ends before a name do not shift its place."""
    assert origins(text) == places


@pytest.mark.parametrize(
    ("text", "interpolate"),
    [("A=${B}", True), ('A="${B}"', True), ("A='${B}'", False), ("export A = '${B}'", False), ("A=x'${B}'", True)],
)
def test_only_single_quotes_make_a_value_literal(text: str, interpolate: bool) -> None:  # noqa: FBT001 - a test case
    """`${B}` in single quotes is no reference."""
    (statement,) = env_files.parse(text, "x.env", "x").assignments
    assert (statement.interpolate, "${B}" in str(statement.value)) == (interpolate, True)


def test_a_bare_name_has_no_value_and_a_blank_one_is_empty() -> None:
    """`A` and `A=` are told apart."""
    assert [each.value for each in env_files.parse("A\nB=\n", "x.env", "x").assignments] == [None, ""]


def test_line_ends_are_kept_in_the_raw_text_and_normal_in_the_value() -> None:
    """CRLF inside quotes: Python reads LF, the statement as written still has CRLF."""
    (statement,) = env_files.parse("A='x\r\ny'\r\n", "x.env", "x").assignments
    assert (statement.value, statement.raw) == ("x\ny", "A='x\r\ny'\r\n")


@pytest.mark.parametrize("noise", ["\x1c\n", "export #c\n"])
def test_what_only_python_dotenv_skips_is_kept_as_unparsed(noise: str) -> None:
    """Lines that python-dotenv takes for blank, and Compose for an error, are not lost."""
    layer = env_files.parse("A=1\n" + noise, "x.env", "x")
    assert [each.origin.line for each in layer.unparsed] == [2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"A=1\nB=\xff\n", "2: byte 0xff is not UTF-8 → save the file as UTF-8"),
        (b"\n\nB=\x0f\xc3\n", "3: byte 0xc3 is not UTF-8 → save the file as UTF-8"),
        (b"A=1\nB=\x00\n\n", "2: contains a NUL byte: not a text file → write the file as UTF-8 text"),
        (b"\n\x00\n\x00", "2: contains a NUL byte: not a text file → write the file as UTF-8 text"),
        (b"A=1\rB=2\r", f"1: {LONE}"),
        (b"\nB='x\ry'\n", f"2: {LONE}"),
        (b"\xff\xfeA\x00=\x001\x00", "1: byte 0xff is not UTF-8 → save the file as UTF-8"),
    ],
)
def test_what_is_no_text_is_an_error_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    """Encoding, NUL and carriage returns are refused before anything is parsed."""
    (tmp_path / "x.env").write_bytes(content)
    assert refused(tmp_path, "x.env") == f"x.env:{said}"


def test_a_statement_is_read_whole() -> None:
    """With its raw text, which is for Compose."""
    layer = env_files.parse("A=1\r\n# c\r\n\r\nexport B='x\r\ny'\r\n'\r\n", "x.env", "dev")
    end = env_files.Assignment("", None, Location("x.env", 6, 1), "dev", raw="'\r\n")
    assert layer == env_files.Layer(
        "dev",
        "x.env",
        (
            env_files.Assignment("A", "1", Location("x.env", 1, 1), "dev", raw="A=1\r\n"),
            env_files.Assignment(
                "B", "x\ny", Location("x.env", 4, 8), "dev", raw="\r\nexport B='x\r\ny'\r\n", interpolate=False
            ),
        ),
        (end,),
    )


def test_a_folder_in_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    """A directory is not an env file."""
    (tmp_path / "x.env").mkdir()
    assert refused(tmp_path, "x.env") == "x.env: is not a regular file → replace it by an env file"


def test_a_link_out_of_the_project_is_refused_and_one_within_is_followed(tmp_path: Path) -> None:
    """Where a link leads decides, not that it is one."""
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "outside.env").write_text("A=1\n")
    (root / "inside.env").write_text("A=2\n")
    (root / "out.env").symlink_to(tmp_path / "outside.env")
    (root / "in.env").symlink_to(root / "inside.env")
    assert refused(root, "out.env") == (
        "out.env: is a link to a file outside the project → replace the link by the file"
    )
    assert [each.value for each in env_files.read(root, "in.env", "x").assignments] == ["2"]


def test_a_link_to_itself_and_a_missing_file_are_errors(tmp_path: Path) -> None:
    """Neither is a traceback."""
    (tmp_path / "loop.env").symlink_to(tmp_path / "loop.env")
    fix = "check the path and its permissions"
    assert refused(tmp_path, "loop.env").startswith("loop.env: cannot be read: Symlink loop from ")
    assert refused(tmp_path, "loop.env").endswith(f"loop.env' → {fix}")
    for path in ("missing.env", "missing/x.env"):
        create = "create it, or correct `layers` in the configuration"
        assert refused(tmp_path, path) == f"{path}: env file does not exist → {create}"
    assert refused(tmp_path, "x\0.env") == f"x\\u0000.env: cannot be read: embedded null byte → {fix}"
    assert refused(tmp_path, "a" * 5000) == f"{'a' * 5000}: cannot be read: File name too long → {fix}"
    (tmp_path / ".env.example").touch()
    copy = "cp .env.example .env, or correct `layers` in the configuration"
    assert refused(tmp_path, ".env") == f".env: env file does not exist → {copy}"


def test_no_value_is_in_the_representation_of_a_statement() -> None:
    """A statement in a traceback shows no value, for it may be a secret's."""
    assert "hunter2" not in repr(env_files.parse("A=hunter2\nB='hunter2", "x.env", "x"))


@settings(deadline=None)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode(errors="surrogatepass")))
def test_only_our_errors_come_out_of_any_file(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever a file holds, it is read or refused."""
    folder = tmp_path_factory.getbasetemp()
    (folder / "fuzz.env").write_bytes(content)
    try:
        layer = env_files.read(folder, "fuzz.env", "x")
    except DockgateError:
        return
    last = content.count(b"\n") + 1
    assert all(1 <= each.origin.line <= last for each in (*layer.assignments, *layer.unparsed))
