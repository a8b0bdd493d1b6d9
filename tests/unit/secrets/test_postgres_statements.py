"""What a database is told about its roles."""

from __future__ import annotations

from dockgate.secrets import postgres_statements


def test_names_and_texts_are_quoted() -> None:
    """Whatever is in them stays a name or a text."""
    assert postgres_statements.password('a"; DROP', "it's") == "ALTER ROLE \"a\"\"; DROP\" PASSWORD 'it''s';\n"


def test_a_member_acts_as_the_owner_in_one_transaction() -> None:
    """It is made where it does not exist; only an idle one is asked for clients that use it."""
    lines = [
        (
            "DO $dockgate$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop_b') "
            'THEN CREATE ROLE "shop_b"; END IF; END $dockgate$;'
        ),
        'GRANT "sh\'op" TO "shop_b";',
        "ALTER ROLE \"shop_b\" LOGIN PASSWORD 'V';",
        "ALTER ROLE \"shop_b\" SET role TO 'sh''op';",
        "COMMIT;",
    ]
    used = (
        "DO $dockgate$ BEGIN IF EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'shop_b') "
        "THEN RAISE EXCEPTION USING MESSAGE = 'shop_b is still in use: by a container that was not replaced yet, "
        "or by another client'; END IF; END $dockgate$;"
    )
    for idle, first in ((False, ["BEGIN;"]), (True, ["BEGIN;", used])):
        made = postgres_statements.member("shop_b", "sh'op", "V", idle=idle)
        assert made == "\n".join([*first, *lines]) + "\n"


def test_a_password_is_taken_from_a_role_that_exists() -> None:
    """One that was never made is no error."""
    assert postgres_statements.no_password("shop_a") == (
        "DO $dockgate$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop_a') "
        'THEN ALTER ROLE "shop_a" PASSWORD NULL; END IF; END $dockgate$;\n'
    )
