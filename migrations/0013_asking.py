"""Phrases: the words of a case's tasks, offers and requests, so that erasing a case finds them; and whose mail is quarantined.

A phrase's text is a content like any other; here stands only which case it belongs to.
"""

TABLE = "CREATE TABLE phrase(commitment TEXT NOT NULL, case_id {kind} NOT NULL, PRIMARY KEY(case_id, commitment))"
INDEX = "CREATE INDEX phrase_commitment ON phrase(commitment)"


def up(migrator, db):
    kind = "INTEGER" if type(db).__name__.startswith("Sqlite") else "BIGINT"
    db.execute_sql(TABLE.format(kind=kind))
    db.execute_sql(INDEX)
    db.execute_sql("ALTER TABLE person ADD COLUMN spam INTEGER NOT NULL DEFAULT 0")


def down(migrator, db):
    db.execute_sql("ALTER TABLE person DROP COLUMN spam")
    db.execute_sql("DROP INDEX phrase_commitment")
    db.execute_sql("DROP TABLE phrase")
