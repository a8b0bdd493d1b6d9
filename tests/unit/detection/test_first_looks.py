"""Lines as public repositories have them, and beside each kind a line that looks so and holds a credential."""

from __future__ import annotations

import base64
import json

import pytest

from dockgate.detection import credential, key_formats, lookalikes, text_lines

DRAWN = "q7Vw2ZkT9mXc4" + "LhB8nRf1YpD6sGj3KaE"
HEX = "9f2c4e6a8b0d1f3e5c7a9b8d6f4e2c0a1b3d5f7e9c8a6b4d2f0e1c3a5b7d9f8e"
UNDER_A_NAME = "secret by its name"
HARMLESS = [
    ("checkstyle.xml", '<property name="tokens"\n  value="LITERAL_TRY, LITERAL_CATCH,\n    LITERAL_IF"/>'),
    ("activity.rs", '"key1": "0xF9BA143B95FF6D82",'),
    ("structs.rs", f'#[doku(example = "{DRAWN[:20]}")]'),
    ("curl.py", '>>> request("get", "http://example.org", auth=("jsmith", "hunter2"))'),
    ("config.exs", f'live_view: [signing_salt: "{DRAWN}"]'),
    ("style.md", f'myKey := "02{HEX}"'),
    ("main.go", 'Pass: "yourrpcpass",'),
    ("index.heex", "tfa_secret={assigns[:tfa_secret]}"),
    ("running.md", f"http://127.0.0.1:8888/lab?token={HEX[:48]}"),
    ("running.md", f"http://eca4aa01751c:8888/lab?token={HEX[:48]}"),
    ("running.md", f"http://localhost:8888/lab?token={HEX[:48]}"),
    ("up.sh", 'USAGE="Usage: up [--secure] [--password PASSWORD]"'),
    ("session.md", "secret: 'ABCDEFGH1234567887654321HGFEDCBA',"),
    ("schema.graphql", "password: PasswordState"),
    ("login.md", "-cookie-secret=somerandomstring12341234567890AB"),
    ("users.json", r'"credentialData": "{\"hashIterations\":27500,\"algorithm\":\"pbkdf2-sha256\"}"'),
    ("alpha.yml", f"value: {base64.b64encode(b'super-secret-password').decode()}"),
    ("schema.py", f'"byte": "{base64.b64encode(b"@michaelgrahamevans").decode()}",'),
    ("angular.js", f"common.Authorization = 'Basic {base64.b64encode(b'beep:boop').decode()}';"),
    ("emusim.sh", '"bitcoin:12eQ9m4sgAwTSQoNXkRABKhCXCsjm2jdVG"'),
    ("patch.yaml", 'password: "#/components/schemas/updateLoginFlowWithPasswordMethod"'),
    ("page.go", 'const pageTokenContext = "ory/keysetpagination_v2/page_token"'),
    ("wizard.py", r'config += f"  password: \"{kwargs[' + "'password'" + r']}\"\n"'),
    (".env", "#DATABASE_URL=mysql://root:wallaroot@mariadb:3306/app?charset=utf8mb4"),
    ("tasks.yml", '#   deepl_api_key: "48E92789-57A3-466A-9959-1A1A1A1A1A1A"'),
    ("auto.kt", 'private const val AUTOCONFIG_TOKEN_PREFIX_V1 = "auto_v1_"'),
    ("openapi.json", r'"source": "svix.getEndpoint()\n .getSecret(\"ep_33ZIBDmz66FcPG35FnsbM6\")"'),
    ("build.cake", "new Settings { ApiKey = feedApiKey, Source = codeFeedUrl });"),
    ("haproxy.yaml", "{{- range $mountedSecret := .Values.haproxy.mountedSecrets }}"),
    ("secrets.yml", "\"{{ spec | combine({'pg_secret': _generated_pg_secret_name}, recursive=True) }}\""),
    ("ddns.yml", 'token: "telegram bot token"'),
    ("https.sh", "openssl req -x509 -new -passin pass: -passout pass:"),
    ("two.yml", f"csrfmiddlewaretoken: {DRAWN}"),
    ("Cargo.toml", 'parse_tokens = ["shared/tokenize"]'),
    ("installer.sh", 'GENERATE_SECRET_CMD="openssl rand --hex 16"'),
    ("Classic.kt", '*     "user_signing_key" : "baJHzA___REDACTED___xMLbSUAXw9QUzqms",'),
    ("utils.py", "                access_key=v3io_access_key,"),
    ("views.js", 'o.args.sort_processes_key = "load_1min"'),
    ("icons.json", '"hot_pepper": "1f336.svg",'),
    ("values.yaml", 'secretKey: "kubeconfig"'),
    ("notebook.ipynb", r'"def vault_func(context, secrets: list):\n",'),
    ("backup", '#!/usr/bin/env python3\nsecret = f"{pvc}-backup-repository"'),
]
# With the lines and names under which it is found.
REAL = [
    ("structs.rs", "1:token", f'#[doku(token = "{DRAWN[:20]}")]'),
    ("config.exs", "1:signing_secret", f'live_view: [signing_secret: "{DRAWN}"]'),
    ("config.php", "1:auth_salt", f"'auth_salt' => '{DRAWN}',"),
    ("style.md", "1:myKey", f'myKey := "{HEX}"'),
    ("running.md", "1:jupyter.example.net", f"http://jupyter.example.net:8888/lab?token={HEX[:48]}"),
    ("index.heex", "1:tfa_secret", f'tfa_secret="{DRAWN}"'),
    ("users.json", "1:credentialData", rf'"credentialData": "{{\"algorithm\":\"sha\",\"password\":\"{DRAWN}\"}}"'),
    ("alpha.yml", "1:value", f"value: {base64.b64encode(DRAWN.encode()).decode()}"),
    (
        "angular.js",
        "1:authorization_token",
        f"common.Authorization = 'Basic {base64.b64encode(b'ops:' + DRAWN.encode()).decode()}';",
    ),
    (".env", "1:DATABASE_URL", f"#DATABASE_URL=mysql://root:{DRAWN}@mariadb:3306/app"),
    ("tasks.yml", "1:deepl_api_key", '#   deepl_api_key: "48E92789-57A3-466A-9959-1A1A1A1A2B7C"'),
    ("auto.kt", "1:AUTOCONFIG_TOKEN_V1", f'private const val AUTOCONFIG_TOKEN_V1 = "{DRAWN}"'),
    ("values.yaml", "1:secretKey", f'secretKey: "{DRAWN}"'),
    ("settings.env", "1:SECRET_KEY", "SECRET_KEY=sunflower" + "batterystaple"),
    ("db.env", "1:DB_PASSWORD", "DB_PASSWORD='#/k9vq" + "2Lm8Zt'"),
    ("values.yaml", "1:secretKey", "secretKey: qwzxkvbnmr" + "tplfgd"),
    ("chain.env", "1:API_SECRET", "API_SECRET=0x9f8e7d6c5b4a3928" + "1706f5e4d3c2b1a0"),
    ("values.yaml", "1:password", 'curl --user "ops":"{ZqL5kVrX1n8tA2}" https://example.net'),
    ("notebook.ipynb", "1:api_key", rf'"api_key = \"{DRAWN}\"\n",'),
    ("backup", "2:secret", f'#!/usr/bin/env python3\nsecret = "{DRAWN}"'),
    ("backup", "2:secret", f"#!/bin/sh\nsecret={DRAWN}"),
]


@pytest.mark.parametrize(("path", "line"), HARMLESS)
def test_a_line_holds_no_credential(path: str, line: str) -> None:
    assert not [*text_lines.credentials(f"{line}\n", path)]


@pytest.mark.parametrize(("path", "told", "line"), REAL)
def test_a_line_like_it_holds_one(path: str, told: str, line: str) -> None:
    found = text_lines.credentials(f"{line}\n", path)
    assert ",".join(f"{number}:{name}" for number, name, _ in found) == told


def test_an_address_of_a_chain_has_its_checksum() -> None:
    """One character further, and it is none."""
    assert lookalikes.is_address("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t")
    assert not lookalikes.is_address("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u")
    assert not lookalikes.is_address("z" * 36)
    assert credential.classify("", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u") is not None


def token(algorithm: str, length: int) -> str:
    parts = ({"alg": algorithm, "typ": "JWT"}, {"name": "one", "iss": "podinfo", "exp": 9999999999})
    encoded = (base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts)
    return ".".join((*encoded, (DRAWN * 8)[:length]))


@pytest.mark.parametrize(("algorithm", "length"), [("HS256", 43), ("HS384", 64), ("HS512", 86), ("RS256", 171)])
def test_a_signature_has_the_length_that_its_algorithm_makes(algorithm: str, length: int) -> None:
    [whole] = key_formats.proven(token(algorithm, length))
    [cut] = key_formats.proven(token(algorithm, length - 1))
    assert not whole.unsound
    assert cut.unsound


def test_an_unknown_algorithm_says_nothing_of_a_signature() -> None:
    [key] = key_formats.proven(token("none-of-these", 20))
    assert not key.unsound


@pytest.mark.parametrize(
    ("text", "unsound"),
    [
        ("ghp_" + "yQbWDPxQgaZAeTSuVFJrmVGloUfENbFqzLHS", True),
        ("ghp_" + "yQbWDPxQgaZ4eTSuVFJrmVGloUfENbFqzLHS", False),
        ("-----BEGIN " + "PRIVATE KEY-----", False),
    ],
)
def test_a_long_key_without_a_digit_is_made_up(text: str, *, unsound: bool) -> None:
    [key] = key_formats.proven(text)
    assert key.unsound is unsound
