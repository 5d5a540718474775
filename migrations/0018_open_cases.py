"""Open cases by customer and by handler: among a million cases of years, those of today are few.

A monitoring system's, or a large customer's, ten thousand closed cases were read for every mail of his.
"""

OPEN = "status IN ('new', 'open', 'waiting', 'on_hold')"
INDEXES = ("customer", "handler")


def up(migrator, db):
    for column in INDEXES:
        db.execute_sql(f"CREATE INDEX cases_open_{column} ON cases({column}) WHERE {OPEN}")


def down(migrator, db):
    for column in INDEXES:
        db.execute_sql(f"DROP INDEX cases_open_{column}")
