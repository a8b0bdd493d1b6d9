"""What files of settings, programs and prose say in other ways than by an assignment, and what only looks like it."""

from __future__ import annotations

import base64

import pytest

from dockgate.detection import stated
from dockgate.detection.assignments import Form, form
from dockgate.detection.text_lines import in_line

PW = "kQ7vR2mW9xLz4Tn8"
USER = base64.b64encode(f"ci:{PW}".encode()).decode()
# With the names under which it is found: `@` stands for an address.
STATED = [
    ("pip.sh", "@", f"pip install --extra-index-url https://ci:{PW}@pypi.internal/simple x"),
    (".git-credentials", "@", f"https://ci:{PW}@git.internal"),
    ("backup.sh", "@", f"pg_dump postgres://shop:{PW}@db/shop > out"),
    ("worker.yaml", "@", f"command: celery --broker amqp://app:{PW}@mq// worker"),
    ("list.yaml", "@", f"- redis://:{PW}@cache:6379/0"),
    ("curl.sh", "password", f"curl -u admin:{PW} https://api.internal"),
    ("curl2.sh", "password", f'curl --user "admin:{PW}" https://api.internal'),
    ("bearer.sh", "authorization_token", f'curl -H "Authorization: Bearer {PW}" https://api.internal'),
    ("basic.http", "authorization_token", f"Authorization: Basic {USER}"),
    ("header.yaml", "X-Api-Key,authorization_token", f"X-Api-Key: {PW}"),
    ("token.sh", "token", f"vault login --token {PW}"),
    ("list.json", "token", f'["app", "--token", "{PW}"]'),
    ("mysql.sh", "password", f"mysql -h db -u root -p{PW} shop"),
    ("login.sh", "password", f"docker login -u ci -p {PW} registry.internal"),
    ("piped.sh", "password", f"echo {PW} | docker login -u ci --password-stdin registry.internal"),
    ("redis.sh", "password", f"redis-cli -h cache -a {PW} ping"),
    (".netrc", "password", f"machine api.internal login ci password {PW}"),
    (".npmrc", "_authToken", f"//npm.internal/:_authToken={PW}"),
    ("default.yaml", "POSTGRES_PASSWORD", f"POSTGRES_PASSWORD: ${{POSTGRES_PASSWORD:-{PW}}}"),
    ("nested.yaml", "DB_PASSWORD", f"DB_PASSWORD: ${{A:-${{B:-{PW}}}}}"),
    ("other.yaml", "X", "X: ${DB_PASSWORD-" + PW + "}"),
    ("a.py", "DB_PASSWORD", f'PW = os.environ.get("DB_PASSWORD", "{PW}")'),
    ("b.py", "API_TOKEN", f'x = os.getenv("API_TOKEN") or "{PW}"'),
    ("c.py", "SECRET_KEY", f'SECRET_KEY = config("SECRET_KEY", default="{PW}")'),
    ("a.js", "process.env.DB_PASSWORD", f'const p = process.env.DB_PASSWORD || "{PW}";'),
    ("b.ts", "process.env.DB_PASSWORD", f"const p = process.env.DB_PASSWORD ?? '{PW}';"),
    ("a.php", "DB_PASSWORD", f"'password' => env('DB_PASSWORD', '{PW}'),"),
    ("b.php", "DB_PASSWORD", f'$p = getenv("DB_PASSWORD") ?: "{PW}";'),
    ("a.rb", "DB_PASSWORD", f'password = ENV.fetch("DB_PASSWORD", "{PW}")'),
    ("b.rb", "DB_PASSWORD", f'password = ENV.fetch("DB_PASSWORD") {{ "{PW}" }}'),
    ("a.go", "dbPassword", f'var dbPassword string = "{PW}"'),
    ("rules.mk", "DB_PASSWORD", f"DB_PASSWORD ?= {PW}"),
    ("app.xml", "password", f"<password>{PW}</password>"),
    ("web.config", "DbPassword", f'<add key="DbPassword" value="{PW}" />'),
    ("task.json", "DB_PASSWORD", f'{{"name": "DB_PASSWORD", "value": "{PW}"}}'),
    ("inner.json", "password", f'"body": "{{\\"password\\":\\"{PW}\\"}}"'),
    ("code.env", "DB_PASSWORD", "DB_PASSWORD=x8K(v2Lm)9QrT"),
    ("dollar.env", "DB_PASSWORD", "DB_PASSWORD='$K9vqLm2xT'"),
    ("digits.yaml", "db_password", 'db_password: "84620917350"'),
    ("hash.env", "DB_PASSWORD", "DB_PASSWORD=#k9vqLm2xT"),
    ("setting.yaml", "spring.datasource.password", f'--spring.datasource.password="{PW}"'),
]
NONE = {
    "ci.yml": "  id-token: write",
    "package.json": '    "js-tokens": "^3.0.0 || ^4.0.0",',
    "yarn.yaml": 'minipass: "npm:^7.0.3"',
    "key.yml": "key: v1-${{ runner.os }}-yarn-${{ hashFiles('**/yarn.lock') }}",
    "token.yml": 'token: "${{ secrets.CODECOV_TOKEN }}"',
    "circle.yml": '- save_cache: {key: dependency-cache-{{ checksum "x" }}}',
    "compose.yaml": '--password="$$(cat /run/secrets/pw)"',
    "shell.sh": """token=$(python3 -c "import json; print(json.load(open('t'))['token'])")""",
    "auth.yaml": '--basic_auth="${A}:${B}"',
    "nested.env": "DB_PASSWORD=${A:-${B:-password}}",
    "message.yaml": "DB_PASSWORD: ${DB_PASSWORD:?Variable not set}",
    "bypass.sh": 'CI_BYPASS=$(git log -1 | grep "skip ci")',
    "compass.yaml": "compass: northbound7",
    "make.mk": "PWD = $(shell pwd)",
    "rules.php": "'label_translation_key' => 'nullable|string|max:255',",
    "filler.env": "PERPLEXITY_API_KEY=pplx-xxxxxxxxxxxxxxxx",
    "filler2.env": "RESEND_API_KEY=re_xxxxxxxxx",
    "filler3.env": "NEON_API_KEY=napi_0000000000000000",
    "ssm.yaml": "DB_PASSWORD: ssm:/shop/prod/db-password",
    "sm.yaml": "DB_PASSWORD: secretsmanager:shop/prod:password",
    "vault.yaml": "DB_PASSWORD: vault:secret/data/shop#password",
    "urn.yaml": 'clientSecret: "urn:k8s:secret:oidc-client:client_secret"',
    "bcrypt.yaml": "ADMIN_PASSWORD: $$2y$$10$$" + "N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
    "crypt.env": "ROOT_PASSWORD='$6$rounds=5000$" + "saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO'",
    "sops.yaml": "db_password: ENC[AES256_GCM,data:Zq3xW9vKt5Lm8Rb=,iv:Nx2y=,tag:Hs7J==,type:str]",
    "spring.yaml": "password: '{cipher}AQB7vK2mW9xLz4Tn8'",
    "public.env": "SIGNING_KEY=MCowBQYDK2VwAyEA" + "Zq3xW9vKt5Lm8RbN2yHs7Jd4Fg6Pc1TzGb2cTaf5vow",
    "own.yaml": "# github-app.client-secret: 'GITHUB_CLIENT_SECRET'",
    "composer.lock": '"reference": "7150785d30f5d565704912116a462e9f5bc83a0c",',
    "Podfile.lock": "  Tokens: 7150785d30f5d565704912116a462e9f5bc83a0c",
    "echo.sh": 'echo "Pass: generated directory was created"',
    "user.sh": "docker run -u 1000:1000 app",
    "port.sh": "docker run -p 127.0.0.1:8080:80 app",
    "own-user.yaml": "DSN: postgres://paperless:paperless@db/paperless",
    "rename.php": "$this->renameForeignKey('oauth2_tokens', 'FK_368A4209A76ED395', 'user');",
    "page.html": '<p>Secret key: <code class="totp-secret">{{ secret }}</code></p>',
    "image.json": '"text": "' + "UklGRh5AAABXRUJQVlA4IBJAAABw" * 20 + '"',
    "comment.env": "#DB_PASSWORD=paperless",
    "date.sh": "DATE=$(date -u '+%Y-%m-%d_%I:%M:%S%p')",
    "scope.sh": 'kubectl apply -f "https://h/scope.yaml?service-token=$TOKEN&k8s-version=$VERSION"',
    "hollow.yaml": "tls.key: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t",
}


@pytest.mark.parametrize(("path", "names", "line"), STATED)
def test_finds_what_a_line_states(path: str, names: str, line: str) -> None:
    """Addresses anywhere, options, headers, defaults, second operands, elements, pairs, values that look like code."""
    assert [name or "@" for name, _ in in_line(line, form(path))] == names.split(",")


@pytest.mark.parametrize(("path", "line"), NONE.items())
def test_leaves_what_only_looks_like_one(path: str, line: str) -> None:
    """Words, versions, digests, references, filler, paths into vaults, ciphertext, public keys."""
    assert list(in_line(line, form(path))) == [], line


def test_a_key_that_every_emulator_has() -> None:
    """Azurite's, from its documentation, is no secret; another of its form is one."""
    known = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq" + "/K1SZFPTOtr/KBHBeksoGMGw=="
    assert not any(in_line(f"CONNECTION=AccountName=devstoreaccount1;AccountKey={known};"))
    assert any(in_line(f"CONNECTION=AccountName=shop;AccountKey={known.replace('Eby8', 'Fcz9')};"))


# `PW` is put in, behind the names under which it is found: ways in which commands, directives and programs of many
# kinds are given a password.
GIVEN = """
a.sh password curl --user "ops":"PW" https://api.internal
a.sh password smbclient //files/x -U ops%PW
a.sh password openssl enc -aes-256-cbc -k PW -in x
a.sh storepass keytool -storepass PW -list
a.sh password zip -P PW x.zip y
a.sh password 7z a -pPW x.7z y
a.sh password echo PW | sudo -S ls
a.sh password printf '%s' 'PW' | docker login -u ci --password-stdin
a.sh password echo 'root:PW' | chpasswd
a.sh password docker login -u ci --password-stdin <<< PW
a.sh password rabbitmqctl add_user app PW
a.sh password htpasswd -b -c .htpasswd ops PW
a.sh password mc alias set s3 http://minio:9000 ops PW
a.fish DB_PASSWORD set -gx DB_PASSWORD PW
a.sh password az login --service-principal -u x -p PW --tenant y
a.ps1 DB_PASSWORD $env:DB_PASSWORD = "PW"
a.gradle storePassword storePassword 'PW'
a.py password requests.get(url, auth=("ops", "PW"))
a.go password req.SetBasicAuth("ops", "PW")
a.php DB_PASSWORD define('DB_PASSWORD', 'PW');
a.php password new PDO('mysql:host=db', 'app', 'PW');
a.rb DB_PASSWORD ENV['DB_PASSWORD'] ||= 'PW'
a.java db.password @Value("${db.password:PW}")
a.rs DB_PASSWORD env::var("DB_PASSWORD").unwrap_or("PW".to_string())
a.xml db.password <entry key="db.password">PW</entry>
a.plist ApiKey <key>ApiKey</key><string>PW</string>
a.json DB_PASSWORD {"value": "PW", "name": "DB_PASSWORD"}
a.json DBPassword {"ParameterKey": "DBPassword", "ParameterValue": "PW"}
a.json password {"db": {"password": "PW"}}
a.env password SPRING_APPLICATION_JSON={"db":{"password":"PW"}}
a.yaml db-password args: ["--db-password=PW"]
a.yaml db-password args: [--db-password, PW]
a.yaml password password: !!str PW
a.yaml password password: &shared PW
a.properties spring.datasource.password spring.datasource.password=${DB_PASSWORD:PW}
a.sql PASSWORD CREATE USER app WITH PASSWORD 'PW';
a.sql password GRANT ALL ON x.* TO 'app'@'%' IDENTIFIED BY 'PW';
redis.conf requirepass requirepass PW
redis.acl password user app on >PW ~* +@all
nginx.conf authorization_token,X-Api-Key proxy_set_header X-Api-Key PW;
haproxy.cfg insecure-password user ops insecure-password PW
users.conf password ops:{PLAIN}PW
slapd.conf rootpw rootpw PW
a.md password The password is PW
c.yaml password test: ["CMD", "redis-cli", "-a", "PW", "ping"]
c.yaml requirepass command: redis-server --requirepass PW
""".strip().splitlines()  # fmt: skip


@pytest.mark.parametrize("case", GIVEN)
def test_a_password_that_a_command_or_a_directive_is_given(case: str) -> None:
    """And the same with a reference in its place is none."""
    name, told, line = case.split(" ", 2)
    assert ",".join(found for found, _ in in_line(line.replace("PW", PW), form(name))) == told
    assert not [*in_line(line.replace("PW", "$KEY"), form(name))], case


BESIDE = """
a.json "PW": "\\u0628\\u0627\\u0644\\u0627\\u0648",
a.json "password": "Contraseña",
a.json "forgotPassword": "Passwort vergessen?",
a.json "login.password": "Mot de passe",
a.txt SMTP Password: (leave blank)
a.env GRAYLOG_SHA256_PASSWORD=b1cb6e31e172577918c9e7806c572b5ed8477d3f57aa737bee4b5b1db3696f09
a.env SECRET_KEY=replacethiswithyourownsecret!
a.ex signing_salt: "ZIW3lwrD",
a.yaml existingSecret: postgres-secret-v2
a.yaml secret: my-app-secret-v1
a.yaml key: us-east-1a
a.yaml apiAddress: dGNwOi8vMTI3LjAuMC4xOjU3MDU=
a.json "description": "Errors are identified by `http.response.status_code=5`.",
a.txt The token was refreshed yesterday, and the password is case-sensitive.
a.txt reach it by: `clickhouse-client --user default --password HAHA`.
""".strip().splitlines()


@pytest.mark.parametrize("case", BESIDE)
def test_what_only_stands_under_such_a_name(case: str) -> None:
    """Words of other languages, sentences, digests, names of resources, phrases that ask for a value."""
    name, _, line = case.partition(" ")
    assert [*in_line(line, form(name))] == []


@pytest.mark.parametrize(
    ("written", "line", "pairs"),
    [
        (Form.PROGRAM, f'{{"name": "A_KEY", "value": "{PW}"}}', [("A_KEY", f'"{PW}"')]),
        (Form.PROGRAM, f'{{"key": "A_KEY", "default": "{PW}"}}', [("A_KEY", f'"{PW}"')]),
        (Form.SETTINGS, f"Authorization: Bearer {PW}", [("authorization_token", PW)]),
        (Form.SETTINGS, f"X-Api-Key: {PW}", [("authorization_token", PW)]),
        (Form.SETTINGS, "x-secret: &secret", []),
        (Form.SETTINGS, "Headers: Authorization,X-Token", []),
        (Form.SETTINGS, f"<password>{PW}</password>", [("password", PW)]),
        (Form.SETTINGS, f"<walrus>{PW}</walrus>", []),
        (Form.SETTINGS, f"machine h login ops password {PW}", [("password", PW)]),
        # A getter with what it returns otherwise; its name, or that of what gets it.
        (Form.SETTINGS, "machine h login ops password walrus&orbit", [("password", "walrus&orbit")]),
        (Form.PROGRAM, f'x = getenv("A_KEY", "{PW}")', [("A_KEY", f'"{PW}"')]),
        (Form.PROGRAM, f'password = getenv("APP_SET", "{PW}")', [("password", f'"{PW}"')]),
        (Form.PROGRAM, f'host = getenv("APP_SET", "{PW}")', [("APP_SET", f'"{PW}"')]),
        (Form.PROGRAM, f'token = a; host = getenv("APP_SET", "{PW}")', [("APP_SET", f'"{PW}"')]),
        (Form.PROGRAM, f'host = a; token = getenv("APP_SET", "{PW}")', [("token", f'"{PW}"')]),
        (Form.PROGRAM, f'token = getenv("APP_SET", "{PW} x")', [("APP_SET", f'"{PW} x"')]),
        (Form.PROGRAM, f'token = walrus("APP_SET", "{PW}")', []),
        (Form.PROSE, f'x = getenv("A_KEY", "{PW}")', []),
        (Form.PROGRAM, f'x = cfg.A_KEY || "{PW}"', [("cfg.A_KEY", f'"{PW}"')]),
        (Form.PROGRAM, f'token = cfg.a || "{PW}"', [("token", f'"{PW}"')]),
        (Form.PROGRAM, f'login("ops", "{PW}")', [("password", f'"{PW}"')]),
        (Form.PROGRAM, f'connect("h", "ops", "{PW}")', [("password", f'"{PW}"')]),
    ],
)  # fmt: skip
def test_what_a_line_states_otherwise(written: Form, line: str, pairs: list[tuple[str, str]]) -> None:
    found = [(name, value) for name, value in stated.stated(line, written) if PW in value or "&" in value]
    assert [*dict.fromkeys(found)] == pairs


@pytest.mark.parametrize(("length", "found"), [(5_000, True), (5_001, False)])
def test_a_bundle_holds_no_commands(length: int, *, found: bool) -> None:
    """No person wrote such a line of a program; in a file of settings it is one."""
    line = f"x --token {PW} ".ljust(length, "y")
    assert bool([*stated.stated(line, Form.PROGRAM)]) is found
    assert [*stated.stated(line, Form.SETTINGS)]
    named = f'token = getenv("APP_SET", "{PW}")'.ljust(length)
    assert [name for name, _ in stated.stated(named, Form.PROGRAM)] == ["token" if found else "APP_SET"]
