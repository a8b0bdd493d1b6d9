from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.findings import Severity
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rules import dg505_credential_in_file as rule
from dockgate.secrets.fingerprints import fingerprint_file
from dockgate.secrets.fingerprints.fingerprint_file import Fingerprints, Sheet
from tests.guardrails.scenes import PROD_PASSWORD, catches, catches_not, context, environment, file, project

if TYPE_CHECKING:
    from dockgate.guardrails.context import Context


HARMLESS = Path(__file__).with_name("harmless")


def committed(text: str, path: str = "compose/prod.yaml") -> Context:
    return context(files=(file(path, text, Kind.COMMITTED),))


@pytest.mark.parametrize(
    "line",
    [f"      POSTGRES_PASSWORD: {PROD_PASSWORD}", f'"apiKey": "{PROD_PASSWORD}",', "token=glpat-" + PROD_PASSWORD[:20],
     "-----BEGIN OPENSSH PRIVATE KEY-----"],
)  # fmt: skip
def test_catches_credentials_about_to_be_committed(line: str) -> None:
    """In YAML, JSON, shell, and by their own form."""
    [hit] = catches(rule, committed(f"services:\n{line}\n"))
    assert hit.location.line == 2


def test_catches_not_references_paths_and_placeholders() -> None:
    """What a Compose file should hold."""
    text = "secrets:\n  DB_PASSWORD: {file: ${DIR}/x}\n  x: &key\nPASSWORD_FILE: /run/secrets/x\nTOKEN: ${TOKEN}\n"
    catches_not(rule, committed(text))


def test_the_fingerprints_are_to_be_committed() -> None:
    """Projects that adopt Dockgate commit them, with their salts; the same anywhere else is looked at."""
    text = fingerprint_file.text(Fingerprints((Sheet("prod", b"Zq3xW9vKt5Lm8RbN/+&%()[]{}rstXYZ"),)))
    catches_not(rule, committed(text, fingerprint_file.FILE))
    catches(rule, committed(text, "other.toml"))


def test_a_program_is_read_as_one() -> None:
    """A literal is a credential; a type, an expression and the first line of a key that it looks for are none."""
    [hit] = catches(rule, committed(f'def f(key: bytes):\n    password = "{PROD_PASSWORD}"\n', "app/db.py"))
    assert hit.location.line == 2
    catches_not(rule, committed("def f(key: bytes, token: str) -> str:\n    key = load(path)\n", "app/db.py"))
    begins = 'text.startswith("-----BEGIN PRIVATE KEY-----")'
    catches_not(rule, committed(f"if {begins}:\n    pass\n", "app/keys.py"))
    catches(rule, committed(f'KEY = """-----BEGIN PRIVATE KEY-----\n{"MC4CAQAwBQYDK2Vw" * 4}\n"""\n', "app/keys.py"))


@pytest.mark.parametrize("path", sorted(HARMLESS.rglob("*.*")), ids=lambda path: path.name)
def test_files_of_a_project_that_holds_no_credential(path: Path) -> None:
    """Workflows, manifests, locks, translations, API descriptions, and programs that speak of tokens and passwords."""
    catches_not(rule, committed(path.read_text(encoding="utf-8"), str(path.relative_to(HARMLESS))))


def test_prose_is_read_as_prose() -> None:
    """What goes on behind a colon is no value."""
    catches_not(rule, committed("The password: how to change it. `--key=FILE`\n", "README.md"))
    catches(rule, committed(f"Log in with `password={PROD_PASSWORD}`.\n", "README.md"))


def test_tests_may_make_up_passwords_but_no_keys_of_providers() -> None:
    """A fixture's password is no finding; a key of a known format is one anywhere."""
    catches_not(rule, committed(f"password = '{PROD_PASSWORD}'\n", "tests/test_login.py"))
    catches(rule, committed("token = 'glpat-" + PROD_PASSWORD[:20] + "'\n", "tests/test_login.py"))


@pytest.mark.parametrize(
    "path",
    ["internal/test_resources/config.yml", "api-tests/login.yml", "src/tests.rs", "phpunit.xml.dist", "shop_tests.go"],
)
def test_what_tests_are_called(path: str) -> None:
    """Folders and files of tests in many languages; what is only called like one is none."""
    catches_not(rule, committed(f'password: "{PROD_PASSWORD}"\n', path))
    catches(rule, committed(f'password: "{PROD_PASSWORD}"\n', path.replace("test", "pest").replace("phpunit", "php")))


def test_catches_a_key_in_binary_data_but_no_password() -> None:
    """Programs are full of words that look like one; a key of a known format is a key."""
    text = f"password=kX7mQ2vN9pR4tW8z\n{'sk_' + 'live_' + '4eC39HqLyjWDarjtT1zdp7dc'}"
    binary = replace(file("app.bin", text, Kind.COMMITTED), binary=True)
    [hit] = catches(rule, context(files=(binary,)))
    assert hit.location.line == 2


DEMO = (
    "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: kupferelch\n      URL: mysql://app:regenelch@db/app\n"
)


def test_a_demonstrations_password_in_a_development_file_is_a_warning() -> None:
    """Where no protected environment uses the file; a strong one, and a key of a known format, are errors there too."""
    own = environment("dev", files=("compose.yaml",))
    made = project(dev=own)
    hits = catches(rule, context(project=made, files=(file("compose.yaml", DEMO, Kind.COMMITTED),)), count=2)
    assert {hit.severity for hit in hits} == {Severity.WARNING}
    strong = DEMO.replace("kupferelch", PROD_PASSWORD).replace("POSTGRES_PASSWORD", "MAIL_PASSWORD")
    hits = catches(rule, context(project=made, files=(file("compose.yaml", strong, Kind.COMMITTED),)), count=2)
    assert [hit.severity for hit in hits] == [Severity.ERROR, Severity.WARNING]
    shared = project(dev=own, prod=environment("prod", files=("compose.yaml",)))
    hits = catches(rule, context(project=shared, files=(file("compose.yaml", DEMO, Kind.COMMITTED),)), count=2)
    assert {hit.severity for hit in hits} == {Severity.ERROR}


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("APP_PASSWORD: ${APP_PASSWORD_OF_THE_WHOLE_SHOP:-kupferelch}", Severity.WARNING),
        ("URL: mysql://app:${APP_PASSWORD_OF_THE_WHOLE_SHOP:-kupferelch}@db/app", Severity.WARNING),
        (f"APP_PASSWORD: ${{APP_PASSWORD:-{PROD_PASSWORD}}}", Severity.ERROR),
        ("command: redis-server --requirepass kupferelch7", Severity.WARNING),
        (f"command: redis-server --requirepass {PROD_PASSWORD}", Severity.ERROR),
        (f"- mysql://app:{PROD_PASSWORD}@db/app", Severity.ERROR),
    ],
)
def test_a_demonstration_is_judged_by_what_it_says(line: str, severity: Severity) -> None:
    """By the default in a reference, which counts where no variable is set, and by what a command is given."""
    own = project(dev=environment("dev", files=("compose.yaml",)))
    [hit] = catches(rule, context(project=own, files=(file("compose.yaml", f"x:\n  {line}\n", Kind.COMMITTED),)))
    assert hit.severity is severity


def test_a_demonstration_in_a_block_is_judged_by_its_line() -> None:
    """There a line is the value, and none is a real one."""
    own = project(dev=environment("dev", files=("compose.yaml",)))
    for value, severity in (("kupferelch", Severity.WARNING), (PROD_PASSWORD, Severity.ERROR)):
        text = f"secret_password: |\n  {value}\n"
        [hit] = catches(rule, context(project=own, files=(file("compose.yaml", text, Kind.COMMITTED),)))
        assert hit.severity is severity


@pytest.mark.parametrize(
    ("lines", "severities"),
    [
        ("KEY_SECRET: ${KEY_SECRET:-kupferelch}", [Severity.WARNING]),
        (f"KEY_SECRET: ${{KEY_SECRET:-{PROD_PASSWORD}}}", [Severity.ERROR]),
        (f"POSTGRES_PASSWORD: {PROD_PASSWORD}\n      URL: pg://u:{PROD_PASSWORD}@db/app", [Severity.WARNING] * 2),
        (
            f"POSTGRES_PASSWORD: {PROD_PASSWORD}\n      URL: pg://u:{PROD_PASSWORD[::-1]}@db/app",
            [Severity.WARNING, Severity.ERROR],
        ),
    ],
)
def test_a_default_is_judged_as_what_it_is_and_an_address_as_the_database_in_it(
    lines: str, severities: list[Severity]
) -> None:
    """`${NAME:-value}` is not stronger than its value; who has the file has the database that it starts."""
    made = project(dev=environment("dev", files=("compose.yaml",)))
    text = f"services:\n  a:\n    environment:\n      {lines}\n"
    hits = catches(
        rule, context(project=made, files=(file("compose.yaml", text, Kind.COMMITTED),)), count=len(severities)
    )
    assert [hit.severity for hit in hits] == severities


def test_what_a_command_reads_is_no_credential() -> None:
    """`$$(cat …)` in a Compose file is the shell's, in the container."""
    text = """x: ["CMD-SHELL", 'mysqladmin ping --password="$$(cat /run/secrets/db-password)" --silent']\n"""
    catches_not(rule, context(files=(file("compose.yaml", text, Kind.COMMITTED),)))


DRAWN_KEY = "AKIA" + "Q7VW2ZKT5MXC4LHB"
SHORT_LIVED = (
    "eyJhbGciOiJIUzI1NiJ9." + "eyJuYW1lIjoib25lIiwiaXNzIjoicG9kIn0." + "k7Qm2xV9pL4wTz8RnB5cYd3Hk7Qm2xV9pL4wTz8RnB5"
)
PEM = "-----BEGIN " + "PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDAC4AWkdwKYSd8\n"


@pytest.mark.parametrize(
    ("path", "text", "severity"),
    [
        ("tests/tls/server.key", PEM, Severity.WARNING),
        ("deploy/server.key", PEM, Severity.ERROR),
        ("api/token_test.go", f'token := "{SHORT_LIVED}"', Severity.WARNING),
        ("api/token.go", f'token := "{SHORT_LIVED}"', Severity.ERROR),
        ("test/pay.spec.ts", "key: 'sk_test_" + "FEiILxKZwnm4mocJDUjUNO6pa'", Severity.WARNING),
        ("src/pay.ts", "key: 'sk_test_" + "FEiILxKZwnm4mocJDUjUNO6pa'", Severity.ERROR),
        ("test/pay.spec.ts", f"key: '{DRAWN_KEY}'", Severity.ERROR),
        ("docs/setup.md", f"password={PROD_PASSWORD}", Severity.WARNING),
        ("docs/setup.md", f"key={DRAWN_KEY}", Severity.ERROR),
        ("docs/.env.prod", f"password={PROD_PASSWORD}", Severity.ERROR),
        ("README.md", f"password={PROD_PASSWORD}", Severity.ERROR),
        ("vendor/x/hash.go", f'token := "{PROD_PASSWORD}"', Severity.WARNING),
        ("src/x/hash.go", f'token := "{PROD_PASSWORD}"', Severity.ERROR),
        (".github/workflows/ci.yml", "PGPASSWORD: kupferelch", Severity.WARNING),
        (".github/workflows/ci.yml", f"PGPASSWORD: {PROD_PASSWORD}", Severity.ERROR),
        ("deploy/ci.yml", "PGPASSWORD: kupferelch", Severity.ERROR),
    ],
)
def test_a_place_says_how_much_a_credential_counts(path: str, text: str, severity: Severity) -> None:
    """What a test makes itself, what a page shows, what others wrote, and what lives as long as a job."""
    [hit] = catches(rule, committed(f"{text}\n", path))
    assert hit.severity is severity


def test_unit_tests_stand_at_the_end_of_what_they_test() -> None:
    """In Rust."""
    line, begin = f'let password = "{PROD_PASSWORD}";\n', "#[cfg(test)]\nmod tests {\n"
    catches_not(rule, committed(f"fn main() {{}}\n{begin}{line}}}\n", "src/main.rs"))
    catches_not(rule, committed(f"{begin[:12]} {line}", "src/main.rs"))
    catches(rule, committed(f"{line}{begin}}}\n", "src/main.rs"))
    catches(rule, committed(f"{begin}{line}}}\n", "src/main.go"))


def test_a_key_of_a_test_that_no_provider_makes_is_none() -> None:
    text = "const token = 'ghp_" + "yQbWDPxQgaZAeTSuVFJrmVGloUfENbFqzLHS'\n"
    catches_not(rule, committed(text, "src/token.spec.ts"))
    catches(rule, committed(text, "src/token.ts"))
