"""Who is away: one row a handler, the fold of the events left and returned.  A row whose `until_at` has passed means nothing."""

TABLE = (
    "CREATE TABLE absence (handler TEXT PRIMARY KEY, since {int} NOT NULL, until_at {int}, provisional {int} NOT NULL)"
)


def up(migrator, db):
    kind = "INTEGER" if type(db).__name__.startswith("Sqlite") else "BIGINT"
    db.execute_sql(TABLE.replace("{int}", kind))


def down(migrator, db):
    db.execute_sql("DROP TABLE absence")
