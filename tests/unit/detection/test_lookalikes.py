"""Names, versions, words and expressions that stand where a secret could."""

from __future__ import annotations

import pytest

from dockgate.detection import credential, lookalikes

NAMES = [
    "^3.0.0 || ^4.0.0",
    "~> 2.1",
    ">= 1.2, < 2.0",
    "npm:^7.0.3",
    "1.0  -  2.0",
    "Passwort vergessen?",
    "A b c d e f",
]
# Each is a name up to its last character; what each word of it may be was tried with what each other may be.
LONG = ["ab-" * 60 + "#", "ab1c-" * 60 + "#", "1.0" + " " * 2_000 + "x", "Xq zr " * 2_000 + "\t", "[" + "a-a" * 3_000]


@pytest.mark.parametrize("text", NAMES)
def test_a_range_or_a_sentence_is_none(text: str) -> None:
    """Under a name that speaks of a secret."""
    assert lookalikes.names_something("token", text)


@pytest.mark.parametrize("text", ["postgres-secret-v2", "us-east-1a", "db1-key2b-3c", "a-b"])
def test_the_name_of_a_resource_is_none(text: str) -> None:
    assert lookalikes.names_something("secret", text)


@pytest.mark.parametrize("text", ["(?:a|b)", "[a-z]+", "[^a-f0-9]{4}", "[^,]+", r"\d{4}"])
def test_an_expression_is_none(text: str) -> None:
    assert lookalikes.is_expression(text)


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_a_long_value_that_is_nearly_a_name_may_be_a_secret(text: str) -> None:
    assert not lookalikes.names_something("secret", text)


@pytest.mark.parametrize("text", ["[a-z]", "a[b]c-d+", "kX7mQ2vN-9pR4tW8z", "3.0 secret"])
def test_what_only_has_signs_of_one_may_be_a_secret(text: str) -> None:
    assert not lookalikes.is_one("token", text)


@pytest.mark.parametrize(
    "text",
    [
        "--storage.tsdb.retention.time=7d",
        "--web.listen-address=:9090",
        "type=image,compression=zstd,compression-level=3,force-compression=true",
        "sum(rate(http_requests_total[5m]))",
        "sum(increase(logins_total{outcome!='accepted'}[1h]))",
    ],
)
def test_what_tells_a_program_what_to_do_is_no_chosen_secret(text: str) -> None:
    """A slow comparison of it, and of each part, would be in vain."""
    assert lookalikes.is_direction(text)
    assert credential.holds_nothing(text)
    assert not credential.may_be_chosen(text)


@pytest.mark.parametrize(
    "text",
    [
        "--token=kQ7vR2mW9xLz",
        "correct-horse=battery,staple=harbour",
        "type=image,password=" + "kq7vr2mw9xlz",
        "x8K(v2Lm)9Qr",
        "horse(battery)staple",
    ],
)
def test_what_may_be_a_chosen_secret_is_no_direction(text: str) -> None:
    """It has signs of an option or a query, and a value that is long enough."""
    assert not lookalikes.is_direction(text)


DRAWN = "q7Vw2ZkT9mXc4L"
HEX = "9f2c4e6a8b0d1f3e5c7a9b8d6f4e2c0a"
SIGNED = "Zk9vUm5xT2R3UWhYcE5jYjRhTGV5R1dzS2pIZkRxVnA9" * 2  # 88 characters


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        # Other scripts and languages; Latin letters in them are no sentence.
        ("token", "ন", True),
        ("token", "パスワード", True),
        ("token", "ন-Walrus7x", False),
        ("token", "Contraseña", True),
        ("token", r"Contrase\u00f1a", True),
        ("token", "[a-z]+", True),
        # A word of a vocabulary, and a longer one.
        ("token", "write", True),
        ("token", "WRITE", True),
        ("token", "Paperless", True),
        ("token", "walrusorbits", False),
        ("token", "GITHUB_TOKEN", True),
        ("token", "required|string|max:255", True),
        ("token", "^1.2.3 || ~2.0", True),
        ("token", "<code>x</code>", True),
        # What something is called: by its last word, by its own name, by a number beside it.
        ("x", "myJiraToken", True),
        ("x", "jira_walrus_token", True),
        ("x", "my jira token", True),
        ("x", "myJiraWalrus", False),
        ("Ed25519X", "toot:Ed25519X", True),
        ("Ed25519Key", 'a.b#"ed25519key"', True),
        ("Ed25519Key", "toot:Ed25519Kay", False),
        ("", "Walrus7Orbit.", False),
        ("WalrusOrbit", "pm-12241-walrus-orbit", True),
        ("WalrusOrbit", "pm-122417-walrus-orbit", False),
        ("WalrusOrbit", "walrus-orbit-7x9", False),
        ("Walrus", "pm-12241-walrus", False),
        # A place in a document or a store; a password may look so.
        ("ref", "#/components/schemas", True),
        ("password", "#/components/schemas", True),
        ("ref", "#/k9vq2Lm8Zt", False),
        ("token", "['v2/tokens']", True),
        ("PASSWORD", "v2/tokens", False),
        ("token", "v2.tokens7q", False),
        # A digest of which the name speaks.
        ("SHA256_PASSWORD", HEX * 2, True),
        ("PASSWORD", HEX * 2, False),
        ("md5_token", HEX[:31], False),
        ("X_Signature", SIGNED, True),
        ("signature", SIGNED[:79], False),
        ("signature_key", SIGNED, False),
        # The entry of a secret that is meant.
        ("secretKey", "kubeconfigs", True),
        ("aws-secret-key", "abcdefghijklmno", True),
        ("secretKey", "abcdefghijklmnop", False),
        ("SECRET_KEY", "kubeconfigs", False),
        ("accessKey", "kubeconfigs", False),
        ("secretKey", "load_1min", True),
        ("secretKey", "kubeConfigsOf", False),
        # A resource of a cluster, where a name is all that there is.
        ("Secret", "db1-key2b-3c", True),
        ("token", "db1-key2b-3c", False),
        # No more than its own name and words that all have.
        ("walrus_password", "walrus-password1", True),
        ("walrus_key", "my walrus", True),
        ("otter_key", "my walrus", False),
        ("beewalrus", "bee walrus", True),
        ("beewalrus_otter", "bee walrus", False),
        ("beewalrusorbits", "walrusorbits", False),
        ("walrus_key", "walrusKey-v2", True),
        # Words that are joined: as a password, three of them are a passphrase.
        ("token", "walrus-orbit-copper", True),
        ("db_pass", "walrus-orbit-copper", False),
        ("DB_PASS", "walrus-orbit-copper", False),
        ("DB_PASS", "walrus.orbit", True),
    ],
)
def test_what_a_text_under_a_secrets_name_is_called(name: str, text: str, *, named: bool) -> None:
    assert lookalikes.names_something(name, text) is named


@pytest.mark.parametrize(
    ("text", "protected"),
    [
        ("vault:secret/data", True),
        (f"vault:secret/{DRAWN}", False),
        ("!Ref Password", True),
        (f"!Sub {DRAWN}", False),
        ("$$2y$$10$$N9qo8uLOickgx2ZMRZoMye", True),
        (f"ENC[AES256,data:{DRAWN}]", True),
        (f"ssh-ed25519 AAAA{DRAWN}", True),
        ("walrus-Orbit7-copper", False),
    ],
)
def test_what_is_public_encrypted_or_elsewhere(text: str, *, protected: bool) -> None:
    assert lookalikes.is_protected(text) is protected
    assert lookalikes.is_one("", text) is (protected or lookalikes.names_something("", text))


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("{props.token}", True),
        ("{assigns[:secret]}", True),
        (f"{{{DRAWN}}}", False),
        ("x{props.token}", False),
        ("ti:'+index+':'+post.id", True),
        (f"{DRAWN}'+index", False),
        ("walrus'", False),
    ],
)
def test_what_a_program_puts_together(text: str, *, expression: bool) -> None:
    assert lookalikes.is_expression(text) is expression


@pytest.mark.parametrize(
    ("text", "fingerprint", "identifier", "encrypted"),
    [
        ("13BB3A34C9E380258CE43D595CB150B31F6426BC", True, False, False),
        ("13BB3A34C9E380258CE43D595CB150B31F6426B", False, False, False),
        ("v2/names", False, True, False),
        ("load_1min", False, True, False),
        ("loadmin", False, False, False),
        ("md5" + HEX, False, False, True),
        ("md5" + HEX[1:], False, False, False),
    ],
)
def test_fingerprints_identifiers_and_ciphertext(
    text: str, *, fingerprint: bool, identifier: bool, encrypted: bool
) -> None:
    assert lookalikes.is_fingerprint(text) is fingerprint
    assert lookalikes.is_identifier(text) is identifier
    assert lookalikes.is_encrypted(text) is encrypted


@pytest.mark.parametrize("text", ["1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "bitcoin:12eQ9m4sgAwTSQoNXkRABKhCXCsjm2jdVG"])
def test_an_address_of_a_chain(text: str) -> None:
    """Each digit counts."""
    assert lookalikes.is_address(text)
    assert not lookalikes.is_address(text[:-1] + "9")
    assert not lookalikes.is_address("z" + text[-24:])
    assert not lookalikes.is_address("walrus")
