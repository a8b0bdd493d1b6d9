"""What a line of a file assigns to which name: settings, programs and prose say it in different ways; pure."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dockgate.detection.templates import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterator


class Form(StrEnum):
    """How a file is written; what is none of the others holds settings: env files, YAML, shell scripts."""

    SETTINGS = "settings"
    PROGRAM = "program"
    PROSE = "prose"
    LOCK = "lock"


_PROGRAMS = frozenset(
    "py pyi pyw js mjs cjs jsx ts mts cts tsx vue svelte go rs rb php java kt kts scala groovy gradle cs fs vb c h cc "
    "cpp cxx hh hpp m mm swift dart lua pl pm r jl ex exs erl clj cljs cljc edn "
    "hs ml nim zig sql tf tfvars hcl proto ipynb css scss ps1 html htm xhtml twig jinja jinja2 j2 hbs handlebars "
    "mustache ejs erb haml slim pug liquid njk astro cshtml razor svg map gemspec rake ru podspec bzl bazel star "
    "bicep psql pgsql psm1 psd1 cake csx lalrpop heex leex eex sface graphql graphqls gql prisma sol vy move "
    "cairo cr d f90 f95 pas dpr lisp el scm rkt mli fsx fs vhd v sv gd glsl hlsl wgsl cu metal asm jsonnet "
    "libsonnet cue rego dhall hx purs elm res coffee litcoffee styl less sass thrift fbs avdl capnp qml xaml "
    "axaml jsp jspx gsp aspx ascx asp cls trigger vbs au3 ahk tcl awk stan sas ipp inl tcc ino pde".split()
)
# Behind the suffix that says how a file is written.
_AROUND = frozenset(".min .gotmpl .example .sample .dist .bak .orig .old .gz .bz2 .xz .zst".split())
_PROGRAM_NAMES = frozenset(
    "vagrantfile rakefile gemfile jenkinsfile fastfile podfile capfile guardfile berksfile dangerfile brewfile "
    "tiltfile sconstruct snakefile".split()
)
_INTERPRETED = re.compile(
    r"#!\S*(?:\s+-\S+)*[/\s](?:python|node|ruby|perl|php|lua|deno|bun|Rscript|tclsh|escript|elixir)"
)
# What a package manager writes: names, versions and checksums.
_LOCKS = re.compile(
    r"(?:.*[.-])?lock(?:file|b)?(?:\.(?:json|ya?ml|hcl|toml))?|npm-shrinkwrap\.json|go\.(?:sum|mod)|.*\.sum|.*\.resolved|"
    r"packages\.lock\.json|gradle\.lockfile|verification-metadata\.xml|yarn-[\d.]+\.c?js|project\.assets\.json|"
    r"mix\.lock|requirements[\w.-]*\.txt|\.secrets\.baseline|deps\.nix|renv\.lock|.*\.har|.*\.ipynb_checkpoints"
)
_TRANSLATIONS = frozenset("i18n l10n locale locales lang langs languages translations messages".split())
_PROSE = frozenset("md markdown mdx rst adoc org tex po pot xlf xliff resx arb ftl".split())
_TRANSLATED = re.compile(
    r".*_(?:cs|da|de|el|en|es|fi|fr|hu|it|ja|ko|nl|no|pl|pt|ro|ru|sv|tr|uk|zh)(?:_\w+)?\.properties"
)
# From its beginning: from each letter of a long line without blanks it would be looked at to the end. A letter first,
# then what must not stand around it: for a letter a search goes ahead at once. As a whole: what follows is in no name.
_AT = r"(?P<name>[A-Za-z_](?<![\w.].)(?<!\w-.)(?!(?<=e)nv:)[\w.-]*+)"
LITERAL = r"""(?:"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|`[^`]*+`)"""
# In quotes, or up to a blank that stands in no reference; `#` begins a comment behind a blank only.
VALUE = rf"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?:{REFERENCE}|(?<=[=:])\#|[^\s\#,;])(?:{REFERENCE}|\S)*+)"""
_ASSIGNMENT = re.compile(
    rf"""{_AT}["']?\s*(?P<sign>::?=|\?=|=>|=|:(?![/:]|\s*[\[{{]))\s*"""
    rf"""(?:(?:!!\w+|&\w+)[ \t]+)?(?P<value>{VALUE})"""
)
# `password = "…"`, `password: str = "…"`, `{"password": "…"}`, `password := "…"`, `'password' => '…'`, `token == "…"`
_NAMED = re.compile(
    rf"""{_AT}["']?\]?\s*+(?::\s*+[\w.&<>|?\[\],][\w.&<>|?\[\], ]{{0,79}}?\s{{0,8}}|(?<=\s)(?:string|\[\]byte)\s*+)?"""
    rf"""(?P<sign>\|\|=|\?\?=|:=|=>|===?|=|:)\s*[bBuU]?(?P<value>{LITERAL})"""
)
# `live_view: [signing_salt: "…"]`: what looks like the type of one is the name of another.
_INNER = re.compile(r":.*?(?P<name>[A-Za-z_]\w*)\s*\Z")
_LITERALS, _PREFIX = re.compile(LITERAL), re.compile(r"(?<!\w)[A-Za-z]{0,2}\Z")
_LONGEST_PREFIX = 2  # letters: `rb"…"`
_PLAIN = ("", "b", "u")  # not raw, which expressions are, and not put together
_COMMENT = re.compile(r"\s*(?:#|//|>>>|/?\*(?!.{0,2000}?\*/\s*[^\s*/])|--|;|<!--)")
# A line of a block of settings in the midst of prose, or in a text over several lines.
_SETTING = re.compile(
    r"\s*(?:export\s+|\$\s+)?[A-Za-z_][A-Za-z0-9_.]*=(?=\S*\d)(?=\S*[A-Za-z])[^\s()\[\]{}`]*[^\s()\[\]{}`,;]\s*"
)
# What a program puts together: the text alone is no value.
_FORMATTED = re.compile(
    r"\{[A-Za-z_]?[\w.()\[\]!:]*\}|%[sdrv(]|\$\d|\\\(|^\{\{|"
    # What stands between two texts: `" + get("`.
    r"^\)?[+.,&:]\s|^[)\]}]*[+,&:?][^\"'(\[]*+[(\[](?:[^\"']*[(\[+=,])?$|^['\"]\s?[.+]\s?[\w$(]|"
    r"^[:?<@]\w*>?$|^@[A-Z]\w*(?:\.\w+|\([\w.]*\))+$|^[a-z][A-Za-z]*\([^)]*\)$"
)
# An expression of a program, which only says where the value comes from: calls with nothing but members behind them.
_ARGUMENTS = r"(?:\((?:[^()]|\([^()]*\))*+\)|\[[^\[\]]*+\])"
_CODE = re.compile(
    r"\$?(?:\.[A-Z]\w*)(?:\.\w+)+|[A-Za-z_]+[)\]}][)\]},;]*|"
    r"New-Object|Read-Host|ConvertTo-SecureString|(?:Get|Import|Invoke)-(?:[A-Z][a-z]+)+|\([A-Za-z_]\w*(?:\.\w+)+\)?|"
    rf"[A-Za-z_][\w.]*+(?:{_ARGUMENTS}|\.[A-Za-z_]\w*+)+[;,)\]}}]*|[A-Za-z_][\w.]*+[(\[][^()\[\]]*+(?:[(\[].*)?|"
    r"(?:self|cls|this|settings|config|cfg|conf|options|opts|args|params|props|env|environ|process|"
    r"request|req|ctx|context|app|values|data|secrets|vault|os|import|credentials|user)\.[A-Za-z_][\w.]*[,;)\]}]*"
)
_QUOTES = "\"'`"
# Of a text in quotes that began in front of the name: `"-e password=X"]`.
_ENDED = re.compile(r"""(?P<value>[^"'`]+)["'`][\])},;]*""")
_YAML_SPECIAL = "&*|>!"  # behind a colon no value, but an anchor, a block or a tag
_CHOICE, _CLOSE = re.compile(r"\?\s*[\"'`]$"), 10  # `when ? "password" : "pin"`, and how far in front of a name it is
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_MIXED = re.compile(r"(?=.*\d)(?=.*[^\W\d])\S+")
_SHORTEST_STATED = 8  # characters; chosen: the shortest password that a program asks for (NIST SP 800-63B)
_ROLE = re.compile(r"\w+:`")  # of reStructuredText
# In the query of an address of this machine, or of a container by its id, as programs print it.
_LOCAL = re.compile(r"//(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1\]|[0-9a-f]{12})(?::\d+)?/[^\s?]*\?\Z")
_OF_MACHINE = re.compile(r"localhost|[0-9a-f]{12}")
_NEAR = 120  # characters; chosen: longer than such an address
_MARKUP = "`*_\"'|.,:;()<>"
# What programs call things: words, joined, and sentences; a single word is a password only under such a name.
_NAME = re.compile(r"[-_./]*[A-Za-z]+(?:[-_./: ]+[A-Za-z]+)*[-_./:…]*")
_SENTENCE = re.compile(r"\S+(?: \S+){2,}")
_PASSWORD = re.compile(r"pass|pwd|secret", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = str.maketrans({"n": "\n", "r": "\r", "t": "\t"})


def form(path: str, text: str = "") -> Form:
    """Return how a file of this name is written; what is translated is prose, whatever its format.

    Of a script without a suffix its first line says in which language.
    """
    place = PurePosixPath(path)
    if place.suffix in _AROUND and place.stem.count(".") and not place.stem.startswith("."):
        place = place.with_suffix("")
    suffix = place.suffix.removeprefix(".").lower()
    if _LOCKS.fullmatch(place.name.lower()):
        return Form.LOCK
    translated = _TRANSLATED.fullmatch(place.name) or not _TRANSLATIONS.isdisjoint(map(str.lower, place.parts[:-1]))
    if suffix in _PROSE or (translated and ".min" not in place.suffixes):
        return Form.PROSE
    program = suffix in _PROGRAMS or place.name.lower() in _PROGRAM_NAMES or bool(_INTERPRETED.match(text))
    return Form.PROGRAM if program else Form.SETTINGS


def assigned(line: str, written: Form = Form.SETTINGS) -> Iterator[tuple[str, str]]:
    """Yield names and values, quoted or not, that a line assigns."""
    if written is Form.LOCK or not (":" in line or "=" in line):
        return iter(())
    if written is Form.SETTINGS or _SETTING.fullmatch(line):
        return _settings(line)
    return _prose(line) if written is Form.PROSE or _COMMENT.match(line) else _program(line)


def is_quoting(line: str) -> bool:
    """Return whether there is a quote in a line; looking for texts in quotes takes ten times as long."""
    return '"' in line or "'" in line or "`" in line


def literals(line: str) -> Iterator[str]:
    """Yield the texts in quotes that a line of a program holds and that are values as they stand."""
    for match in _LITERALS.finditer(line):
        prefix = _PREFIX.search(line, max(0, match.start() - _LONGEST_PREFIX), match.start())
        text = _ESCAPED.sub(lambda found: found[1].translate(_ESCAPES), match[0][1:-1])
        if text and prefix and prefix[0].lower() in _PLAIN and not _FORMATTED.search(text):
            yield text


def _settings(line: str) -> Iterator[tuple[str, str]]:
    for match in _ASSIGNMENT.finditer(line):
        special = ":" in match["sign"] and match["value"][0] in _YAML_SPECIAL
        value = _value(line, match)
        if not special and not _CODE.fullmatch(value):
            yield match["name"], value


def _value(line: str, match: re.Match[str]) -> str:
    """Return the value of an assignment; in the query of an address, up to the next one."""
    value = match["value"]
    if line[max(0, match.start() - 1) : match.start()] in ("?", "&"):
        return value.partition("&")[0] or value
    ended = None if value[0] in _QUOTES else _ENDED.fullmatch(value)
    return ended["value"] if ended else value


def _program(line: str) -> Iterator[tuple[str, str]]:
    for match in _NAMED.finditer(line) if is_quoting(line) else ():
        inner = _INNER.search(line, match.end("name"), match.start("sign")) if match["sign"] == ":" else None
        name, text = inner["name"] if inner else match["name"], match["value"][1:-1].strip()
        compared = match["sign"].startswith("==") and not any(map(str.isdigit, text))
        chosen = _CHOICE.search(line, max(0, match.start() - _CLOSE), match.start())
        if not (compared or chosen) and is_value(name, text):
            yield name, match["value"]


def is_value(name: str, text: str) -> bool:
    """Return whether a text in quotes in a program is a value: not put together, no sentence, no name of a thing."""
    word = _PASSWORD.search(name) and text.isalpha()
    return not (_FORMATTED.search(text) or _SENTENCE.fullmatch(text) or (is_name(text) and not word))


def is_member(text: str) -> bool:
    """Return whether a text without quotes in a program is a member of something: `config.AccessKey`."""
    return bool(_DOTTED.fullmatch(text))


def is_name(text: str) -> bool:
    """Return whether a text is what programs call a thing: words, one or several that are joined, without a digit."""
    return bool(_NAME.fullmatch(text))


def _prose(line: str) -> Iterator[tuple[str, str]]:
    """Yield what looks assigned and has a digit: a word behind a colon goes on with the sentence."""
    for match in _ASSIGNMENT.finditer(line):
        value = _value(line, match)
        text, called = value.strip(_MARKUP), _CODE.fullmatch(value.strip("`"))
        local = _LOCAL.search(line, max(0, match.start() - _NEAR), match.start()) or (
            _OF_MACHINE.fullmatch(match["name"]) and line.startswith("//", match.start() - 2)
        )
        if "..." not in value and not (called or local) and is_stated(text) and not _ROLE.match(value):
            yield match["name"], text


def is_comment(line: str) -> bool:
    """Return whether a line of settings or a program is a comment."""
    return bool(_COMMENT.match(line))


def is_stated(text: str) -> bool:
    """Return whether what stands behind a sign in a sentence is a value: with a digit, and not put together."""
    return (
        len(text) >= _SHORTEST_STATED
        and bool(_MIXED.fullmatch(text))
        and not (_CODE.fullmatch(text) or _FORMATTED.search(text))
    )
