"""What the rest of a file says of what one of its lines looks like."""

from __future__ import annotations

import string

import pytest

from dockgate.detection import text_lines

DRAWN = "k7Qm2xV9pL4wTz8RnB5cYd3H"
HEX = "9f2c4e6a8b0d1f3e5c7a9b8d6f4e2c0a"
WORDS = "Sign in again|Try once more|Keep me informed|Close this window|Start a new game".split("|")


def found(text: str, path: str = "settings.yml") -> list[str]:
    return [name for _, name, _ in text_lines.credentials(text, path)]


def rows(name: str, count: int) -> str:
    """Return so many lines that give a name another value, all of which look drawn."""
    return "".join(f'  "{name}": "{DRAWN[each:]}{DRAWN[:each]}",\n' for each in range(count))


def test_a_column_of_a_table_is_data() -> None:
    assert not found(rows("origin", 4), "coins.json")
    assert found(rows("origin", 3), "coins.json") == ["origin"] * 3


def test_the_values_of_a_list_of_variables_are_no_column() -> None:
    """What each is called stands beside it."""
    assert found(rows("value", 4), "list.json") == ["value"] * 4


def test_a_vague_name_needs_more_values_than_another() -> None:
    assert found(rows("key", 5), "cache.json") == ["key"] * 5
    assert not found(rows("key", 6), "cache.json")


def test_a_clear_name_is_never_a_column_of_settings() -> None:
    assert found(rows("password", 6), "people.json") == ["password"] * 6


def test_the_payloads_of_an_example_have_one_of_each_person_in_prose() -> None:
    assert not found(rows("token", 3), "events.md")
    assert found(rows("token", 2), "events.md") == ["token"] * 2
    assert found(rows("password", 3), "events.md") == ["password"] * 3


def labels(count: int) -> str:
    return "".join(f'  "label{each}": "{WORDS[each % len(WORDS)]}",\n' for each in range(count))


@pytest.mark.parametrize("said", ["Wachtwoord", "Allweddi API"])
def test_a_translation_says_what_an_interface_shows(said: str) -> None:
    entry = f'  "user_password": "{said}",\n'
    assert not found(labels(24) + entry, "lang-nl.json")
    assert found(labels(12) + entry, "lang-nl.json") == ["user_password"]


def test_a_drawn_password_among_labels_is_one() -> None:
    assert found(labels(24) + f'  "user_password": "{DRAWN}",\n', "lang-nl.json") == ["user_password"]


def test_a_translation_in_elements_is_one() -> None:
    """Of Android; the names of its elements are no values."""
    said = "".join(f'<string name="a{each}">{WORDS[each % len(WORDS)]}</string>\n' for each in range(24))
    assert not found(said + '<string name="user_password">Wachtwoord</string>\n', "values-nl/strings.xml")


def test_a_translation_of_single_words_has_some_phrases() -> None:
    words = "".join(f'  "word{each}": "Woord",\n' for each in range(60))
    assert not found(words + labels(20) + '  "user_password": "Iphasiwedi",\n', "zu.json")
    assert found(words + '  "user_password": "Iphasiwedi",\n', "zu.json") == ["user_password"]


def test_words_of_another_script_are_none() -> None:
    assert not found('password: "রহস্য শব্দ লিখুন"\n')


def test_the_password_of_a_demonstration_is_its_user() -> None:
    assert not found("PGUSER: bakery\nPGPASSWORD: bakery\n", "ci.yml")
    assert found("PGUSER: baker\nPGPASSWORD: bakeryhouse\n", "ci.yml") == ["PGPASSWORD"]
    assert not found("CREATE USER acceptance@'%' IDENTIFIED BY 'acceptance';\n", "init.sql")


def test_the_key_of_a_search_box_is_in_each_page() -> None:
    near = f"algolia: {{\n  appId: 'R2IYF7ETH7',\n  apiKey: '{HEX}',\n  indexName: 'docs',\n}}\n"
    assert not found(near, "config.ts")
    assert found(near.replace("algolia", "mailer").replace("indexName", "sender"), "config.ts") == ["apiKey"]
    assert found(near.replace("apiKey", "adminSecret"), "config.ts") == ["adminSecret"]


def test_the_key_of_an_application_at_google_is_public() -> None:
    key = "AIza" + "SyD3kV9xQm2Lw8TzRb5NcYh7Pf4Gj6Us1Ea"
    assert not found(f'"current_key": "{key}",\n"mobilesdk_app_id": "1:23:android:4"\n', "app/google-services.json")
    assert found(f'"current_key": "{key}"\n', "settings.json") == ["current_key"]


def test_a_key_of_a_property_list_is_a_name() -> None:
    entry = "<key>13B07F861A680F5B00A75B9A</key>\n"
    assert not found(f"<dict>\n{entry}<true/>\n</dict>\n", "x.plist")
    assert found(entry, "x.xml") == ["key"]


def test_a_table_of_codes_has_a_name_for_each() -> None:
    codes = "".join(f"  {a}{b}: '1f{ord(a):x}{ord(b) % 10}',\n" for a in "abcdefgh" for b in string.ascii_lowercase[:6])
    assert not found(codes + "  pass: '1f3ab',\n", "emoji.js")
    assert found(codes[:200] + "  pass: '1f3ab',\n", "emoji.js") == ["pass"]


def test_what_a_bundle_calls_a_password_is_a_label() -> None:
    assert not found("a=1;" * 1_500 + 'b={password:"Wachtwoord"}\n', "main.js")
    assert found("a=1;" * 100 + 'b={password:"Wachtwoord"}\n', "main.js") == ["password"]
    assert found("a=1;" * 1_500 + f'b={{password:"{DRAWN}"}}\n', "main.js") == ["password"]


def test_code_of_a_bundle_is_no_address() -> None:
    code = 'e="ws://"+a+":"+f(b),g@h;err="http://a:b(c),d;e@f"\n'
    assert not found("a=1;" * 1_500 + code, "main.js")


def test_an_identifier_beside_another_is_none() -> None:
    call = f'get("app_1srOrx2ZWZBpBUvZwXKQmoEYga2", "{DRAWN}")\n'
    assert not found(call, "call.txt")
    assert found(f'get("STRIPE_THING", "{DRAWN}")\n', "call.txt")
