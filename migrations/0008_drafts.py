"""Handlers' mails that were not carried out and are kept until they say what shall become of them (model/draft.py)."""

TABLE = """
CREATE TABLE draft (
  id {id}, letter {int}, case_id {int}, party TEXT NOT NULL, incoming {int} NOT NULL, message {int}, reason TEXT NOT NULL,
  purpose TEXT NOT NULL, answers {int}, content TEXT, files TEXT NOT NULL, made_at {int} NOT NULL, expires_at {int} NOT NULL,
  state TEXT NOT NULL);
CREATE INDEX draft_letter ON draft(letter);
CREATE INDEX draft_message ON draft(message);
CREATE INDEX draft_expires ON draft(expires_at)
"""

WORDS = {
    "sqlite": {"id": "INTEGER PRIMARY KEY", "int": "INTEGER"},
    "postgresql": {"id": "BIGINT PRIMARY KEY", "int": "BIGINT"},
}


def up(migrator, db):
    dialect = "sqlite" if type(db).__name__.startswith("Sqlite") else "postgresql"
    for statement in TABLE.format(**WORDS[dialect]).split(";"):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE draft")
