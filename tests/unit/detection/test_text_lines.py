from __future__ import annotations

import base64

import pytest

from dockgate.detection import text_lines, windows
from dockgate.detection.assignments import Form

PASSWORD = "kQ7vR2mW9xLz4Tn8"


def found(text: str, path: str = "compose.yaml") -> list[tuple[int, str]]:
    return [(number, name) for number, name, _ in text_lines.credentials(text, path)]


def test_lines_and_names() -> None:
    """Under a telling name, in an address, by random characters, by the form of a provider's key."""
    drawn, key = "Zq3xW9vKt5Lm8RbN2yHs7Jd4", "glpat-" + "Zq3xW9vKt5Lm8RbN2yHs"
    text = f"a: b\nDB_PW: {PASSWORD}\n\nX: amqp://a:{PASSWORD}@h\nSYNC: {drawn}\n- {key}\n"
    assert found(text) == [(2, "DB_PW"), (4, "X"), (5, "SYNC"), (6, "")]


def test_the_first_line_of_a_key_alone_is_no_key_in_a_program() -> None:
    """It is what the program looks for."""
    begin, body = "-----BEGIN " + "PRIVATE KEY-----", "MC4CAQAwBQYDK2Vw" * 4
    assert found(f'if x == "{begin}":\n    pass\n', "a.py") == []
    assert found(f'K = """{begin}\n{body}\n"""\n', "a.py") == [(1, "")]
    assert found(f"{begin}\n") == [(1, "")]


def test_a_bundle_that_begins_with_a_comment_is_a_program() -> None:
    """What stands behind the end of the comment is code, in which only texts in quotes are values."""
    assert found(f'/*! v3 */ var password = "{PASSWORD}";', "a.js") == [(1, "password")]
    assert found("/*! v3 */ var token:a1b2c3d4e5,key:e.k9(1)", "a.js") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"db:\n  password: |\n    {PASSWORD}\n  port: 5\n", 3),
        (f"db:\n  password:\n    {PASSWORD}\n  port: 5\n", 3),
        (f"? password\n: {PASSWORD}\n", 2),
        (f"<key>ApiKey</key>\n<string>{PASSWORD}</string>\n", 2),
        (f"db:\n  password: >-  # theirs\n\n    {PASSWORD}\n", 4),
        (f"env:\n  - name: DB_PASSWORD\n    value: {PASSWORD}\n", 3),
        (f'"env": [{{\n  "name": "DB_PASSWORD",\n  "value": "{PASSWORD}"\n}}]\n', 3),
        (f"apiVersion: v1\nkind: Secret\ndata:\n  uplink: {base64.b64encode(PASSWORD.encode()).decode()}\n", 4),
        (f"curl https://api.internal \\\n  -u developer:{PASSWORD}\n", 2),
        (f'curl -u ":{PASSWORD}" https://api.internal', 1),
    ],
)
def test_settings_over_several_lines(text: str, line: int) -> None:
    """Blocks of YAML, a value below its name, a manifest of a Secret, a command that goes on."""
    assert [number for number, _ in found(text)] == [line]


def test_blocks_and_manifests_that_hold_none() -> None:
    """References, certificates, names, and what decodes to a placeholder."""
    certificate = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"
    text = f"kind: Secret\ndata:\n  username: YWRtaW4=\n  pw: cGFzc3dvcmQ=\n  ca.pem: {certificate}\n"
    script = "set_secret.sh: |\n  exec /bin/x9 run\n"
    below = "password: |\n  ${DB_PASSWORD}\nenv:\n- name: DB_PASSWORD\n  value: $(PW)\n"
    assert found(f"{text}---\n{script}{below}") == []


def test_the_default_of_a_terraform_variable() -> None:
    """Its name stands on the block."""
    block = 'variable "db_password" {\n  type = string\n  default = "%s"\n}\n'
    assert found(block % PASSWORD, "a.tf") == [(3, "db_password")]
    assert found(block.replace("db_password", "region") % "eu-west-1", "a.tf") == []


@pytest.mark.parametrize("entry", ["username_in: chapuser1", "dbname: shop1", "config.yaml: |\n    port: 8080"])
def test_what_a_manifest_of_a_secret_has_beside_it(entry: str) -> None:
    """Users, addresses and files are no secrets for standing in one."""
    assert found(f"kind: Secret\nstringData:\n  {entry}\n") == []


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ('| <a id="opt-metrics-influxDB2-token" href="#x">`metrics.influxDB2.token`</a> | Token | - |', "metrics.md"),
        ('enum A { NordPass: "b84e4048-15dc-4dd0-8640-f4f60813c8af" }', "passkeys.ts"),
        ("curl 'https://a.example.org/fever/?api_key=TOKEN&items&since_id=123'", "README.md"),
        ("// GET /login?token=confirmation-jwt&sess=1", "verify.go"),
        ("SLACK_CLIENT_SECRET=get_the_secret_of_above_key", ".env.sample"),
        ("two_factor_passcode=2段階認証用パスコードを入力", "conf/locale/ja.ini"),
        ("TokenRange = `U\\+[0-9A-F]{1,6}(?:-[0-9A-F]{1,6})?`", "scanner.go"),
        ("re := compile(`(token=x[a-z.]+)-[0-9A-Za-z-]+`)", "chat.go"),
        ('authtoken "github.com/go-pkgz/auth/v2/token"', "telegram.go"),
        ("X-Gogs-Signature: 1921679ed6274399b6514721056337f6913b6ff1cb35a24d340e983745d637f1", "webhooks.mdx"),
    ],
)
def test_what_public_repositories_say_of_secrets_is_none(line: str, path: str) -> None:
    """Each was reported once, of 10,000 files of nine repositories."""
    assert found(line, path) == []


def test_other_documents_of_a_manifest_hold_no_secrets() -> None:
    drawn = "x8Kv2Lm9Qr" + "5tW1zN4b"
    map_ = f"kind: ConfigMap\ndata:\n  level: {drawn}\n"
    secret = f"kind: Secret\ndata:\n  level: {drawn}\n"
    assert found(f"{map_}---\n{secret}") == [(7, "level_secret")]


def test_the_login_of_a_registry_is_found_though_its_host_is_an_example() -> None:
    login = base64.b64encode(b"ci:" + b"x8Kv2Lm9Qr" + b"5tW1zN4b").decode()
    config = base64.b64encode(f'{{"auths":{{"https://registry.example.com":{{"auth":"{login}"}}}}}}'.encode()).decode()
    assert found(f"kind: Secret\ndata:\n  .dockerconfigjson: {config}\n") == [(3, ".dockerconfigjson_secret")]


def test_a_query_gives_a_secret_without_what_follows() -> None:
    drawn = "x8Kv2Lm9Qr" + "5tW1zN4b"
    assert found(f"hook: curl https://a.internal/?api_key={drawn}&since=1") == [(1, "api_key")]


PW = "kQ7vR2mW9xLz4Tn8"
WORD = "walrusorbit"
DRAWN = "Zq3xW9vKt5Lm8RbN2yHs7Jd4"
ESCAPED = f'x="{{\\"db_password\\":\\"{PW}\\"}}"'
ADDRESS = "password in an address"
NAMED = "secret by its name"


@pytest.mark.parametrize(
    ("written", "line", "found"),
    [
        (Form.LOCK, f"password={PW}", []),
        (Form.SETTINGS, f"password={PW}", ["password"]),
        # A remark states what has a digit; a sentence in prose, too.
        (Form.SETTINGS, f"password={WORD}", ["password"]),
        (Form.SETTINGS, f"# password={WORD}", []),
        (Form.SETTINGS, f"# password={PW}", ["password"]),
        (Form.PROSE, f"password={WORD}", []),
        (Form.PROSE, f"the password is {PW}", ["password"]),
        (Form.PROSE, f"uplink={DRAWN}", []),
        (Form.SETTINGS, f"uplink={DRAWN}", ["uplink"]),
        # An address with its password, anywhere in a line; in a remark one with a digit.
        (Form.SETTINGS, f"- amqp://a:{WORD}@h", [""]),
        (Form.SETTINGS, f"# - amqp://a:{WORD}@h", []),
        (Form.SETTINGS, f"# - amqp://a:{PW}@h", [""]),
        (Form.SETTINGS, f"# x=amqp://a:{WORD}@h", []),
        (Form.SETTINGS, f"# x=amqp://a:{PW}@h", ["x"]),
        (Form.SETTINGS, f"# x=amqp://a:{WORD}@host7 password={PW}", ["password"]),
        (Form.SETTINGS, f"x=amqp://a:{WORD}@host7", ["x"]),
        (Form.SETTINGS, f"# x=a7;password={WORD}", []),
        (Form.PROSE, f"see amqp://a:{WORD}@h", []),
        (Form.PROSE, f"see amqp://a:{PW}@h", [""]),
        (Form.SETTINGS, "- amqp://walrus:walrus@h", []),
        (Form.SETTINGS, f"x: a;password={WORD}", ["x"]),
        (Form.SETTINGS, f"# x: a;password={WORD}", []),
        # A program: what is quoted; an expression is none, nor what a comment says without a digit.
        (Form.PROGRAM, f'password = "{PW}"', ["password"]),
        (Form.PROGRAM, f"x('--password', {PW})", []),
        (Form.PROGRAM, f"x('--password {PW}')", []),
        (Form.PROGRAM, "x(--password creds.AccessKey7)", []),
        (Form.PROGRAM, f"x(--password a?{PW})", []),
        (Form.PROGRAM, f"x --password {PW} y", ["password"]),
        (Form.PROGRAM, f'x --password "{WORD}"', ["password"]),
        (Form.PROGRAM, f"// x --password '{WORD}'", []),
        (Form.PROGRAM, f"// x --password '{PW}'", ["password"]),
        (Form.PROGRAM, f'connect("amqp://a:{PW}@h")', [""]),
        (Form.PROGRAM, f'connect("a;password={PW}")', [""]),
        (Form.PROGRAM, f'connect("a;password={WORD}")', []),
        (Form.PROGRAM, f'connect("x {PW}")', []),
        (Form.PROGRAM, f'"${{db.password:{PW}}}"', ["db.password"]),
        (Form.PROGRAM, f'"${{db.password:{WORD}}}"', []),
        (Form.PROGRAM, f'"${{db.walrus:{PW}}}"', []),
        # JSON that is the value of a variable, and JSON in JSON; what a page says of itself.
        (Form.SETTINGS, f'X={{"db":{{"password":"{PW}"}}}}', ["password"]),
        (Form.PROSE, f'{{"db":{{"password":"{WORD}"}}}}', []),
        (Form.PROGRAM, ESCAPED, ["db_password"]),
        (Form.PROGRAM, ESCAPED.replace(PW, DRAWN * 40), ["db_password"]),
        (Form.PROGRAM, f'a.token="{PW}";{ESCAPED}', ["a.token"]),
        (Form.PROGRAM, f"{';' * windows.LONG}{ESCAPED}", ["db_password"]),
        (Form.SETTINGS, f'<meta name="token" content="{DRAWN}"> password={PW}', ["password"]),
        (Form.SETTINGS, f'<meta name="token" content="{DRAWN}">', []),
        (Form.SETTINGS, f'<beta name="token" content="{DRAWN}">', ["content"]),
        (Form.SETTINGS, "  U2FsdGVkX1" + f"8password={PW}  ", []),
        # A key of a provider, wherever it stands.
        (Form.PROSE, "see ghp_" + "yQbWDPxQgaZ4eTSuVFJrmVGloUfENbFqzLHS", [""]),
        (Form.LOCK, "see ghp_" + "yQbWDPxQgaZ4eTSuVFJrmVGloUfENbFqzLHS", [""]),
    ],
)
def test_the_names_of_the_credentials_of_a_line(written: Form, line: str, found: list[str]) -> None:
    assert [name for name, _ in text_lines.in_line(line, written)] == found


@pytest.mark.parametrize(
    ("written", "line", "reported", "values"),
    [
        (Form.SETTINGS, f"password='{PW}'", [PW], [PW]),
        (Form.SETTINGS, f"password=`{PW}`", [PW], [PW]),
        (Form.SETTINGS, "password=write7x", ["write7x"], ["write7x"]),
        (Form.SETTINGS, "password=write", [], ["write"]),
        (Form.SETTINGS, f"- amqp://a:{PW}@h", [], []),
        (Form.PROGRAM, f'f("{PW}", "a sentence of 4", "/run/x", "{WORD}")', [], [PW]),
        (Form.PROGRAM, f'password="{PW}"', [PW], [PW, PW]),
    ],
)
def test_the_values_of_a_line(written: Form, line: str, reported: list[str], values: list[str]) -> None:
    """Those that a message would be about, and those that are compared with fingerprints."""
    assert [*text_lines.reported(line, written)] == reported
    assert [*text_lines.values(line, written)] == values


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        # Each once, in the line of the value; under both of its names where a line gives it two.
        ("a.yml", f"x-api-key: {PW}\nx-api-key: {PW}\n", [
            (1, "x-api-key"), (1, "authorization_token"), (2, "x-api-key"), (2, "authorization_token"),
        ]),
        ("a.yml", f"password: |\n  {PW}\n", [(2, "password")]),
        ("a.yml", f"password: |\n  password={PW}\n", [(2, "password")]),
        ("a.yml", f"password: |\n  {DRAWN}\n  {PW}\n", [(2, "password"), (3, "password")]),
        ("a.yml", f"- name: walrus\n  value: {DRAWN}\n", [(2, "value")]),
        ("a.yml", f"- name: walrus_otter\n  value: {PW}\n", []),
        ("a.tf", f'variable "db_password" {{\n  default = "{PW}"\n}}\n', [(2, "db_password")]),
        ("a.md", f"password: |\n  {WORD}\n", []),
        ("a.tf", f"password: |\n  {WORD}\n", []),
        ("a.yml", "-----BEGIN " + "PRIVATE KEY-----\n", [(1, "")]),
        ("a.py", "-----BEGIN " + "PRIVATE KEY-----\n", []),
        ("a.yml", f"\n\npassword: {PW}", [(3, "password")]),
        ("a.yml", "".join(f"origin: {DRAWN[each:]}{DRAWN[:each]}\n" for each in range(4)), []),
        ("a.yml", "".join(f"key:\n  {DRAWN[each:]}{DRAWN[:each]}\n" for each in range(6)), []),
    ],
)  # fmt: skip
def test_the_credentials_of_a_file(path: str, text: str, found: list[tuple[int, str]]) -> None:
    assert [(number, name) for number, name, _ in text_lines.credentials(text, path)] == found


def test_what_is_said_of_one_has_its_kind() -> None:
    text = f"password={PW}\nx: amqp://a:{PW}@h\npassword: |\n  {PW}\n"
    found = [(number, each.kind, each.certain) for number, _, each in text_lines.credentials(text, "a.yml")]
    assert found == [(1, NAMED, False), (2, ADDRESS, False), (4, NAMED, False)]
