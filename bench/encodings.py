"""Twenty ways in which a secret gets into a value, and values that hold none."""

from __future__ import annotations

import base64
import json
import string
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

SYMBOLS = string.ascii_letters + string.digits + "!#$%&()*+,-./:;<=>?@[]^_{|}~"


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _url(secret: str) -> str:
    return f"postgresql://app:{quote(secret, safe='')}@db.internal:5432/shop?sslmode=require"


ENCODINGS: dict[str, Callable[[str], str]] = {
    "whole": str,
    "quoted": ' "{}" '.format,
    "URL": _url,
    "URL, unescaped": "postgres://app:{}@db:5432/shop".format,
    "query": lambda secret: f"https://api.internal/v1?user=x&token={quote_plus(secret)}&z=1",
    "libpq": lambda secret: "host=db password='{}' dbname=x".format(secret.replace("\\", "\\\\").replace("'", "\\'")),
    "ADO": lambda secret: 'Server=db;Password="{}";Encrypt=true'.format(secret.replace('"', '""')),
    "JDBC": lambda secret: f"jdbc:postgresql://db/shop?user=a&password={quote(secret, safe='')}&ssl=true",
    "ODBC": lambda secret: "Driver={{X}};Uid=a;Pwd={{{}}};".format(secret.replace("}", "}}")),
    "JSON": lambda secret: json.dumps({"db": {"user": "a", "password": secret}}),
    "JSON in JSON": lambda secret: json.dumps(json.dumps({"p": secret})),
    "base64": _b64,
    "base64url": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
    "base64 of a URL": lambda secret: _b64(_url(secret)),
    "basic authorisation": lambda secret: f"Basic {_b64(f'user:{secret}')}",
    "base64, three deep": lambda secret: _b64(_b64(_b64(secret))),
    "hex": lambda secret: secret.encode().hex(),
    "percent": lambda secret: "".join(f"%{byte:02X}" for byte in secret.encode()),
    "shell": lambda secret: "export X='{}'".format(secret.replace("'", "'\\''")),
    "minified program": lambda secret: f"{'a.b=c;' * 200}k({json.dumps(secret)});{'d(e,[f]);' * 200}",
    "prefix": "prod-{}".format,
}


def unrelated(chance: random.Random) -> str:
    """Return a value as env files have them, that holds no known secret."""
    word = "".join(chance.choices(SYMBOLS, k=chance.randint(4, 60)))
    plain = "".join(chance.choices(string.ascii_letters + string.digits, k=chance.randint(8, 48)))
    number = chance.randrange(10**6)
    return chance.choice(
        (
            word,
            plain,
            _b64(word),
            word.encode().hex(),
            f"https://svc{number}.internal:8443/{plain}?a={number}",
            f"postgres://app:{plain}@db{number}/shop",
            json.dumps({"id": number, "token": word}),
            f"value-{number}",
        )
    )


def setting(chance: random.Random, number: int) -> str:
    """Return a value as most variables have one: words, numbers, addresses; now and then a token."""
    plain = "".join(chance.choices(string.ascii_letters + string.digits, k=24))
    return (
        f"value-{number}",
        f"https://svc{number}.internal:8443/path/{number}?a=b",
        f"postgres://app:{plain}@db{number}:5432/shop{number}",
        plain * 2,
        json.dumps({"a": plain, "b": [1, 2]}),
        str(number),
        "true",
        f"the quick brown fox {number}",
    )[number % 8]
