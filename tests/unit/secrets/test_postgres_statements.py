"""What a database is told about its roles."""

from __future__ import annotations

from dockgate.secrets import postgres_statements


def test_names_and_texts_are_quoted() -> None:
    """Whatever is in them stays a name or a text."""
    assert postgres_statements.password('a"; DROP', "it's") == "ALTER ROLE \"a\"\"; DROP\" PASSWORD 'it''s';\n"


def test_a_member_acts_as_the_owner_in_one_transaction() -> None:
    """It is made where it does not exist; only an idle one is asked for clients that use it."""
    made = postgres_statements.member("shop_b", "sh'op", "V", idle=False).splitlines()
    assert (made[0], made[-1]) == ("BEGIN;", "COMMIT;")
    assert made[2:-1] == [
        'GRANT "sh\'op" TO "shop_b";',
        "ALTER ROLE \"shop_b\" LOGIN PASSWORD 'V';",
        "ALTER ROLE \"shop_b\" SET role TO 'sh''op';",
    ]
    assert 'CREATE ROLE "shop_b"' in made[1]
    assert "pg_stat_activity" in postgres_statements.member("shop_b", "shop", "V", idle=True).splitlines()[1]


def test_a_password_is_taken_from_a_role_that_exists() -> None:
    """One that was never made is no error."""
    taken = postgres_statements.no_password("shop_a")
    assert "IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop_a') THEN ALTER ROLE \"shop_a\" PASSWORD NULL" in taken
