"""A case that rests until another one is solved: which one, so that solving that one finds it."""

INDEX = "CREATE INDEX cases_waits_for ON cases(waits_for) WHERE waits_for IS NOT NULL"


def up(migrator, db):
    kind = "INTEGER" if type(db).__name__.startswith("Sqlite") else "BIGINT"
    db.execute_sql(f"ALTER TABLE cases ADD COLUMN waits_for {kind}")
    db.execute_sql(INDEX)


def down(migrator, db):
    db.execute_sql("DROP INDEX cases_waits_for")
    db.execute_sql("ALTER TABLE cases DROP COLUMN waits_for")
