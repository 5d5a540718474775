"""Recurring cases (rules/recurring.yaml): since when each entry is known as it stands, and the last of its days that was a case.

rule: the days of the entry, in words; where they change, what lies before is past.
"""

TABLE = "CREATE TABLE recurring(entry TEXT NOT NULL PRIMARY KEY, rule TEXT NOT NULL, since {big} NOT NULL, day TEXT NOT NULL)"


def up(migrator, db):
    db.execute_sql(TABLE.format(big="INTEGER" if type(db).__name__.startswith("Sqlite") else "BIGINT"))


def down(migrator, db):
    db.execute_sql("DROP TABLE recurring")
