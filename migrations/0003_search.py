"""The index of words: folded by maild itself, alike on both databases, and such that a message can be taken out of it again.

It takes the place of `search`, which SQLite kept without contents: to take a row out of that one must be told its very words.
What is there already is indexed here, in chunks that are committed one by one: killed in between, the next start goes on.  Until
the last chunk is in, the old index stands, and an older maild could still work with the database.

The words come from today's model/search: an index folded otherwise than what is asked would find nothing.
"""

import json

from maild.model.search import document
from maild.store.search import vector

atomic = False
CHUNK = 500

TABLE = {
    # ascii: the tokens are made by us; the tokenizer only parts them at blanks and takes every other letter as it is.
    "sqlite": (
        "CREATE VIRTUAL TABLE IF NOT EXISTS word_index USING fts5(head, text, tokenize='ascii')",
    ),
    "postgresql": (
        "CREATE TABLE IF NOT EXISTS word_index (id BIGINT PRIMARY KEY, words tsvector NOT NULL)",
    ),
}  # fmt: skip
AFTER = {
    "sqlite": (),
    "postgresql": (
        # SQLite's has the id anyway; here it saves a look at each row of all cases that a filter leaves.
        "DROP INDEX IF EXISTS message_case",
        "CREATE INDEX message_case ON message(case_id, id)",
        "CREATE INDEX IF NOT EXISTS word_index_words ON word_index USING gin(words)",
        "ANALYZE word_index",
    ),
}
# What a search filters by.
INDEXES = (
    "CREATE TABLE IF NOT EXISTS label (label TEXT NOT NULL, case_id {int} NOT NULL, PRIMARY KEY (label, case_id))",
    "CREATE INDEX IF NOT EXISTS message_at ON message(at, id)",
    "CREATE INDEX IF NOT EXISTS cases_handler ON cases(handler)",
    "CREATE INDEX IF NOT EXISTS cases_desk ON cases(desk)",
)


def up(migrator, db):
    dialect = "sqlite" if type(db).__name__.startswith("Sqlite") else "postgresql"
    for statement in TABLE[dialect]:
        db.execute_sql(statement)
    key = "rowid" if dialect == "sqlite" else "id"
    done = db.execute_sql(f"SELECT coalesce(max({key}), 0) FROM word_index").fetchone()[0]
    while rows := after(db, done):
        with db.atomic():
            for row in rows:
                put(db, dialect, row[0], words(db, row))
        done = rows[-1][0]
    for statement in (*AFTER[dialect], *INDEXES):
        db.execute_sql(statement.format(int="INTEGER" if dialect == "sqlite" else "BIGINT"))
    label(db, dialect)
    db.execute_sql("DROP TABLE IF EXISTS search")


def label(db, dialect):
    place = "?" if dialect == "sqlite" else "%s"
    insert = f"INSERT INTO label(label, case_id) VALUES ({place}, {place}) ON CONFLICT DO NOTHING"
    done = 0
    while rows := db.execute_sql(f"SELECT id, state FROM cases WHERE id>{done} ORDER BY id LIMIT {CHUNK}").fetchall():
        with db.atomic():
            for case, state in rows:
                for word in json.loads(state)["labels"]:
                    db.execute_sql(insert, (word, case))
        done = rows[-1][0]


def after(db, done):
    return db.execute_sql(
        "SELECT m.id, c.number, t.text, m.attachments, m.incoming FROM message m JOIN cases c ON c.id=m.case_id"
        f" LEFT JOIN content t ON t.commitment=m.content WHERE m.id>{int(done)} ORDER BY m.id LIMIT {CHUNK}"
    ).fetchall()


def words(db, row):
    _, number, text, attachments, incoming = row
    ours = db.execute_sql(f"SELECT recipient FROM delivery WHERE incoming={int(incoming or 0)}").fetchall()
    files = [file[0] for file in json.loads(attachments)]
    return document(number, json.loads(text) if text else {}, files, [recipient for (recipient,) in ours])


def put(db, dialect, row, text):
    if dialect == "sqlite":
        head, _, body = text.partition("\n")
        db.execute_sql("INSERT INTO word_index(rowid, head, text) VALUES (?, ?, ?)", (row, head, body))
    else:
        db.execute_sql("INSERT INTO word_index(id, words) VALUES (%s, %s::tsvector)", (row, vector(text)))


def down(migrator, db):
    # Empty: the words of older mails come back with `up`.
    if type(db).__name__.startswith("Sqlite"):
        db.execute_sql(
            "CREATE VIRTUAL TABLE search USING fts5(words, content='', tokenize='unicode61 remove_diacritics 2')"
        )
    else:
        db.execute_sql("CREATE TABLE search (rowid BIGINT PRIMARY KEY, words tsvector NOT NULL)")
        db.execute_sql("CREATE INDEX search_words ON search USING gin(words)")
    for name in ("message_at", "cases_handler", "cases_desk"):
        db.execute_sql(f"DROP INDEX IF EXISTS {name}")
    db.execute_sql("DROP TABLE label")
    db.execute_sql("DROP TABLE word_index")
