"""A value that stands in for a setting: the name of the setting may say nothing, and what it is assigned to a lot."""

from __future__ import annotations

import pytest

from dockgate.detection import text_lines

PW = "kQ7vR2m" + "XpL9wTz4Nb"
REAL = {
    "a.cs": f'var password = Environment.GetEnvironmentVariable("APP_SET") ?? "{PW}";',
    "b.ts": f'const password: string = cfg.value || "{PW}";',
    "c.ts": f'  password: process.env.APP_SET ?? "{PW}",',
    "short.cs": f'var password = Environment.GetEnvironmentVariable("X") ?? "{PW}";',
    "d.kt": f'val password = env("APP_SET") ?: "{PW}"',
    "e.py": f'password = os.getenv("APP_SET") or "{PW}"',
    "f.py": f'password = cfg if cfg else "{PW}"',
    "g.py": f'password = config("APP_SET", default="{PW}")',
    "h.pl": f"my $p = $ENV{{DB_PASSWORD}} // '{PW}';",
    "i.rs": f'let password = env::var("APP_SET").unwrap_or_else(|_| "{PW}".to_string());',
    "j.go": f'password := getEnv("APP_SET", "{PW}")',
    "k.scala": f'val password = sys.env.getOrElse("APP_SET", "{PW}")',
    "l.r": f'password <- Sys.getenv("APP_SET", "{PW}")',
    "m.js": f'const password = cfg ? cfg.value : "{PW}";',
    "n.dart": f"final password = String.fromEnvironment('APP_SET', defaultValue: '{PW}');",
    "o.sh": f'PASSWORD="${{1:-{PW}}}"',
    "p.yaml": f'password: {{{{ env "APP_SET" | default "{PW}" }}}}',
}
HARMLESS = {
    "a.cs": f'var label = Environment.GetEnvironmentVariable("APP_SET") ?? "{PW[:9]}";',
    "b.yml": 'local_password: \'{{ x.password | d(lookup("pipe", "openssl rand -base64 16")) }}\'',
    "c.js": "x=1;" * 1_500 + f'password=y;other=cfg||"{PW[:9]}"',
    "d.js": 'const password = form.value || "";',
    "e.py": 'password = os.getenv("APP_SET") or "changeme"',
    "f.ts": f'if (password === x) {{ name = y || "{PW[:9]}" }}',
}


@pytest.mark.parametrize("path", REAL)
def test_a_value_that_stands_in_is_found(path: str) -> None:
    [(number, name, found)] = text_lines.credentials(f"{REAL[path]}\n", path)
    assert (number, name.lower(), found.kind) == (
        1, "db_password" if path == "h.pl" else "password", "secret by its name",
    )  # fmt: skip


@pytest.mark.parametrize("path", HARMLESS)
def test_what_is_assigned_to_another_name_is_none(path: str) -> None:
    assert [*text_lines.credentials(f"{HARMLESS[path]}\n", path)] == []
