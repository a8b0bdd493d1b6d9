"""Lines with credentials and lines with placeholders, made anew from a seed: none of them opens anything."""

from __future__ import annotations

import base64
import json
import random
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import heldout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LETTERS = string.ascii_letters + string.digits
SYMBOLS = LETTERS + "!@%^&*()-_=+[]{}:,.<>/?~"
B64URL = LETTERS + "-_"
HEX = "0123456789abcdef"
BASE32 = string.ascii_uppercase + "234567"

# (name, prefix, alphabet, length, suffix): keys as their providers document them.
FORMATS = (
    ("AWS_ACCESS_KEY_ID", "AKIA", BASE32, 16, ""),
    ("AWS_SECRET_ACCESS_KEY", "", LETTERS + "+/", 40, ""),
    ("GITHUB_TOKEN", "ghp_", LETTERS, 36, ""),
    ("CI_PUSH", "github_pat_", LETTERS, 82, ""),
    ("GITLAB_TOKEN", "glpat-", B64URL, 20, ""),
    ("SLACK_BOT_TOKEN", "xoxb-", string.digits, 12, "-%d-%t"),
    ("STRIPE_SECRET_KEY", "sk_live_", LETTERS, 24, ""),
    ("STRIPE_KEY", "rk_live_", LETTERS, 24, ""),
    ("STRIPE_WEBHOOK_SECRET", "whsec_", LETTERS, 32, ""),
    ("GOOGLE_API_KEY", "AIza", B64URL, 35, ""),
    ("GOOGLE_CLIENT_SECRET", "GOCSPX-", B64URL, 28, ""),
    ("SENDGRID_API_KEY", "SG.", B64URL, 22, ".%s"),
    ("TWILIO_AUTH_TOKEN", "", HEX, 32, ""),
    ("MAILGUN_API_KEY", "key-", HEX, 32, ""),
    ("NPM_TOKEN", "npm_", LETTERS, 36, ""),
    ("TWINE_PASSWORD", "pypi-", B64URL, 160, ""),
    ("DOCKER_PAT", "dckr_pat_", B64URL, 27, ""),
    ("HF_TOKEN", "hf_", LETTERS, 34, ""),
    ("OPENAI_API_KEY", "sk-proj-", B64URL, 48, ""),
    ("DIGITALOCEAN_ACCESS_TOKEN", "dop_v1_", HEX, 64, ""),
    ("SHOPIFY_TOKEN", "shpat_", HEX, 32, ""),
    ("TELEGRAM_BOT_TOKEN", "123845671:AA", B64URL, 33, ""),
    ("DATABRICKS_TOKEN", "dapi", HEX, 32, ""),
    ("VAULT_TOKEN", "hvs.", B64URL, 90, ""),
    ("DATADOG_API_KEY", "", HEX, 32, ""),
    ("RAZORPAY_KEY", "rzp_live_", LETTERS, 14, ""),
    ("AGE_IDENTITY", "AGE-SECRET-KEY-1", string.ascii_uppercase + string.digits, 58, ""),
)
RANDOM_NAMES = (
    "POSTGRES_PASSWORD DB_PASSWORD MYSQL_ROOT_PASSWORD REDIS_PASSWORD SECRET_KEY SESSION_KEY JWT_SECRET API_KEY "
    "ENCRYPTION_KEY SMTP_PASS ADMIN_PASSWORD client_secret auth_token accessToken COOKIE_SECRET dbPassword "
    "RABBITMQ_DEFAULT_PASS MINIO_ROOT_PASSWORD signing_key WEBHOOK_SECRET"
).split()
FIRST = (
    "Summer Winter Tiger Marlene Borussia Falcon Oslo Kitchen Guitar Rocket Amelie Vienna Coffee Pixel Nebula".split()
)
SECOND = "Cloud River Garten Lemon Bicycle Castle Thunder Orbit Violet Harbor Maple Walrus Copper Meadow Zigzag".split()

PLACEHOLDERS = (
    "changeme CHANGE_ME change-me changeit ChangeMe123 change_this_password please-change-me changethis replaceme "
    "replace-with-your-key REPLACE_ME your-api-key-here your_password your-secret-key YOUR_TOKEN_HERE "
    "yourpassword <password> <your-token> <YOUR_API_KEY> ${DB_PASSWORD} ${API_KEY:-} $SECRET {{secret_key}} "
    "{{.Values.password}} %(password)s __PASSWORD__ [REDACTED] REDACTED xxxxxxxx XXXXXXXXXXXXXXXX ******** "
    "xxx-xxx-xxx password Password1 passw0rd secret s3cret mysecret my-secret-password secretkey supersecret "
    "super-secret-key topsecret admin admin123 root toor postgres postgresql mysql redis minioadmin guest test "
    "test123 testpassword test-secret dummy dummy-token dummypassword fake-api-key fake_secret example "
    "example-password example_key sample-secret foobar foo bar placeholder placeholder-value insert-key-here "
    "INSERT_TOKEN todo TODO-set-me fixme TBD none null undefined not-a-real-secret not_a_real_password notasecret "
    "insecure-dev-key dev-only-password dev-secret local-dev-secret development-secret-key "
    "django-insecure-change-me 12345678 123456789 0123456789abcdef 0000000000000000 "
    "00000000000000000000000000000000 aaaaaaaaaaaaaaaa deadbeefdeadbeefdeadbeefdeadbeef "
    "abcdefghijklmnopqrstuvwxyz abcdef1234567890abcdef1234567890 1234567890abcdef1234567890abcdef letmein qwerty "
    "qwerty123 default demo demo123 welcome hello user:password @DB_PASSWORD@ #{db_password} %DB_PASS% "
    "enter-your-key fill-me-in this-is-not-a-secret some-random-string a-very-long-random-secret-string-here "
    "a_long_random_string generate-a-random-key set-in-production secret-goes-here put-your-secret-here "
    "YOUR-32-CHARACTER-SECRET-KEY-HERE "
).split()
PLACEHOLDER_KEYS = (
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7" + "EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY"),
    ("AWS_ACCESS_KEY_ID", "AKIAXXXXXXXXXXXXXXXX"),
    ("GITHUB_TOKEN", "ghp_" + "x" * 36),
    ("GITHUB_TOKEN", "ghp_" + "your_token_here".ljust(36, "x")),
    ("STRIPE_SECRET_KEY", "sk_test_" + "your_key_here"),
    ("STRIPE_SECRET_KEY", "sk_live_" + "x" * 24),
    ("SLACK_TOKEN", "xoxb-your-token-here"),
    ("OPENAI_API_KEY", "sk-" + "your-openai-api-key-goes-here-please"),
    ("OPENAI_API_KEY", "sk-" + "x" * 48),
    ("SENDGRID_API_KEY", "SG." + "x" * 22 + "." + "x" * 43),
    ("GOOGLE_API_KEY", "AIza" + "YOUR_GOOGLE_API_KEY_GOES_HERE_12345"),
    ("DATABASE_URL", "postgres://user:password@localhost:5432/app"),
    ("DATABASE_URL", "postgresql://postgres:postgres@db:5432/postgres"),
    ("DATABASE_URL", "mysql://root:changeme@mysql/app"),
    ("DATABASE_URL", "postgres://${DB_USER}:${DB_PASSWORD}@db/app"),
    ("DATABASE_URL", "postgres://<user>:<password>@<host>/<db>"),
    ("REDIS_URL", "redis://:changeme@redis:6379/0"),
    ("AMQP_URL", "amqp://guest:guest@rabbitmq:5672"),
    ("MONGO_URL", "mongodb://admin:example@mongo:27017"),
)
ORDINARY = (
    ("PASSWORD_FILE", "/run/secrets/db_password"),
    ("SECRET_KEY_PATH", "/etc/app/secret.key"),
    ("TOKEN_URL", "https://auth.shop.internal/oauth/token"),
    ("AUTH_TOKEN_TTL", "3600"),
    ("PASSWORD_MIN_LENGTH", "12"),
    ("SECRET_NAME", "shop/production/database"),
    ("API_KEY_HEADER", "X-Api-Key"),
    ("JWT_ALGORITHM", "RS256"),
    ("TOKEN_ENDPOINT", "/api/v2/token"),
    ("PASSWORD_HASHER", "argon2id"),
    ("AUTH_ENABLED", "true"),
    ("KEYCLOAK_REALM", "warehouse"),
    ("SECRETS_BACKEND", "hashicorp-vault"),
    ("CREDENTIALS_FILE", "credentials.json"),
    ("TOKENIZER_MODEL", "bert-base-uncased"),
    ("SSH_PUBLIC_KEY", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq3v0mV5j2vJm0k1rS8b5Zr6o0w6f0y4cB9eQx1nT7d ops@shop"),
    ("PUBLIC_KEY", "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq"),
    ("ACCESS_KEY_ROTATION_DAYS", "90"),
)


# What programs say where settings would have a value: types, expressions, names of things, sentences.
EXPRESSIONS = (
    ("def sign(value: str, salt: bytes, key: Key) -> str:", ".py"),
    ("    token: str | None = None", ".py"),
    ("    password = settings.database_password", ".py"),
    ("worst = min(hits, key=lambda name: hits[name])", ".py"),
    ('    secret = vault.read(path)["data"]', ".py"),
    ('SESSION_KEY = "session-key"', ".py"),
    ('KEY = "dev.shop.labels.secret"', ".py"),
    ('    if key == "expires":', ".py"),
    ('parser.add_argument("--token", help="token: the one from your profile page")', ".py"),
    ('raise ValueError("password: at least 12 characters, please")', ".py"),
    ('url = f"https://{user}:{password}@{host}:5432/{database}"', ".py"),
    ('dsn = "postgresql://%s:%s@%s/%s" % (user, password, host, name)', ".py"),
    ('"""The key: which it is, and how the service learns a new one."""', ".py"),
    ("# token: taken from the header, see below", ".py"),
    ('TOKEN = re.compile(r"gh[pousr]_[A-Za-z0-9]{36,}")', ".py"),
    ("const token = await getToken(user.id);", ".js"),
    ("const password = process.env.DB_PASSWORD;", ".js"),
    ("  apiKey: config.get('api.key'),", ".ts"),
    ("  password: z.string().min(12),", ".ts"),
    ("interface Login { user: string; password: string; token?: string }", ".ts"),
    ("const url = `https://api.test/v1?token=${token}`;", ".ts"),
    ('  label: "password", placeholder: "Your password",', ".tsx"),
    ('\tpassword := os.Getenv("DB_PASSWORD")', ".go"),
    ('\tToken string `json:"access_token"`', ".go"),
    ("    String password = config.getPassword();", ".java"),
    ('    @Value("${spring.datasource.password}") private String password;', ".java"),
    ("    let secret: SecretString = read_secret(&path)?;", ".rs"),
    ("    'password' => env('DB_PASSWORD', ''),", ".php"),
    ("  password = var.database_password", ".tf"),
    ("  secret: Rails.application.credentials.secret_key_base", ".rb"),
    ("The password: how to change it, and when.", ".md"),
    ("`--key=FILE` names the public key; salt: 16 bytes, drawn at random.", ".md"),
    ("| token | `inv secrets.set TOKEN --env=prod` | reads it from stdin |", ".md"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, the file's suffix, the variable and its value, and whether that is a credential."""

    text: str
    suffix: str
    name: str
    value: str
    credential: bool
    family: str


def lines(seed: int = 7) -> tuple[Line, ...]:
    """Return the settings of a seed: the same lines on every machine."""
    return tuple(_lines(seed, _written))


def programs(seed: int = 7) -> tuple[Line, ...]:
    """Return the same values as programs hold them, and what stands in programs instead of values."""
    spoken = (Line(text, suffix, "", "", credential=False, family="expression") for text, suffix in EXPRESSIONS)
    return (*_lines(seed, _programmed), *spoken)


def held_out() -> tuple[Line, ...]:
    """Return the lines of `heldout`, each written in one of the ways."""
    values = [*((*each, True) for each in heldout.CREDENTIALS), *((*each, False) for each in heldout.OTHERS)]
    return tuple(
        Line(*_written(number, name, value), name, value, credential, "held out" if credential else "held out, none")
        for number, (name, value, credential) in enumerate(values)
    )


def _lines(seed: int, written: Callable[[int, str, str], tuple[str, str]]) -> Iterator[Line]:
    chance = random.Random(seed)
    values = [*_credentials(chance), *_placeholders(chance), *_ordinary(chance)]
    for number, (name, value, family) in enumerate(values):
        yield Line(*written(number, name, value), name, value, family in CREDENTIAL_FAMILIES, family)


CREDENTIAL_FAMILIES = frozenset({"provider", "random", "address", "human", "encoded", "unnamed"})


def _credentials(chance: random.Random) -> Iterator[tuple[str, str, str]]:
    def text(alphabet: str, length: int) -> str:
        return "".join(chance.choices(alphabet, k=length))

    for name, prefix, alphabet, length, suffix in FORMATS * 3:
        tail = (
            suffix.replace("%d", text(string.digits, 12))
            .replace("%t", text(LETTERS, 24))
            .replace("%s", text(B64URL, 43))
        )
        yield name, prefix + text(alphabet, length) + tail, "provider"
    for name in RANDOM_NAMES:
        for alphabet, length in ((LETTERS, 16), (LETTERS, 32), (SYMBOLS, 20), (B64URL, 43), (HEX, 32), (HEX, 64)):
            yield name, text(alphabet, length), "random"
        yield name, base64.b64encode(chance.randbytes(32)).decode(), "random"
    for scheme, host in (
        ("postgres", "db"),
        ("mysql", "mysql"),
        ("redis", "cache"),
        ("amqp", "queue"),
        ("mongodb", "m"),
    ):
        for length in (12, 16, 20, 24):
            yield f"{scheme.upper()}_URL", f"{scheme}://app:{text(LETTERS, length)}@{host}:5432/shop", "address"
    for name in RANDOM_NAMES[:10]:
        first, second = chance.choice(FIRST), chance.choice(SECOND)
        yield name, f"{first}{second}{chance.randint(10, 99)}!", "human"
        yield (
            name,
            f"{second.lower()}-{first.lower()}-{chance.randint(1000, 9999)}-{chance.choice(SECOND).lower()}",
            "human",
        )
        yield name, f"{first[0]}{second}#{chance.randint(100, 999)}{first[1:4]}", "human"
    for _ in range(10):
        head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()).decode().rstrip("=")
        body = base64.urlsafe_b64encode(json.dumps({"sub": text(HEX, 12)}).encode()).decode().rstrip("=")
        yield "SERVICE_JWT", f"{head}.{body}.{text(B64URL, 43)}", "encoded"
        yield "BASIC_AUTH", base64.b64encode(f"svc:{text(LETTERS, 20)}".encode()).decode(), "encoded"
    for name in ("UPSTREAM", "PARTNER", "WAREHOUSE_FEED", "SYNC", "LEGACY_BRIDGE") * 3:
        yield name, text(LETTERS, 40), "unnamed"


def _placeholders(chance: random.Random) -> Iterator[tuple[str, str, str]]:
    for value in PLACEHOLDERS:
        for name in chance.sample(RANDOM_NAMES, 3):
            yield name, value, "placeholder"
    for name, value in PLACEHOLDER_KEYS:
        yield name, value, "placeholder key"


def _ordinary(chance: random.Random) -> Iterator[tuple[str, str, str]]:
    for name, value in ORDINARY:
        yield name, value, "ordinary"
    for number in range(20):
        digest = "".join(chance.choices(HEX, k=64))
        yield f"IMAGE_{number}_DIGEST", f"sha256:{digest}", "ordinary"
        yield "GIT_COMMIT", digest[:40], "ordinary"
        yield "TENANT_ID", f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}", "ordinary"


def _written(number: int, name: str, value: str) -> tuple[str, str]:
    """Return the assignment in one of the ways in which files of settings write it, and the suffix of such a file."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    forms = (
        (f"{name}={value}", ".env"),
        (f'{name}="{quoted}"', ".env"),
        (f"export {name}='{value}'", ".sh"),
        (f'{name.lower()}: "{quoted}"', ".yaml"),
        (f'  "{name}": "{quoted}",', ".json"),
        (f'ENV {name}="{quoted}"', ".dockerfile"),
    )
    return forms[number % len(forms)]


def _programmed(number: int, name: str, value: str) -> tuple[str, str]:
    """Return the assignment in one of the ways in which programs write it."""
    text = value.replace("\\", "\\\\").replace('"', '\\"')
    first, *rest = name.lower().split("_")
    camel = first + "".join(map(str.capitalize, rest))
    forms = (
        (f'{name} = "{text}"', ".py"),
        (f'    {name.lower()}: str = "{text}"', ".py"),
        (f'client = connect(host, {name.lower()}="{text}")', ".py"),
        (f'    "{name.lower()}": "{text}",', ".py"),
        (f'const {camel} = "{text}";', ".js"),
        (f'  {camel}: "{text}",', ".ts"),
        (f'\t{camel} := "{text}"', ".go"),
        (f'    private static final String {name} = "{text}";', ".java"),
        (f'    "{name.lower()}" => "{text}",', ".php"),
        (f'const {name}: &str = "{text}";', ".rs"),
    )
    return forms[number % len(forms)]
