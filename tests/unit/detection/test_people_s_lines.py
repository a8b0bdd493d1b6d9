"""Lines as public repositories have them: each stands for a kind that was once taken for a credential, or missed."""

from __future__ import annotations

import base64

import pytest

from dockgate.detection import text_lines

DRAWN = "q7Vw2ZkT9mXc4" + "LhB8nRf1YpD6sGj3KaE"
HEX = "9f2c4e6a8b0d1f3e5c7a9b8d6f4e2c0a1b3d5f7e9c8a6b4d2f0e1c3a5b7d9f8e"
LONG = "Zk9vUm5xT2R3UWhYcE5jYjRhTGV5R1dzS2pIZkRxVnA" * 2
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
    ("a.config", 'type="A.B, A.C, Version=6.0.0.0, Culture=neutral, PublicKeyToken=adb9793829ddae60"'),
    ("main.bicep", "administratorLoginPassword: sqlAdminPassword"),
    ("values.yaml", "password: jiraToken"),
    ("es.yaml", "- secretKey: github_app_installation_id"),
    ("release.yaml", "githubConfigSecret: home-operations-runner-secret"),
    ("a.json", '"Ed25519Key": "toot:Ed25519Key",'),
    ("Flags.cs", 'public const string PrivateKeyRegeneration = "pm-12241-private-key-regeneration";'),
    ("c.js", 'var VISITED_APPS_STORAGE_KEY = "VisitedAppsV2";'),
    ("Vagrantfile", '"-e ansible_become_pass=vagrant"] +'),
    ("etcd.env", "ETCD_INITIAL_CLUSTER_TOKEN=k8s_etcd"),
    ("credentials.yml.enc", f"{LONG}==--" + "zcS5WjQmGyGNQx3H" + "--" + "aQSpan1SHu621p0ZJjfPRg=="),
    ("s.json", '"secret_key_base": "EJ[1:' + LONG + "=:n5VrlZLX1:" + LONG + '=]"'),
    ("c.go", '{name: "accessKeySecret", value: s3Config.AccessKeySecret},'),
    ("build.go", '"-e", "GPG_PASSWORD=" + os.Getenv("GPG_PASSWORD"),'),
    ("E.php", """'AWS_SECRET="'.config('filesystems.disks.s3.secret')."\\"\\n"."""),
    ("mfa.tsx", 'const key = isPasscode ? "passcode" : "recoveryCode";'),
    ("v.tf", 'variable "api_key" {\n  default = "/grafana/%s/api_key"\n}'),
    ("aws.sh", "credential_source = Ec2InstanceMetadata"),
    ("SECURITY.md", "use the following GPG key: 13BB3A34C9E380258CE43D595CB150B31F6426BC<br>"),
    ("app.ini", "; redis: network=tcp,addr=:6379,password=macaron,db=0,pool_size=100"),
    ("sonar.properties", "sonar.issue.S3437.ruleKey = squid:S3437"),
    ("C.java", '@Value("${security.jwt.token-validity-in-seconds:0}")'),
    ("tasks.json", '"command": "tool add --password \'${input:certPassword}\'"'),
    (".htaccess", 'Header set Access-Control-Allow-Headers "Authorization,X-Accept-Charset,Content-Type"'),
    ("cors.xml", "asList('Accept','Authorization','Content-Type','Accept-Language')"),
    ("api.yaml", "nextPageToken: CAoQAA"),
    (".env.example", "IPINFO_TOKEN=sample-52d06efe5f5b10d"),
    ("a.json", '"proofValue": "' + DRAWN + '"'),
    ("page.html", f'<meta name="google-site-verification" content="{DRAWN}" />'),
    ("ci.yml", "docker run --env MARIADB_ROOT_PASSWORD=mariadb-password -p 4306:3306 mariadb:10"),
    ("a.json", '"SecretsSetup": "setup_secrets.ps1"'),
    ("m.psql", 'SET "ApiKey" = oa."ApiKey"'),
    ("c.yml", "# id_token_encrypted_response_enc: 'A128CBC-HS256'"),
    ("gen.sh", "authelia crypto --file.ca-private-key='ca.rsa.1024.pem'"),
    ("c.yml", "jwt_secret: 'a_very_important_secret'"),
    ("x.md", "`SymmetricCryptoKey::make_aes256_cbc_hmac_key()`"),
    ("ci.yml", 'secrets: "DOCKERHUB-OAT"'),
    ("a.yml", "description: 'redirected to `/callback?token=<Last.fm token>`.'"),
    ("d.json", '"signature": "75afa6992c31698d67c72600261aa7ca451b103a"'),
    ("d.cshtml", 'var client_token = "@Model.ClientToken";'),
    ("checks.xml", '<property name="tokens" value="STRING_LITERAL, CHAR_LITERAL"/>'),
    ("login_es.properties", "form.error.invalidCredential=Credenciales inválidas."),
    ("README.md", "-H 'Cookie: XSRF-TOKEN=1ff67e0c-6f2c-4cf9-afb5-81bc1015b8e5'"),
    ("log.go", r'"(Secret:\")[\\w]*",'),
    ("routes.rb", 'get "/orders/:id/token/:token" => "orders#show"'),
    ("u.rst", "POST /uaa/oauth/token HTTP/1.1"),
    ("s.yaml", "secret: '%kernel.secret%'"),
    ("s.yaml", "token_handler: App\\API\\AccessTokenHandler"),
    ("sudo.yml", "+ ('NOPASSWD: ' if nopasswd | bool else '')"),
    ("axios.js", 'a.headers["X-XSRF-TOKEN"]=1;b={xsrfHeaderName:"X-XSRF-TOKEN",maxContentLength:-1}'),
    ("page.html.min", "i.mfaToken=(l.mfa,o),i}var a;t.key=x;e.value=y?z:k9"),
    ("api.yaml", "example: 'https://hooks.slack.com/services/T00000000/B00000000/" + "X" * 24 + "'"),
    ("policy.json", """"Password": "[parameters('domainPassword')]","""),
    ("db.sh", "mysql --verbose -uroot -p <<SQL"),
    ("a.yml", 'client-secret: "{noop}secret"'),
    ("d.rs", 'Dkim2Result::Pass => "DKIM2_ALLOW",'),
    ("o.yml", "codeChallenge: " + DRAWN),
    ("b.js", r'password:"Contrase\xF1a nueva"'),
    ("coins.json", '"BEETOKEN": "Bee Token",'),
    (
        "cfn.yaml",
        '- Name: AUTH_TOKEN\n  Value: !Join [ "-", [ "runner", !Select [ 2, !Split [ "/", !Ref "StackId" ] ] ] ]',
    ),
    ("cfn.yaml", "- secretsmanager:DescribeSecret"),
    ("deploy.yaml", "secretKeyRef:\n  name: x\n  key: N8N_EDITOR_BASE_URL"),
    ("c.tpl", 'key: {{ .Values.runners.authToken.existingSecretKey | default "N8N_RUNNERS_AUTH_TOKEN" }}'),
    ("auth.md", "const token = randomBytes(32).toString('hex');"),
    ("a.vue", """:key="'ti1:'+index+':'+post.id\""""),
    ("a.php", "$recentKey = 'pf:bouncer_v0:recent_by_pid:' . $status->profile_id;"),
    ("a.php", "protected $signature = 'i18n:export';"),
    ("web.php", "Route::get('password', 'SettingsController@password')->name('settings.password');"),
    ("token.cljc", "(get-in shape [:applied-tokens :font-weight])"),
    ("compose.yaml", "x-secret-key: &shop-secret-key"),
    ("v.json", '"protected":"eyJhbGciOiJSUzI1NiJ9"'),
    ("docs/i18n/vue.min.js", 'a.key=null==a.key?a.isComment?s+"comment":s+a.tag:i(a.key)?0===String(a.key):a.key1;'),
    ("a.json", f'"signedEntryTimestamp": "{DRAWN}"'),
    ("csrf.js.gz", "var csrftoken = window.drf.csrfToken;"),
    (
        "s.js",
        'p.createElement("label",null,"Password:"),e?p.createElement("code",null," ****** "):p.createElement(s,null)',
    ),
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
    ("cfn.yaml", "2:AUTH_TOKEN", f'- Name: AUTH_TOKEN\n  Value: !Sub "{DRAWN}"'),
    ("a.php", "1:key", f"$key = '{DRAWN}:' . $id;"),
    ("auth.md", "1:token", f"const token = '{DRAWN}'"),
    ("c.yaml", "1:password", f'password: "{DRAWN}\'+suffix"'),
    ("app.py.gz", "1:password", f"password = '{DRAWN}'"),
    ("compose.yaml", "1:x-api-key,1:authorization_token", f"x-api-key: {DRAWN}"),
    (
        "m.yaml",
        "2:",
        "k: |\n  -----BEGIN MATRIX " + "PRIVATE KEY-----\n  Key-ID: ed25519:P8gZqV\n\n  " + LONG[:43] + "=\n",
    ),
    (".env.example", "1:APP_KEY", "APP_KEY=s7epnjtomsdond5zgfqgaqmwhhcjct02"),
    ("config.php.example", "1:password", f"'password' => '{DRAWN}',"),
    ("slack.yaml", "1:hook", "hook: https://hooks.slack.com/services/T0G9PQBBK/B0G9PQBBK/" + DRAWN[:24]),
    ("a.config", "1:Server", f"Server=db;PublicKeyToken=adb9793829ddae60;Password={DRAWN};"),
    ("redis.ini", "1:redis", f"redis: network=tcp,password={DRAWN},db=0"),
    ("main.bicep", "1:adminPassword", f"param adminPassword string = '{DRAWN}'"),
    ("Vagrantfile", "1:password", f'password = "{DRAWN}"'),
    ("args.json", "1:ansible_become_pass", f'"-e ansible_become_pass={DRAWN}"],'),
    ("run.yml", "1:token", f"--password '${{env:X}}' --token {DRAWN}"),
    ("a.json", "1:authorization_token", f'"authorization", "Bearer {DRAWN}"'),
    ("SIGNATURE.env", "1:SIGNATURE_KEY", f"SIGNATURE_KEY={'0745cae0b1c2d3e4f5a6b7c8d9e0f1a2'}"),
    ("db.env", "1:DB_PASSWORD", "DB_PASSWORD=db-password-Xk9wQ2"),
    ("db.env", "1:SESSION_KEY", "SESSION_KEY=" + "ABCDE-FGQ7H-IJ9KL"),
    ("k.xml", "3:masterKey", f'<masterKey x="true">\n  <!-- unencrypted -->\n  <value>{DRAWN}</value>\n</masterKey>'),
    (
        "unattend.xml",
        "2:AdministratorPassword",
        f"<AdministratorPassword>\n  <Value>{DRAWN}</Value>\n</AdministratorPassword>",
    ),
    ("settings.xml", "2:password", f"<password>\n  {DRAWN}\n</password>"),
    ("block.yaml", "3:mode", f'credentials: |\n  {{\n    "mode": "{DRAWN}"\n  }}\n'),
    ("block.yaml", "2:MODE", f"credentials: |\n  MODE={DRAWN}\n"),
    ("compose.yaml", "1:URL", f"URL: amqp://app:${{PW_OF_ALL:-{DRAWN}}}@mq/"),
]


@pytest.mark.parametrize(("path", "text"), HARMLESS)
def test_what_is_none(path: str, text: str) -> None:
    """Names, references, code between texts, ciphertext, digests, public keys, versions and vocabularies."""
    assert [*text_lines.credentials(text + "\n", path)] == []


@pytest.mark.parametrize(("path", "told", "text"), REAL)
def test_what_is_one(path: str, told: str, text: str) -> None:
    """Beside what looks like it, or over several lines."""
    found = text_lines.credentials(text + "\n", path)
    assert ",".join(f"{number}:{name}" for number, name, _ in found) == told


def test_lines_of_a_service_account_are_judged_by_their_own_names() -> None:
    """Of JSON in a block under a secret's name, addresses and types are none; the key is one, once."""
    body = "MC4CAQAwBQYDK2Vw" * 4
    lines = [
        "serviceAccountKey: |", "  {", '    "type": "service_account",',
        '    "token_uri": "https://oauth2.googleapis.com/token",', f'    "private_key_id": "{DRAWN[:20]}",', "  }",
    ]  # fmt: skip
    assert [number for number, _, _ in text_lines.credentials("\n".join(lines) + "\n", "values.yaml")] == []
    key = [
        "signingKey: |",
        "  -----BEGIN " + "PRIVATE KEY-----",
        f"  {body}",
        f"  {body}",
        "  -----END PRIVATE KEY-----",
    ]
    assert [number for number, _, _ in text_lines.credentials("\n".join(key) + "\n", "uaa.yml")] == [2]
    public = [
        "pgp-key: |",
        "  -----BEGIN PGP PUBLIC KEY BLOCK-----",
        "",
        f"  x{DRAWN}{DRAWN}",
        f"  {DRAWN}7Ei2oYjhMYE0",
    ]
    assert [*text_lines.credentials("\n".join(public) + "\n", "security.yml")] == []
