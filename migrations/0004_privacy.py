"""Privacy: when a case was taken into the archive, and when what was said in it was deleted after its time.

Both stay empty for most cases, and cost a row nothing then.
"""

COLUMNS = ("archived_at", "expired_at")


def up(migrator, db):
    kind = "INTEGER" if type(db).__name__.startswith("Sqlite") else "BIGINT"
    for column in COLUMNS:
        db.execute_sql(f"ALTER TABLE cases ADD COLUMN {column} {kind}")


def down(migrator, db):
    for column in COLUMNS:
        db.execute_sql(f"ALTER TABLE cases DROP COLUMN {column}")
