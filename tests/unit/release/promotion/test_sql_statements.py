"""Single statements of SQL: which of them the release before can live with."""

from __future__ import annotations

import pytest

from dockgate.release.promotion import sql_migrations

KEPT = """
SELECT 1
INSERT INTO a VALUES ('; DROP TABLE b')
INSERT INTO a VALUES ('it''s; DROP TABLE b')
/* DROP TABLE a; */ SELECT 1 -- DROP TABLE a
DROP INDEX a
TRUNCATE ON a
ALTER INDEX a RENAME TO b
ALTER SEQUENCE a RESTART
ALTER TABLE a DROP CONSTRAINT b
ALTER TABLE a DROP INDEX b, DROP KEY c, DROP FOREIGN KEY d, DROP PRIMARY KEY, DROP CHECK e
ALTER TABLE a RENAME CONSTRAINT b TO c
ALTER TABLE a RENAME INDEX b TO c
ALTER TABLE a ALTER COLUMN b SET DEFAULT 1
ALTER TABLE a ALTER b SET STATISTICS 1
ALTER TABLE a ALTER COLUMN b DROP NOT NULL
ALTER TABLE a ALTER COLUMN b DROP EXPRESSION
ALTER TABLE a ALTER COLUMN b RESET (n)
ALTER TABLE a ALTER COLUMN b ADD GENERATED ALWAYS AS IDENTITY
ALTER TABLE a ALTER CONSTRAINT b DEFERRABLE
ALTER TABLE a ADD COLUMN b int
ALTER TABLE a ADD b int NOT NULL DEFAULT 1
ALTER TABLE a ADD COLUMN IF NOT EXISTS b int GENERATED ALWAYS AS (c) STORED NOT NULL
ALTER TABLE a ADD b bigserial NOT NULL
ALTER TABLE a ADD b int CHECK (b IS NOT NULL)
ALTER TABLE a ADD INDEX b (c)
ALTER TABLE a ADD b int; ALTER TABLE a ADD UNIQUE (b)
ALTER TABLE "a" ADD "b" int; ALTER TABLE public.A ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES d (e)
ALTER TABLE a ADD b int, ADD CONSTRAINT c UNIQUE (b)
ALTER TABLE a ADD b int; CREATE UNIQUE INDEX c ON a (b DESC)
ALTER TABLE a ADD b int; ALTER TABLE a ADD c int; CREATE UNIQUE INDEX d ON ONLY a (b, c)
CREATE TABLE a (b int); DROP TABLE a
CREATE TABLE IF NOT EXISTS a (b int); ALTER TABLE ONLY a DROP COLUMN b
CREATE TEMP TABLE a (b int); DELETE FROM a
CREATE UNLOGGED TABLE a (b int); TRUNCATE TABLE a
CREATE TABLE a (b int); CREATE UNIQUE INDEX c ON a (b)
CREATE FUNCTION a() RETURNS void AS $x$ DROP TABLE b; $x$ LANGUAGE sql
DO 'BEGIN RAISE NOTICE ''DROP TABLE a''; END'
UPDATE a SET b = 1 -- +goose Down
"""
LOST = """
drop table a
DROP MATERIALIZED VIEW a
DROP OWNED BY a
DROP FOREIGN TABLE a
TRUNCATE a
truncate table "a"
DELETE FROM a
WITH x AS (DELETE FROM a RETURNING b) SELECT 1
DELETE a FROM a JOIN b
REVOKE SELECT ON a FROM b
RENAME TABLE a TO b
ALTER TYPE a RENAME VALUE 'b' TO 'c'
ALTER TYPE a DROP ATTRIBUTE b
ALTER VIEW a SET SCHEMA b
ALTER DOMAIN a SET NOT NULL
ALTER DOMAIN a ADD CHECK (VALUE > 0)
ALTER TABLE a DROP COLUMN b
ALTER TABLE IF EXISTS ONLY a DROP b
ALTER TABLE a RENAME TO b
ALTER TABLE a SET SCHEMA b
ALTER TABLE a MODIFY b int
ALTER TABLE a CHANGE b c int
ALTER TABLE a ALTER b TYPE int
ALTER TABLE a ALTER COLUMN b SET DATA TYPE int
ALTER TABLE a ALTER COLUMN b SET NOT NULL
ALTER TABLE a ALTER COLUMN b DROP DEFAULT
ALTER TABLE a DETACH PARTITION b
ALTER TABLE a FORCE ROW LEVEL SECURITY
ALTER TABLE a ADD CONSTRAINT b CHECK (c > 0)
ALTER TABLE a ADD CHECK (c > 0)
ALTER TABLE a ADD CONSTRAINT IF NOT EXISTS b EXCLUDE (c WITH =)
ALTER TABLE a ADD PRIMARY KEY (b)
ALTER TABLE a ADD b int, ADD CHECK (b > 0)
ALTER TABLE a ADD b int NOT NULL
ALTER TABLE a ADD b numeric(9, 2) NOT NULL, ADD c int DEFAULT 1
ALTER TABLE a ADD c int DEFAULT 1,DROP COLUMN b
ALTER TABLE a ADD UNIQUE (b)
ALTER TABLE a ADD b int; ALTER TABLE a ADD UNIQUE (b, c)
ALTER TABLE a ADD b int; ALTER TABLE c ADD UNIQUE (b)
ALTER TABLE a ADD b int; ALTER TABLE a ADD UNIQUE ()
ALTER TABLE a ADD b int DEFAULT 1; CREATE UNIQUE INDEX c ON a (b)
CREATE UNIQUE INDEX a ON b (c)
CREATE TABLE a (b int); DROP TABLE c
DROP TABLE a; CREATE TABLE a (b int)
DO $$ BEGIN DROP TABLE a; END $$
DO LANGUAGE plpgsql $x$ BEGIN DROP TABLE a; END $x$
DO $$ BEGIN EXECUTE 'TRUNCATE a'; END $$
DROP/* b */TABLE/* c */a
DO $$ BEGIN EXECUTE format('DROP TABLE %I', 'it''s'); END $$
DO 'BEGIN DROP TABLE a; END'
"""
UNTOUCHED = "ALTER TABLE z ADD COLUMN y int"


@pytest.mark.parametrize("sql", [each for each in KEPT.splitlines() if each])
def test_what_the_release_before_can_live_with(sql: str) -> None:
    """Wherever it stands in a file, however it is broken into lines."""
    assert not sql_migrations.destructive(sql)
    assert not sql_migrations.destructive(f"{UNTOUCHED};\n{sql}\n;\n{UNTOUCHED}")


@pytest.mark.parametrize("sql", LOST.splitlines()[1:])
def test_what_it_cannot_live_with(sql: str) -> None:
    assert sql_migrations.destructive(sql)
    assert sql_migrations.destructive(f"{UNTOUCHED};\n" + sql.replace(" ", "\n  ") + f";\n{UNTOUCHED}")
    assert sql_migrations.destructive(f"{UNTOUCHED}\nGO\n{sql}\n go \n{UNTOUCHED}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-- destructive: no\n", False),
        ("SELECT 1;\n--destructive:YES \n", True),
        ("# destructive: yes", True),
        ("-- destructive: maybe\n", None),
        (" -- destructive: yes\n", None),
        ("", None),
    ],
)
def test_what_a_file_says_itself_counts(text: str, *, said: bool | None) -> None:
    assert sql_migrations.declared(text) is said
    for sql, own in (("DROP TABLE a", True), ("SELECT 1", False)):
        assert sql_migrations.destructive(f"{text}\n{sql}") is (own if said is None else said)


@pytest.mark.parametrize("mark", ["-- +goose Down", "-- migrate:down", "--  +migrate Down x"])
def test_the_way_back_does_not_count(mark: str) -> None:
    assert not sql_migrations.destructive(f"CREATE TABLE b (c int);\n{mark}\nDROP TABLE a;\n")
    assert sql_migrations.destructive(f"DROP TABLE a;\n{mark}\nCREATE TABLE a (b int);\n")
