"""Duty that changed hands (/swap): a row for each stretch of it.  Rows of one swap have its number and its state.

letter: by which the one who is to have the duty is asked; cause: the mail that ordered it.  layer: 0 is the first.
"""

TABLE = """CREATE TABLE rota_override(
 swap {big} NOT NULL, part INTEGER NOT NULL, rota TEXT NOT NULL, layer INTEGER NOT NULL,
 since {big} NOT NULL, until_at {big} NOT NULL, handler TEXT NOT NULL, was TEXT NOT NULL,
 state TEXT NOT NULL, ordered_by TEXT NOT NULL, letter {big} NOT NULL, cause TEXT NOT NULL, made_at {big} NOT NULL,
 PRIMARY KEY(swap, part))"""
INDEX = "CREATE INDEX rota_override_until ON rota_override(until_at)"


def up(migrator, db):
    big = "INTEGER" if type(db).__name__.startswith("Sqlite") else "BIGINT"
    db.execute_sql(TABLE.format(big=big))
    db.execute_sql(INDEX)


def down(migrator, db):
    db.execute_sql("DROP TABLE rota_override")
