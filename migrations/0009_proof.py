"""Proofs that handlers' mails bore: each acts once.  mark: the hash of a signature, or of a mail's words with the letter it answers."""


def up(migrator, db):
    kind = "INTEGER" if type(db).__name__.startswith("Sqlite") else "BIGINT"
    db.execute_sql(f"CREATE TABLE proof (mark TEXT PRIMARY KEY, at {kind} NOT NULL)")


def down(migrator, db):
    db.execute_sql("DROP TABLE proof")
