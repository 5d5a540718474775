"""Cases and people that are tied together: who watches a case, so that a person's copies are found."""

TABLE = "CREATE TABLE watcher (case_id {int} NOT NULL, person {int} NOT NULL, PRIMARY KEY (case_id, person))"
INDEX = "CREATE INDEX watcher_person ON watcher(person)"


def up(migrator, db):
    kind = "INTEGER" if type(db).__name__.startswith("Sqlite") else "BIGINT"
    db.execute_sql(TABLE.format(int=kind))
    db.execute_sql(INDEX)


def down(migrator, db):
    db.execute_sql("DROP TABLE watcher")
